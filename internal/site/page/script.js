(function () {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const rows = Array.from(document.querySelectorAll("tbody tr")).map((element) => ({
    element, text: element.querySelector("th").textContent.toLowerCase() + " " +
      Array.from(element.querySelectorAll("a[title]")).map((a) => a.title.toLowerCase()).join(" "),
  }));
  const filter = () => {
    const words = byId("text").value.trim().toLowerCase().split(/\s+/);
    let shown = 0;
    rows.forEach(({ element, text }) => {
      const fits = words.every((word) => text.includes(word)) &&
        (!byId("verdict").value || element.dataset.verdict === byId("verdict").value) &&
        (!byId("changed").checked || "changed" in element.dataset);
      element.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    byId("shown").textContent = shown + " of " + rows.length + " shown";
  };
  byId("filters").addEventListener("input", filter);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").hidden = false;
  filter();
})();
