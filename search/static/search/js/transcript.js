// The transcript follows what is played, unless somebody is reading or writing elsewhere in it, and can be searched.

export function startTranscript(page) {
  let list = null;
  let lines = [];
  let now = null;
  let said = null;
  let readingUntil = 0;
  const reading = () => { readingUntil = performance.now() + 4000; };

  // Lines are corrected while they are played: what stands there is read again after each change.
  function read() {
    list = page.querySelector("[data-transcript]");
    lines = [...(list?.querySelectorAll(".spoken") ?? [])].map((element) => ({
      element, start: Number(element.dataset.start), end: Number(element.dataset.end),
      words: [...element.querySelectorAll(".word")].map((word) => ({ element: word, start: Number(word.dataset.jump) })),
      text: element.textContent.toLocaleLowerCase(),
    }));
    now = said = null;
    list?.addEventListener("wheel", reading, { passive: true });
    list?.addEventListener("touchmove", reading, { passive: true });
    search();
  }

  function follow(ms) {
    let line = null;
    for (const item of lines) { if (item.start <= ms + 1) line = item; else break; }
    if (line !== now) {
      now?.element.classList.remove("is-now");
      line?.element.classList.add("is-now");
      now = line;
      if (line && performance.now() > readingUntil && !list.contains(document.activeElement)) {
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

  function search() {
    const find = page.querySelector("[data-find]");
    const found = page.querySelector("[data-found]");
    const wanted = find?.value.trim().toLocaleLowerCase() ?? "";
    let count = 0;
    for (const line of lines) {
      const shown = !wanted || line.text.includes(wanted);
      line.element.hidden = !shown;
      count += shown ? 1 : 0;
    }
    if (found) found.textContent = wanted ? `${count} of ${lines.length}` : "";
  }

  page.addEventListener("input", (event) => { if (event.target.matches("[data-find]")) search(); });
  page.addEventListener("keydown", (event) => {
    if (!event.target.matches?.("[data-find]")) return;
    if (event.key === "Escape") { event.target.value = ""; search(); event.target.blur(); event.stopPropagation(); }
    if (event.key === "Enter") lines.find((line) => !line.element.hidden)?.element.querySelector("[data-jump]")?.click();
  });
  document.addEventListener("transcript:changed", read);
  read();
  return { follow };
}
