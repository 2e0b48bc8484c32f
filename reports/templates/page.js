"use strict";
// Sorting: a button in every heading of a sortable table. Without JavaScript the tables stand as
// they are, in their own order.
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const key = (row, at) => {
    const cell = row.cells[at];
    const text = cell.dataset.k ?? cell.firstChild?.textContent ?? "";
    const number = Number.parseFloat(text.replace("\u2212", "-").replaceAll("\u00a0", ""));
    return text === "Infinity" || Number.isNaN(number) ? text.trim() : number;
  };
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return a < b ? -1 : a > b ? 1 : 0;
  };
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(head.firstChild?.textContent.trim() ?? "");
    head.firstChild?.remove(); // what stays is the study file's word, which is small below
    head.prepend(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].map((row, place) => [key(row, at), place, row]);
      const missing = (k) => k === "Infinity" || k === "\u2013" || k === "";
      rows.sort(([a, i], [b, j]) => {
        if (missing(a) !== missing(b)) return missing(a) ? 1 : -1;
        return (down ? -compare(a, b) : compare(a, b)) || i - j;
      });
      body.append(...rows.map(([, , row]) => row));
    });
  });
}
// What is folded opens for a link into it, and on paper.
const unfold = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  let opened = false;
  for (let at = target?.parentElement; at; at = at.parentElement) {
    if (at.tagName === "DETAILS" && !at.open) opened = at.open = true;
  }
  if (opened) target.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();
addEventListener("beforeprint", () => {
  document.querySelectorAll("details.fold").forEach((fold) => { fold.open = true; });
});
// The contents mark the section that one reads.
const entries = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash, link]));
const sections = [...document.querySelectorAll("section")];
const link = (section) => `#${section.id || section.querySelector(".inner")?.id}`;
const seen = new Set();
const watch = new IntersectionObserver((changes) => {
  for (const change of changes) seen[change.isIntersecting ? "add" : "delete"](change.target);
  const now = sections.find((section) => seen.has(section));
  for (const [hash, entry] of entries) {
    if (now && hash === link(now)) entry.setAttribute("aria-current", "location");
    else entry.removeAttribute("aria-current");
  }
}, { rootMargin: "-20% 0px -60% 0px" });
sections.forEach((section) => watch.observe(section));
