package faults

import (
	"strconv"
	"strings"

	"github.com/etna-conformance/conformance/internal/reference"
)

const whyTraders = "No document limits what a login, an email, a question or an answer may be."

//
//go:noinline
func eachTrader(change func(reference.Trader) reference.Trader) func([]reference.Trader) []reference.Trader {
	return func(traders []reference.Trader) []reference.Trader {
		for i, t := range traders {
			traders[i] = change(t)
		}
		return traders
	}
}

// traderVariants have unusual questions and answers.
func traderVariants() []Variant {
	asks := func(name string, change func(string) string) Variant {
		return Variant{Name: name, Why: whyTraders,
			Traders: eachTrader(func(t reference.Trader) reference.Trader {
				if t.Question != "" {
					t.Question = change(t.Question)
				}
				return t
			})}
	}
	knows := func(name string, change func(string) string) Variant {
		return Variant{Name: name, Why: whyTraders,
			Traders: eachTrader(func(t reference.Trader) reference.Trader {
				if t.Answer != "" {
					t.Answer = change(t.Answer)
				}
				return t
			})}
	}
	return []Variant{
		asks("question-with-quotes", after(` "really", 'truly' \ or / not`)),
		asks("question-with-emoji", before("🐶👨‍👩‍👧 ")),
		asks("question-decomposed", after(" Cafe\u0301 Zu\u0308rich")),
		asks("question-right-to-left", after(" ما اسم شارعك؟")),
		asks("question-chinese", after(" 您的小学叫什么名字？")),
		asks("question-with-markup", after(` <b>&amp; &lt;script&gt;alert(1)</script>`)),
		asks("question-with-template", after(" {{7*7}} ${x} %s %d {0}")),
		asks("question-long", after(strings.Repeat(" and why", 400))),
		asks("question-with-line-separators", after(" one\u2028two\u2029three")),
		asks("question-like-json", after(` {"Errors":["x"]}`)),
		asks("question-like-key-error", after(" "+keyErrorText)),
		asks("question-is-key-error", instead(keyErrorText)),
		asks("question-of-one-letter", instead("a")),
		asks("question-with-space-inside", replaces(" ", "  ")),
		asks("question-without-mark", replaces("?", "")),
		knows("answer-with-quotes", after(` "Jr." O'Neil \ /`)),
		knows("answer-with-emoji", after(" 🐶")),
		knows("answer-decomposed", after(" Zu\u0308rich")),
		knows("answer-chinese", after("北京")),
		knows("answer-with-spaces", after(" of the Old Town")),
		knows("answer-long", after(strings.Repeat(" and so on", 100))),
		knows("answer-like-json", after(`{"a":[1]}`)),
		knows("answer-with-percent", after("%20&x=1+1#")),
		knows("answer-with-markup", after("<b>&amp;</b>")),
		knows("answer-numeric", func(a string) string { return strconv.Itoa(19000 + len(a)) }),
		knows("answer-boolean", func(a string) string { return "true" + strconv.Itoa(len(a)) }),
		knows("answer-short", func(a string) string {
			return string([]rune(a)[0]) + strconv.Itoa(len(a)%10)
		}),
		knows("answer-single-character", func(a string) string { return firstRunes(a, 1) }),
		knows("answer-repeats", func(a string) string {
			return strings.Repeat(firstRunes(a, 1), 8)
		}),
		knows("answer-same-for-everybody", instead("Springfield")),
		asks("question-same-for-everybody", instead("What is your favourite colour?")),
		asks("question-is-an-answer", instead("Peterson")),
	}
}

// loginVariants have unusual accounts.
func loginVariants() []Variant {
	return append(identityVariants(), accountVariants()...)
}

