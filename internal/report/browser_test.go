package report

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var screens = flag.String("screens", "", "directory for screenshots of the page")

// chromium starts a headless browser that lives as long as the test.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := installed("chromium", "chromium-browser", "google-chrome")
	if path == "" && os.Getenv("CI") != "" {
		t.Fatal("no chromium is installed; CI needs one")
	}
	if path == "" {
		t.Skip("no chromium is installed: the page is not tested in a browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.NoSandbox)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func installed(names ...string) string {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// tab is a tab of the browser that shows a report; it notes what a page ought not to do.
type tab struct {
	t        *testing.T
	ctx      context.Context
	mu       sync.Mutex
	requests []string
	problems []string
}

func open(t *testing.T, ctx context.Context, v View, fragment string) *tab {
	t.Helper()
	tab := &tab{t: t}
	text := render(t, HTML, v)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tab.note(&tab.requests, r.URL.Path)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, text)
	}))
	t.Cleanup(server.Close)
	opened, cancel := chromedp.NewContext(ctx, chromedp.WithListener(tab.hear))
	t.Cleanup(cancel)
	tab.ctx = opened
	tab.do() // The tab lives as long as the context of its first call, which therefore has no deadline.
	tab.ctx, cancel = context.WithTimeout(opened, time.Minute)
	t.Cleanup(cancel)
	tab.do(chromedp.Navigate(server.URL+fragment), chromedp.WaitVisible(chromedp.CSS("#filters")))
	return tab
}

func (tab *tab) note(list *[]string, text string) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	*list = append(*list, text)
}

func (tab *tab) hear(event any) {
	switch e := event.(type) {
	case *log.EventEntryAdded:
		tab.note(&tab.problems, e.Entry.Text)
	case *runtime.EventExceptionThrown:
		tab.note(&tab.problems, e.ExceptionDetails.Text)
	case *page.EventJavascriptDialogOpening:
		tab.note(&tab.problems, "a dialog: "+e.Message)
	}
}

func (tab *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, actions...); err != nil {
		tab.t.Fatal(err)
	}
}

// value runs an action for its value.
func value[T any](tab *tab, action chromedp.Action[T]) T {
	tab.t.Helper()
	got, err := chromedp.Run(tab.ctx, action)
	if err != nil {
		tab.t.Fatal(err)
	}
	return got
}

// is fails the test unless the JavaScript expression has the value.
func is[T comparable](tab *tab, expression string, want T) {
	tab.t.Helper()
	if got := value(tab, chromedp.Evaluate[T](expression)); got != want {
		tab.t.Errorf("%s is %v, want %v", expression, got, want)
	}
}

// becomes waits until the JavaScript condition holds. It needs no eval, which the page's policy
// forbids.
func (tab *tab) becomes(condition string) {
	tab.t.Helper()
	const wait = `new Promise((done, late) => {
		const end = performance.now() + 20000;
		const look = () => { if (%s) done(); else if (performance.now() > end) late(new Error('too late')); else requestAnimationFrame(look); };
		look();
	})`
	if err := chromedp.Do(tab.ctx, tab.script(fmt.Sprintf(wait, condition))); err != nil {
		tab.t.Fatalf("waited for %s: %v", condition, err)
	}
}

// click clicks on the first element that a CSS selector finds.
func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}

// script runs JavaScript, and waits for its promise where it has one.
func (tab *tab) script(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](text, chromedp.EvalAwaitPromise)
}

// media makes the browser prefer a colour scheme, and print where the media is "print".
func (tab *tab) media(media, scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia,
			emulation.SetEmulatedMediaParams{
				Media:    media,
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
		return err
	})
}

// quiet fails the test if the page asked for anything, broke its policy or threw an error.
func (tab *tab) quiet() {
	tab.t.Helper()
	tab.mu.Lock()
	defer tab.mu.Unlock()
	if len(tab.requests) != 1 {
		tab.t.Errorf("requests: %q, want the page alone", tab.requests)
	}
	if len(tab.problems) > 0 {
		tab.t.Errorf("the browser complains: %q", tab.problems)
	}
}

func (tab *tab) screen(name string) {
	tab.write(name+".png", value(tab, chromedp.FullScreenshot(100)))
}

// write keeps what a person may want to look at.
func (tab *tab) write(name string, data []byte) {
	if *screens == "" {
		return
	}
	if err := os.MkdirAll(*screens, 0o755); err != nil {
		tab.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screens, name), data, 0o644); err != nil {
		tab.t.Fatal(err)
	}
}

const shownIDs = `Array.from(document.querySelectorAll('.requirement')).filter(e => e.offsetParent).map(e => e.id).join(' ')`

func TestPageInABrowser(t *testing.T) {
	ctx := chromium(t)
	for name, test := range map[string]func(*testing.T, context.Context){
		"filters": testFilters, "deep links": testDeepLinks, "copy": testCopy, "themes": testThemes,
		"phone": testPhone, "print": testPrint, "keyboard": testKeyboard,
		"hostile text": testHostileText, "names": testNames,
	} {
		t.Run(name, func(t *testing.T) { test(t, ctx) })
	}
}

