// Pointing at a figure says what stands there; a trial that is chosen is marked in all of them.
(() => {
  const NEAR = 16; // pixels
  const once = (make) => { let found; return () => (found ??= make()); };
  const trials = once(() => {
    const columns = JSON.parse(document.getElementById("data")?.textContent ?? "{}").trials ?? {};
    return { columns, at: new Map((columns.trial ?? []).map((trial, at) => [String(trial), at])) };
  });
  const tip = document.createElement("p");
  tip.className = "tip";
  tip.setAttribute("role", "status");
  tip.hidden = true;
  document.body.append(tip);

  const written = (value) => {
    const size = Math.abs(value);
    const short = size >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
    const text = size && size < 1e-4 ? value.toExponential(1) : String(short);
    return text.replaceAll("-", "\u2212");
  };
  // What an axis says of a place on it, or of a value.
  const named = (axis, place) => {
    const off = axis.at.map((one) => Math.abs(one - place));
    return axis.of[off.indexOf(Math.min(...off))];
  };
  const valued = (axis, place) => {
    const share = (place - axis.p[0]) / (axis.p[1] - axis.p[0]);
    const [low, high] = axis.v;
    const value = axis.log ? low * (high / low) ** share : low + (high - low) * share;
    return Math.abs(value) < 0.001 * Math.abs(high - low) && !axis.log ? 0 : value;
  };
  const says = (axis, place, exact) => {
    if (!axis) return "";
    if (axis.at) return named(axis, place);
    const value = exact ?? valued(axis, place);
    const text = typeof value === "number" ? written(value * (axis.k ?? 1)) + (axis.s ?? "") : value;
    return `${axis.n} ${text}`.trim();
  };
  const sentence = ({ x, y, path, trial, axes, figure }) => {
    const at = trials().at.get(trial), { columns } = trials();
    const known = trial !== undefined && at !== undefined;
    const exact = (axis) => known ? columns[`param.${axis?.c}`]?.[at] : undefined;
    const value = known && ["scatter", "slices"].includes(figure) ? columns.value?.[at] : undefined;
    const parts = [says(axes.x, x, exact(axes.x)), says(axes.y, y, value ?? exact(axes.y))];
    const name = trial === undefined ? path.dataset.n : `trial ${trial}`;
    return [name, parts.filter(Boolean).join(", ")].filter(Boolean).join(": ");
  };

  const axesOf = (group) => Object.fromEntries(
    ["x", "y"].map((side) => [side, group.dataset[side] && JSON.parse(group.dataset[side])]));
  const places = (path) => [...path.getAttribute("d").matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)]
    .map(([, x, y]) => [Number(x), Number(y)]);
  const memo = new WeakMap();
  const points = (svg) => {
    if (!memo.has(svg)) {
      const figure = svg.closest("figure")?.id;
      memo.set(svg, [...svg.querySelectorAll("g[data-x], g[data-y]")].flatMap((group) => {
        const axes = axesOf(group);
        return [...group.querySelectorAll("path.m, path[data-n]")].flatMap((path) => {
          const each = path.dataset.t?.split(" ");
          return places(path).map(([x, y], n) =>
            ({ x, y, path, axes, figure, group, trial: each?.[n] }));
        });
      }).sort((one, two) => one.x - two.x || one.y - two.y));
    }
    return memo.get(svg);
  };
  const nearest = (svg, event) => {
    const to = svg.getScreenCTM();
    const off = ({ x, y }) => Math.hypot(x * to.a + to.e - event.clientX, y * to.d + to.f - event.clientY);
    const [best] = points(svg).map((point) => [off(point), point])
      .reduce((least, one) => one[0] < least[0] ? one : least, [NEAR]).slice(1);
    return best;
  };
  const show = (svg, point) => {
    tip.hidden = !point;
    if (!point) return;
    const to = svg.getScreenCTM();
    tip.textContent = sentence(point);
    const left = point.x * to.a + to.e + 10, top = point.y * to.d + to.f + 12;
    tip.style.left = `${Math.max(4, Math.min(left, innerWidth - tip.offsetWidth - 4))}px`;
    tip.style.top = `${Math.max(4, Math.min(top, innerHeight - tip.offsetHeight - 4))}px`;
  };

  const bar = document.createElement("div");
  const button = document.createElement("button");
  bar.className = "chosen-bar";
  bar.hidden = true;
  button.type = "button";
  button.setAttribute("aria-pressed", "true");
  bar.append(button);
  document.body.append(bar);
  let chosen;
  const figures = [...document.querySelectorAll(".panel svg")];
  const names = (text, trial) => new RegExp(`\\btrial ${trial}(?!\\d)`).test(text);
  const lines = (text) => [...text.childNodes].map((line) => line.textContent).join(" ");
  const choose = (trial) => {
    chosen = trial === chosen ? undefined : trial;
    document.querySelectorAll("circle.chosen").forEach((ring) => ring.remove());
    document.querySelectorAll(".on:not(.band)").forEach((one) => one.classList.remove("on"));
    bar.hidden = chosen === undefined;
    if (bar.hidden) return;
    button.textContent = `Trial ${chosen} is marked in all figures. Clear (Esc)`;
    document.getElementById(`trial-${chosen}`)?.classList.add("on");
    for (const svg of figures) {
      for (const { x, y, group } of points(svg).filter((point) => point.trial === chosen)) {
        const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
        for (const [key, value] of Object.entries({ class: "chosen", cx: x, cy: y, r: 7 })) {
          ring.setAttribute(key, value);
        }
        group.append(ring);
      }
      svg.querySelectorAll("text").forEach((one) => one.classList.toggle("on", names(lines(one), chosen)));
      svg.querySelectorAll("path[data-n]").forEach((one) => one.classList.toggle("on", names(one.dataset.n, chosen)));
      svg.querySelectorAll("path[data-trial]").forEach((one) => one.classList.toggle("on", one.dataset.trial === chosen));
    }
  };
  button.addEventListener("click", () => choose(chosen));
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    show(undefined, undefined);
    if (chosen !== undefined) choose(chosen);
  });
  addEventListener("scroll", () => show(undefined, undefined), { passive: true });

  for (const svg of figures) {
    if (!svg.querySelector("path.m, path[data-n]")) continue;
    let at = -1;
    svg.setAttribute("tabindex", "0");
    svg.addEventListener("pointermove", (event) => show(svg, nearest(svg, event)));
    svg.addEventListener("pointerdown", (event) => show(svg, nearest(svg, event)));
    svg.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") show(svg, undefined);
    });
    svg.addEventListener("blur", () => show(svg, undefined));
    svg.addEventListener("click", (event) => {
      const point = nearest(svg, event);
      const label = event.target.closest?.("text");
      const text = label && lines(label).match(/\btrial (\d+)/)?.[1];
      if (point?.trial ?? text) choose(point?.trial ?? text);
    });
    svg.addEventListener("keydown", (event) => {
      const each = points(svg), step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) {
        at = (at + step + each.length) % each.length;
        show(svg, each[at]);
      } else if ((event.key === "Enter" || event.key === " ") && each[at]?.trial) {
        choose(each[at].trial);
      } else return;
      event.preventDefault();
    });
  }
})();
// On paper nothing is folded but the numbers behind the figures, which are files beside the page.
addEventListener("beforeprint", () => {
  document.querySelectorAll("main details").forEach((one) => { one.open ||= !one.matches(".numbers-of"); });
});
