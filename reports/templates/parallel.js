// Parallel coordinates: a range on an axis keeps the trials between its ends, here and in the table.
for (const picture of document.querySelectorAll("#parallel-figure svg")) {
  const LEFT = 40, RIGHT = 346, STEP = 0.02, ROOM = 0.5;
  const lines = [...picture.querySelectorAll("path[data-trial]")].map((path) => {
    const numbers = path.getAttribute("d").match(/[\d.]+/g).map(Number);
    return { path, trial: path.dataset.trial, x: numbers.filter((_, place) => place % 2 === 0) };
  });
  const said = document.createElement("output");
  const reset = document.createElement("button");
  Object.assign(reset, { type: "button", textContent: "Show all trials", hidden: true });
  const line = document.createElement("p");
  line.className = "filter";
  line.append(said, " ", reset);
  picture.closest(".panels").after(line);

  const drawn = picture.querySelector("g[data-axes]");
  const axes = JSON.parse(drawn.dataset.axes).map(({ name, y, low, high, log, choices }, index) => {
    const value = (share) => {
      if (choices) return choices[Math.round(share * (choices.length - 1))];
      const at = log ? low * (high / low) ** share : low + share * (high - low);
      return String(Number(at.toPrecision(3)));
    };
    return { index, name, y, value, ends: [0, 1] };
  });
  const place = (share) => LEFT + (RIGHT - LEFT) * share;
  const limited = (axis) => axis.ends[0] > 0 || axis.ends[1] < 1;
  const draw = () => {
    const set = axes.filter(limited);
    const left = new Set();
    for (const { path, trial, x } of lines) {
      const out = set.some(({ index, ends }) =>
        x[index] < place(ends[0]) - ROOM || x[index] > place(ends[1]) + ROOM || x[index] < LEFT - 12);
      path.classList.toggle("off", out);
      if (out) left.add(trial);
    }
    for (const axis of axes) {
      const [from, to] = axis.ends.map(place);
      axis.band.setAttribute("x", from);
      axis.band.setAttribute("width", to - from);
      axis.band.classList.toggle("on", limited(axis));
      axis.handles.forEach((handle, end) => {
        const share = axis.ends[end];
        handle.setAttribute("transform", `translate(${place(share)} ${axis.y})`);
        handle.setAttribute("aria-valuenow", Math.round(100 * share));
        handle.setAttribute("aria-valuetext", axis.value(share));
      });
    }
    const ranges = set.map(({ name, value, ends }) => `${name} ${value(ends[0])} to ${value(ends[1])}`);
    said.textContent = set.length ? `${lines.length - left.size} of ${lines.length} trials: ${ranges.join(", ")}.` : "";
    reset.hidden = !set.length;
    trials.filter("ranges", left);
  };
  const move = (axis, end, share) => {
    const [low, high] = end ? [axis.ends[0], 1] : [0, axis.ends[1]];
    axis.ends[end] = Math.min(Math.max(share, low), high);
    draw();
  };
  const clear = () => {
    axes.forEach((axis) => { axis.ends = [0, 1]; });
    draw();
  };
  const STEPS = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, PageDown: -5 * STEP, PageUp: 5 * STEP, Home: -2, End: 2 };
  const share = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
    return Math.min(Math.max((at.x - LEFT) / (RIGHT - LEFT), 0), 1);
  };
  picture.setAttribute("role", "group");
  for (const axis of axes) {
    const { svg } = trials;
    axis.band = svg("rect", { y: axis.y - 5, height: 10, class: "band" });
    const area = svg("rect", { x: LEFT - 12, y: axis.y - 12, width: RIGHT - LEFT + 24, height: 24, class: "area" });
    axis.handles = ["lowest", "highest"].map((word, end) => {
      const handle = svg("g", { class: "handle", role: "slider", tabindex: 0, "aria-label": `${axis.name}, ${word} shown`, "aria-valuemin": 0, "aria-valuemax": 100 });
      handle.append(
        svg("rect", { x: end ? 0 : -26, y: -13, width: 26, height: 26, class: "area" }),
        svg("path", { d: "M0-8V8", class: "end" }),
      );
      handle.addEventListener("keydown", (event) => {
        const step = STEPS[event.key];
        if (step === undefined) return;
        event.preventDefault();
        move(axis, end, axis.ends[end] + step);
      });
      return handle;
    });
    const drag = (event, held) => {
      event.preventDefault();
      const start = share(event);
      const target = event.currentTarget;
      target.setPointerCapture(event.pointerId);
      const pull = (moved) => {
        const now = share(moved);
        if (held === undefined) axis.ends = now < start ? [now, start] : [start, now];
        else return move(axis, held, now);
        return draw();
      };
      target.addEventListener("pointermove", pull);
      target.addEventListener("pointerup", (ended) => {
        target.removeEventListener("pointermove", pull);
        if (held === undefined && Math.abs(share(ended) - start) < 0.01) axis.ends = [0, 1];
        draw();
      }, { once: true });
    };
    area.addEventListener("pointerdown", (event) => drag(event));
    axis.handles.forEach((handle, end) => handle.addEventListener("pointerdown", (event) => drag(event, end)));
    drawn.append(axis.band, area, ...axis.handles);
  }
  picture.addEventListener("keydown", (event) => { if (event.key === "Escape") clear(); });
  reset.addEventListener("click", clear);
  draw();
}
