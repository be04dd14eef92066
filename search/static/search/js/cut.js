// In and out points on the page of a video or a recording: what lies between them can be downloaded as a clip.
import { typing } from "./app.js";

const form = document.querySelector("[data-cut]");
const media = document.querySelector("[data-asset-page] video, [data-asset-page] audio");
const page = document.querySelector("[data-asset-page]");
const fps = Number(page?.dataset.fps || 25);
const part = (name) => form.querySelector(`[data-cut-${name}]`);
const shots = [...document.querySelectorAll(".filmstrip__shot")];
let begin = null;
let end = null;

const shown = (ms) => {
  if (ms === null) return "–";
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(ms / 3600000);
  return `${hours ? `${hours}:` : ""}${two(Math.floor(ms / 60000) % 60)}:${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, "0")}`;
};
// The time at which the frame that is seen begins, and at which it ends: the out frame is in the clip.
function now({ after = 0 } = {}) {
  if (!form.hasAttribute("data-frames")) return Math.round(media.currentTime * 1000);
  return Math.round(((Math.floor(media.currentTime * fps + 0.01) + after) / fps) * 1000);
}
function shotNow() {
  const ms = media.currentTime * 1000 + 1;
  return shots.find((shot) => Number(shot.dataset.jump) <= ms && ms < Number(shot.dataset.end)) ?? null;
}
function show() {
  const chosen = begin !== null || end !== null;
  const shot = chosen ? null : shotNow();
  const from = chosen ? begin ?? 0 : shot ? Number(shot.dataset.jump) : null;
  const to = chosen ? end ?? Math.round(media.duration * 1000) : shot ? Number(shot.dataset.end) : null;
  const good = from !== null && to !== null && to > from;
  for (const [name, value] of [["in", from], ["out", to]]) {
    form.elements[name].disabled = !good;
    form.elements[name].value = good ? value : "";
  }
  part("begin").textContent = shown(begin);
  part("end").textContent = shown(end);
  part("clear").hidden = !chosen;
  part("get").disabled = !good;
  part("words").textContent = chosen ? (good ? `Clip, ${((to - from) / 1000).toFixed(1)} s` : "Out is before in") : shots.length ? "This shot" : "Clip";
}
function set(which) {
  if (which === "in") begin = now();
  else end = now({ after: 1 });
  show();
}

if (form && media) {
  part("in").addEventListener("click", () => set("in"));
  part("out").addEventListener("click", () => set("out"));
  part("clear").addEventListener("click", () => { begin = end = null; show(); });
  for (const name of ["seeked", "timeupdate", "loadedmetadata"]) media.addEventListener(name, show);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "[") set("in");
    else if (event.key === "]") set("out");
  });
  show();
}
