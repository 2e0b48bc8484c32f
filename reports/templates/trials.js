// The table of all trials: a box that filters it, and each trial's learning curve in a row below.
const trials = (() => {
  const table = document.getElementById("trials-table");
  const data = JSON.parse(document.getElementById("data")?.textContent ?? "{}");
  const rows = table ? [...table.tBodies[0].rows] : [];
  const number = (row) => row.id.slice("trial-".length);
  const outside = { words: new Set(), ranges: new Set() }; // trials that a filter leaves out
  const said = document.createElement("output");
  const show = () => {
    let shown = 0;
    for (const row of rows) {
      row.hidden = outside.words.has(number(row)) || outside.ranges.has(number(row));
      shown += !row.hidden;
      if (row.hidden) close(row);
    }
    said.textContent = shown < rows.length ? `${shown} of ${rows.length} trials` : "";
  };
  const filter = (by, left) => {
    outside[by] = left;
    show();
  };

  const box = () => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    label.append("Only trials with ", input);
    Object.assign(input, { type: "search", placeholder: "words, such as adam complete" });
    const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const left = rows.filter((row) => !words.every((word) => texts.get(row).includes(word)));
      filter("words", new Set(left.map(number)));
    });
    const line = document.createElement("p");
    line.className = "filter";
    line.append(label, " ", said);
    table.closest(".scroll").before(line);
  };

  const svg = (name, attributes, text = "") => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return made;
  };
  const drawn = (trial) => {
    const [epochs, train, dev] = data.curves.trials[trial];
    const known = [...train, ...dev].filter((value) => value !== null);
    const top = Math.max(...known, 1e-9);
    const last = epochs.at(-1) || 1;
    const x = (epoch) => 52 + 250 * epoch / last;
    const y = (value) => 118 - 100 * value / top;
    const name = `${data.curves.name} by epoch`;
    const end = (values) => values.findLast((value) => value !== null) ?? "\u2013";
    const words = `trial ${trial}, ${name}: at the end train ${end(train)}, dev ${end(dev)}`;
    const picture = svg("svg", { viewBox: "0 0 340 148", role: "img", "aria-label": words });
    const line = (values, index) => {
      let path = "";
      let pen = "M";
      values.forEach((value, place) => {
        if (value === null) { pen = "M"; return; }
        path += `${pen}${x(epochs[place]).toFixed(1)} ${y(value).toFixed(1)}`;
        pen = "L";
      });
      const dash = index ? {} : { "stroke-dasharray": "5 2" };
      return svg("path", { d: path, fill: "none", stroke: `var(--p${2 * index})`, "stroke-width": 1.8, ...dash });
    };
    const text = (at, height, anchor, what, fill = "currentColor") =>
      svg("text", { x: at, y: height, "text-anchor": anchor, "font-size": 12, fill }, what);
    picture.append(
      svg("path", { d: "M52 14V118H312", fill: "none", stroke: "var(--muted)" }),
      text(46, 24, "end", `${top}${data.curves.unit}`), text(46, 120, "end", "0"),
      text(52, 135, "start", "0"), text(302, 135, "end", `${last} epochs`),
      text(180, 13, "end", "- - train", "var(--muted)"), text(196, 13, "start", "\u2014 dev", "var(--p2)"),
      line(train, 0), line(dev, 1),
    );
    return picture;
  };
  const close = (row) => {
    const button = row.querySelector("button[aria-expanded='true']");
    if (!button) return;
    button.setAttribute("aria-expanded", "false");
    row.nextElementSibling.remove();
  };
  const open = (row, button) => {
    const below = document.createElement("tr");
    const cell = below.insertCell();
    below.className = "curve";
    cell.colSpan = row.cells.length;
    cell.append(drawn(number(row)));
    button.setAttribute("aria-expanded", "true");
    row.after(below);
  };
  const openers = () => {
    for (const row of rows) {
      if (!data.curves.trials[number(row)]) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.append(row.cells[0].firstChild);
      button.setAttribute("aria-expanded", "false");
      button.title = "learning curve";
      row.cells[0].prepend(button);
      button.addEventListener("click", () => {
        if (button.getAttribute("aria-expanded") === "true") close(row);
        else open(row, button);
      });
    }
    // Before the rows are sorted, for a curve is a row, too.
    table.tHead.addEventListener("click", () => rows.forEach(close), true);
  };
  if (rows.length) {
    openers();
    box();
  }
  return { filter, svg };
})();
// A table that is wider than its place says so.
const hint = () => {
  for (const box of document.querySelectorAll(".scroll")) {
    box.classList.toggle("more", box.scrollWidth > box.clientWidth + 1);
  }
};
addEventListener("resize", hint);
document.querySelectorAll("details").forEach((one) => one.addEventListener("toggle", hint));
hint();
