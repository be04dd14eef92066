// The transcript follows what is played, unless somebody is reading elsewhere in it, and can be searched.

export function startTranscript(page) {
  const list = page.querySelector("[data-transcript]");
  if (!list) return { follow: () => {} };
  const lines = [...list.querySelectorAll(".spoken")].map((element) => ({
    element, start: Number(element.dataset.start), end: Number(element.dataset.end),
    words: [...element.querySelectorAll(".word")].map((word) => ({ element: word, start: Number(word.dataset.jump) })),
    text: element.textContent.toLocaleLowerCase(),
  }));
  let now = null;
  let said = null;
  let readingUntil = 0;
  list.addEventListener("wheel", () => { readingUntil = performance.now() + 4000; }, { passive: true });
  list.addEventListener("touchmove", () => { readingUntil = performance.now() + 4000; }, { passive: true });

  function follow(ms) {
    let line = null;
    for (const item of lines) { if (item.start <= ms + 1) line = item; else break; }
    if (line !== now) {
      now?.element.classList.remove("is-now");
      line?.element.classList.add("is-now");
      now = line;
      if (line && performance.now() > readingUntil) {
        const top = line.element.offsetTop - list.clientHeight / 3;
        list.scrollTo({ top, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
      }
    }
    let word = null;
    if (line && ms < line.end + 300) for (const item of line.words) { if (item.start <= ms + 1) word = item; else break; }
    if (word !== said) {
      said?.element.classList.remove("is-said");
      word?.element.classList.add("is-said");
      said = word;
    }
  }

  const find = page.querySelector("[data-find]");
  const found = page.querySelector("[data-found]");
  find?.addEventListener("input", () => {
    const wanted = find.value.trim().toLocaleLowerCase();
    let count = 0;
    for (const line of lines) {
      const shown = !wanted || line.text.includes(wanted);
      line.element.hidden = !shown;
      count += shown ? 1 : 0;
    }
    found.textContent = wanted ? `${count} of ${lines.length}` : "";
  });
  find?.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { find.value = ""; find.dispatchEvent(new Event("input")); find.blur(); event.stopPropagation(); }
    if (event.key === "Enter") lines.find((line) => !line.element.hidden)?.element.querySelector("[data-jump]")?.click();
  });
  return { follow };
}