func testFilters(t *testing.T, ctx context.Context) {
	tab := open(t, ctx, sampleView(), "")
	is(tab, shownIDs, "RESET-1 RESET-2 RESET-6 RESET-7 QUESTION-1 QUESTION-2 QUESTION-3")
	choose := func(filter, value string) chromedp.Action[chromedp.Void] {
		return tab.script(fmt.Sprintf(`(e => { e.value = %q; e.dispatchEvent(new Event('input', {bubbles: true})); })(document.querySelector('[data-filter=%s]'))`, value, filter))
	}
	tab.do(choose("verdict", "failed"))
	is(tab, shownIDs, "RESET-6 RESET-7")
	is(tab, `document.getElementById('shown').textContent`, "2 of 7 shown")
	is(tab, `document.querySelector('.tile.fail').getAttribute('aria-pressed')`, "true")
	tab.do(choose("level", "should"))
	is(tab, shownIDs, "RESET-7")
	tab.do(click("button[type=reset]"))
	tab.becomes(`document.getElementById('shown').textContent === '7 of 7 shown'`)
	tab.do(chromedp.SendKeys(chromedp.CSS("#text"), "TRY AGAIN LATER"))
	is(tab, shownIDs, "RESET-6")
	tab.do(chromedp.SendKeys(chromedp.CSS("#text"), "nowhere"))
	is(tab, shownIDs, "")
	tab.do(click("button[type=reset]"))
	tab.becomes(`document.getElementById('shown').textContent === '7 of 7 shown'`)
	tab.do(click(".tile.open"))
	is(tab, shownIDs, "QUESTION-3")
	tab.do(click(".tile.open"))
	is(tab, `document.getElementById('shown').textContent`, "7 of 7 shown")
	tab.quiet()
}

const openIDs = `Array.from(document.querySelectorAll('.requirement[open]')).map(e => e.id).join(' ')`

func testDeepLinks(t *testing.T, ctx context.Context) {
	tab := open(t, ctx, sampleView(), "#QUESTION-3")
	tab.becomes(`document.getElementById('QUESTION-3').open`)
	is(tab, openIDs, "QUESTION-3")
	is(tab, `document.activeElement.parentElement.id`, "QUESTION-3")
	tab.do(click(".tile.none"))
	is(tab, shownIDs, "QUESTION-1 QUESTION-2")
	tab.do(click(".failed a"))
	tab.becomes(`document.getElementById('RESET-6').open`)
	is(tab, `document.getElementById('shown').textContent`, "7 of 7 shown")
	tab.becomes(`(box => box.top >= 0 && box.top < innerHeight)(document.getElementById('RESET-6').getBoundingClientRect())`)
	// The same link again, after it was closed by hand.
	tab.do(click("#RESET-6 > summary"))
	is(tab, `document.getElementById('RESET-6').open`, false)
	tab.do(click(".failed a"))
	is(tab, `document.getElementById('RESET-6').open`, true)
	tab.do(click("#unfold"))
	is(tab, `document.querySelectorAll('.requirement:not([open])').length`, 0)
	tab.do(click(".bars a[href='#mail-1']"))
	tab.becomes(`document.getElementById('mail-1').open`)
	tab.quiet()
}

func testCopy(t *testing.T, ctx context.Context) {
	tab := open(t, ctx, sampleView(), "#RESET-6")
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		if _, err := chromedp.CallBrowser(tab.ctx, browser.SetPermission,
			browser.SetPermissionParams{
				Permission: &browser.PermissionDescriptor{Name: name},
				Setting:    browser.PermissionSettingGranted,
			}); err != nil {
			t.Fatal(err)
		}
	}
	tab.do(click("#RESET-6 .copy"))
	tab.becomes(`document.querySelector('#RESET-6 .copy').textContent === 'Copied'`)
	is(tab, `document.getElementById('said').textContent`, "The curl line is copied.")
	tab.do(tab.script(`navigator.clipboard.readText().then(text => { window.pasted = text; })`))
	is(tab, `pasted === document.querySelector('#RESET-6 .curl code').textContent`, true)
	is(tab, `pasted.includes('"Et-App-Key: $APP_KEY"')`, true)
	tab.quiet()
}

func testThemes(t *testing.T, ctx context.Context) {
	for _, scheme := range []string{"light", "dark"} {
		tab := open(t, ctx, sampleView(), "#RESET-6")
		other := map[string]string{"light": "dark", "dark": "light"}[scheme]
		tab.do(tab.media("", scheme), chromedp.EmulateViewport(1280, 900), click("#unfold"))
		system := tab.background()
		tab.contrast(scheme)
		tab.screen("desktop-" + scheme)
		tab.do(click("#theme"))
		is(tab, `document.documentElement.dataset.theme`, other)
		if tab.background() == system {
			t.Errorf("the button leaves the %s theme as it is", scheme)
		}
		tab.contrast(other)
		tab.do(chromedp.Reload(), chromedp.WaitVisible(chromedp.CSS("#filters")))
		is(tab, `document.documentElement.dataset.theme`, other)
		tab.do(tab.script(`localStorage.clear()`))
	}
}

