(function () {
  "use strict";
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const byId = (id) => document.getElementById(id);
  const say = (text) => { byId("said").textContent = text; };

  // Theme: the system's, until somebody chooses; the choice is kept where the browser allows it.
  const theme = byId("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const keep = (value) => { try { localStorage.setItem("theme", value); } catch (e) { /* private mode */ } };
  const kept = () => { try { return localStorage.getItem("theme"); } catch (e) { return null; } };
  const isDark = () => (document.documentElement.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? "Light theme" : "Dark theme"; };
  if (kept()) document.documentElement.dataset.theme = kept();
  theme.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    keep(next);
    nameTheme();
  });
  system.addEventListener("change", nameTheme);
  nameTheme();
  theme.hidden = false;

  // Filters.
  const form = byId("filters");
  const text = byId("text");
  const choices = all("select[data-filter]");
  const requirements = all(".requirement").map((element) => ({ element, text: element.textContent.toLowerCase() }));
  const tiles = all(".tile");
  const verdict = choices.find((choice) => choice.dataset.filter === "verdict");
  const matches = (requirement) =>
    requirement.text.includes(text.value.trim().toLowerCase()) &&
    choices.every((choice) => !choice.value || requirement.element.dataset[choice.dataset.filter] === choice.value);
  const filter = () => {
    requirements.forEach((requirement) => { requirement.element.hidden = !matches(requirement); });
    all(".group").forEach((group) => { group.hidden = !group.querySelector(".requirement:not([hidden])"); });
    const shown = requirements.filter((requirement) => !requirement.element.hidden).length;
    byId("shown").textContent = shown + " of " + requirements.length + " shown";
    tiles.forEach((tile) => tile.setAttribute("aria-pressed", String(verdict.value === tile.dataset.verdict)));
  };
  const clear = () => { form.reset(); filter(); };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  tiles.forEach((tile) => tile.addEventListener("click", () => {
    verdict.value = verdict.value === tile.dataset.verdict ? "" : tile.dataset.verdict;
    filter();
    byId("requirements").scrollIntoView();
  }));
  form.hidden = false;
  filter();

  // Open and close.
  const unfold = byId("unfold");
  unfold.addEventListener("click", () => {
    const open = unfold.textContent === "Open all";
    requirements.forEach((requirement) => { if (!requirement.element.hidden) requirement.element.open = open; });
    unfold.textContent = open ? "Close all" : "Open all";
  });
  const follow = () => {
    const target = byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.hidden) clear();
    if (target.tagName === "DETAILS") {
      target.open = true;
      target.querySelector("summary").focus({ preventScroll: true });
    }
    target.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  // A link to where the page already is changes no hash.
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) follow();
  });
  // Only then has the browser gone to the fragment itself, and left the focus where it was.
  if (location.hash) addEventListener("load", follow);

  // Copy: the clipboard is missing in pages that are not served securely.
  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  const copy = async (element) => {
    try {
      await navigator.clipboard.writeText(element.textContent);
      return true;
    } catch (e) {
      select(element);
      return document.execCommand("copy");
    }
  };
  all(".copy").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = await copy(button.parentElement.querySelector("code"));
      button.textContent = done ? "Copied" : "Press Ctrl+C";
      say(done ? "The curl line is copied." : "The curl line is selected: press Ctrl+C.");
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  });

  // Print what is shown, opened.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all(".requirement:not([open])").filter((element) => element.dataset.verdict !== "passed");
    closed.forEach((element) => { element.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((element) => { element.open = false; }));
})();