// identityVariants have unusual logins and emails.
func identityVariants() []Variant {
	logs := func(name string, change func(string) string) Variant {
		return Variant{Name: name, Why: whyTraders,
			Traders: eachTrader(func(t reference.Trader) reference.Trader {
				t.Login = change(t.Login)
				return t
			})}
	}
	mails := func(name string, change func(string) string) Variant {
		return Variant{Name: name, Why: whyTraders,
			Traders: eachTrader(func(t reference.Trader) reference.Trader {
				t.Email = change(t.Email)
				return t
			})}
	}
	return []Variant{
		logs("login-with-spaces", replaces(".", " ")),
		logs("login-with-plus", replaces(".", "+")),
		logs("login-with-slash", replaces(".", "/")),
		logs("login-with-ampersand", replaces(".", "&a=")),
		logs("login-with-percent", replaces(".", "%2e")),
		logs("login-with-hash", replaces(".", "#")),
		logs("login-with-backslash", replaces(".", `\`)),
		logs("login-with-quote", replaces(".", `"'`)),
		logs("login-unicode", after(".żółć")),
		logs("login-emoji", after("🐶")),
		logs("login-upper-case", strings.ToUpper),
		logs("login-numeric", func(l string) string {
			return strconv.Itoa(40000 + int(l[0])*100 + len(l))
		}),
		logs("login-long", after(strings.Repeat(".and.more", 15))),
		{Name: "login-is-email", Why: whyTraders,
			Traders: eachTrader(func(t reference.Trader) reference.Trader {
				t.Login = t.Email
				return t
			})},
		mails("email-upper-case", strings.ToUpper),
		mails("email-capitalised", replaces("r", "R", "example.com", "Example.COM")),
		mails("email-with-plus", replaces("@", "+etna@")),
		mails("email-with-apostrophe", replaces("@", "o'neil@")),
		mails("email-with-symbols", replaces("@", "!#$%&*/=?^_`{|}~-x@")),
		mails("email-at-subdomain", replaces("example.com", "mail.trading.example.co.uk")),
		mails("email-differs-from-login", before("contact-")),
	}
}

// accountVariants have unusual names, or other traders altogether.
func accountVariants() []Variant {
	accounts := func(name string, change func([]reference.Trader) []reference.Trader) Variant {
		return Variant{Name: name, Why: whyTraders, Traders: change}
	}
	names := func(name, greeted string) Variant {
		return Variant{Name: name, Why: whyTraders,
			Traders: eachTrader(func(t reference.Trader) reference.Trader {
				t.Name = greeted
				return t
			})}
	}
	return []Variant{
		names("name-unicode", "Zażółć Gęślą"),
		names("name-with-markup", `<b>"Bob"</b> & Co`),
		names("name-with-digits", "Agent 654321"),
		names("name-like-code", "Code 731995"),
		names("name-empty", ""),
		accounts("one-trader", func(ts []reference.Trader) []reference.Trader {
			return ts[:min(1, len(ts))]
		}),
		accounts("questions-for-all", func(ts []reference.Trader) []reference.Trader {
			return pick(ts, true)
		}),
		accounts("questions-for-none", func(ts []reference.Trader) []reference.Trader {
			return pick(ts, false)
		}),
		accounts("many-traders", manyTraders),
		accounts("logins-alike", func(ts []reference.Trader) []reference.Trader {
			for i := range ts {
				ts[i].Login, ts[i].Email = "trader"+strings.Repeat("1", i),
					"trader"+strings.Repeat("1", i)+"@example.com"
			}
			return ts
		}),
	}
}

func pick(traders []reference.Trader, question bool) []reference.Trader {
	var list []reference.Trader
	for _, t := range traders {
		if (t.Question != "") == question {
			list = append(list, t)
		}
	}
	return list
}

// manyTraders adds to the traders until there are a dozen.
func manyTraders(traders []reference.Trader) []reference.Trader {
	for i := len(traders); i < 12; i++ {
		n := strconv.Itoa(i)
		t := reference.Trader{Login: "trader-" + n, Email: "trader-" + n + "@example.com",
			Name: "Trader " + n}
		if i%3 > 0 {
			t.Question, t.Answer = "What is the name of pet no. "+n+"?", "Rex the "+n+"th"
		}
		traders = append(traders, t)
	}
	return traders
}