func (tab *tab) background() string {
	return value(tab, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`))
}

// contrast fails the test for text whose contrast with what is behind it is below 4.5 (WCAG 2.2,
// 1.4.3).
func (tab *tab) contrast(theme string) {
	tab.t.Helper()
	if faint := value(tab, chromedp.Evaluate[[]string](faintText)); len(faint) > 0 {
		tab.t.Errorf("faint text in the %s theme: %q", theme, faint)
	}
}

const faintText = `(() => {
  const channels = (colour) => (colour.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = channels(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  return Array.from(document.querySelectorAll('body *')).filter((e) => e.checkVisibility() && e.closest('svg, script') === null &&
    Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.data.trim()))
    .map((e) => [ratio(luminance(channels(getComputedStyle(e).color)), luminance(behind(e))), e])
    .filter(([contrast]) => contrast < 4.5).map(([contrast, e]) => contrast.toFixed(2) + ' ' + e.className + ' ' + e.textContent.slice(0, 40));
})()`

// TooWide names the first elements that make the page wider than the screen.
const tooWide = `document.documentElement.scrollWidth <= innerWidth ? '' :
  Array.from(document.querySelectorAll('body *')).filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 30)).join('; ') || 'the page'`

func testPhone(t *testing.T, ctx context.Context) {
	for _, width := range []int64{320, 390} {
		tab := open(t, ctx, hostileView(hostileText+everyByte()), "")
		tab.do(chromedp.EmulateViewport(width, 800, chromedp.EmulateMobile), click("#unfold"))
		is(tab, tooWide, "")
		tab.quiet()
	}
	tab := open(t, ctx, sampleView(), "#RESET-6")
	tab.do(chromedp.EmulateViewport(390, 800, chromedp.EmulateMobile))
	is(tab, tooWide, "")
	tab.screen("phone")
}

func testPrint(t *testing.T, ctx context.Context) {
	tab := open(t, ctx, sampleView(), "")
	tab.do(tab.script(`addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('.requirement[open]').length; })`))
	pdf := value(tab, chromedp.PrintToPDF(chromedp.PDFPrintBackground()))
	if len(pdf) == 0 {
		t.Error("nothing was printed")
	}
	is(tab, `printed`, 5)
	is(tab, openIDs, "")
	tab.do(tab.media("print", "dark"))
	is(tab, `getComputedStyle(document.body).backgroundColor`, "rgb(255, 255, 255)")
	is(tab, `getComputedStyle(document.getElementById('filters')).display`, "none")
	tab.contrast("printed")
	tab.write("print.pdf", pdf)
}

func testKeyboard(t *testing.T, ctx context.Context) {
	tab := open(t, ctx, sampleView(), "")
	tab.do(chromedp.KeyEvent(kb.Tab))
	is(tab, `document.activeElement.className`, "skip")
	is(tab, `document.activeElement.getBoundingClientRect().left >= 0`, true)
	is(tab, `getComputedStyle(document.activeElement).outlineStyle`, "solid")
	tab.do(chromedp.KeyEvent(kb.Enter))
	tab.becomes(`location.hash === '#requirements'`)
	tab.do(chromedp.Focus(chromedp.CSS("#RESET-1 > summary")), chromedp.KeyEvent(kb.Enter))
	is(tab, openIDs, "RESET-1")
	tab.quiet()
}

func testHostileText(t *testing.T, ctx context.Context) {
	tab := open(t, ctx, hostileView(hostileText), "#RESET-6")
	tab.do(click("#unfold"))
	is(tab, `document.querySelectorAll('script').length`, 1)
	is(tab,
		`document.querySelector('#RESET-6 .got').textContent.includes('<script>alert(1)</script>')`,
		true)
	is(tab, `document.querySelector('#RESET-6 .got').textContent.includes('\\u202egnp')`, true)
	tab.quiet()
}

// Names checks that whatever can be operated has a name, and the page its landmarks.
func testNames(t *testing.T, ctx context.Context) {
	tab := open(t, ctx, sampleView(), "")
	tab.do(click("#unfold"))
	is(tab,
		`Array.from(document.querySelectorAll('button, a, summary')).filter(e => !e.textContent.trim()).length`, 0)
	is(tab,
		`Array.from(document.querySelectorAll('input, select')).filter(e => !e.labels.length).length`, 0)
	is(tab,
		`['header', 'nav', 'main', 'footer', 'h1'].map(tag => document.querySelectorAll(tag).length).join()`, "1,1,1,1,1")
	is(tab,
		`(ids => ids.length - new Set(ids).size)(Array.from(document.querySelectorAll('[id]')).map(e => e.id))`, 0)
	tab.quiet()
}
