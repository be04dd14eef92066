// Captions in the player: on or off, as they were left; below the waveform where there is no picture to write on.

const KEY = "captions";

export function startCaptions(page, media) {
  const button = page.querySelector("[data-cc]");
  const box = page.querySelector("[data-caption]");
  if (!media || !button) return { toggle: () => {} };
  let on = localStorage.getItem(KEY) === "on";

  function show() {
    const track = media.querySelector("track")?.track;
    button.hidden = !track;
    button.setAttribute("aria-pressed", String(on));
    if (track) track.mode = on && !box ? "showing" : "hidden";
    if (box) write();
  }
  function write() {
    const cues = media.querySelector("track")?.track?.activeCues ?? [];
    box.hidden = !on;
    box.replaceChildren(...[...cues].flatMap((cue) => [cue.getCueAsHTML(), document.createTextNode("\n")]));
  }
  function watch() {
    const track = media.querySelector("track")?.track;
    if (box && track) track.addEventListener("cuechange", write);
  }
  function set(wanted) {
    on = wanted;
    localStorage.setItem(KEY, on ? "on" : "off");
    show();
  }

  button.addEventListener("click", () => set(!on));
  // The player's own menu switches them, too.
  media.textTracks.addEventListener("change", () => {
    const track = media.querySelector("track")?.track;
    if (!box && track && (track.mode === "showing") !== on) set(track.mode === "showing");
  });
  // Corrected lines are captions at once.
  document.addEventListener("transcript:changed", () => {
    const part = page.querySelector("[data-captions]");
    const before = media.querySelector("track");
    const any = page.querySelector("[data-transcript] .spoken");
    before?.remove();
    if (part && any) {
      const track = document.createElement("track");
      track.kind = "captions";
      track.label = "Transcript";
      track.srclang = before?.srclang || "en";
      track.src = `${part.dataset.captions}?v=${Date.now()}`;
      media.append(track);
    }
    watch();
    show();
  });
  watch();
  show();
  return { toggle: () => { if (!button.hidden) set(!on); } };
}
