// An underlined word says what it means where it stands: pointed at, focused or tapped; Escape closes
// it. Without scripts it is a link to its entry in the list of words.
(() => {
  const LATER = 250; // milliseconds, in which the pointer may move into what is said
  const box = document.createElement("p");
  box.className = "means";
  box.id = "means";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  document.body.append(box);
  let shown, leaving;
  const hide = () => {
    clearTimeout(leaving);
    shown?.removeAttribute("aria-describedby");
    shown = undefined;
    box.hidden = true;
  };
  const place = (word) => {
    const at = word.getClientRects()[0];
    const left = Math.min(at.left, document.documentElement.clientWidth - box.offsetWidth - 8);
    const below = at.bottom + 4 + box.offsetHeight < innerHeight;
    const top = below ? at.bottom + 4 : at.top - box.offsetHeight - 4;
    box.style.left = `${Math.max(8, left) + scrollX}px`;
    box.style.top = `${top + scrollY}px`;
  };
  const show = (word) => {
    clearTimeout(leaving);
    if (word === shown) return;
    hide();
    shown = word;
    box.textContent = word.dataset.means;
    box.hidden = false;
    word.setAttribute("aria-describedby", box.id);
    place(word);
  };
  const leave = () => { leaving = setTimeout(hide, LATER); };
  for (const word of document.querySelectorAll("a.word")) {
    let tapped = false; // on a word that was open
    word.dataset.means = word.title;
    word.removeAttribute("title");
    word.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") show(word); });
    word.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") leave(); });
    word.addEventListener("pointerdown", (event) => { tapped = word === shown && event.pointerType !== "mouse"; });
    word.addEventListener("focus", () => show(word));
    word.addEventListener("blur", hide);
    word.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (tapped) hide();
      else show(word);
      tapped = false;
    });
  }
  box.addEventListener("pointerenter", () => clearTimeout(leaving));
  box.addEventListener("pointerleave", leave);
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("resize", hide);
  addEventListener("pointerdown", (event) => {
    if (shown && !box.contains(event.target) && !shown.contains(event.target)) hide();
  });
})();
