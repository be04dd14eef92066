// The page of one asset: playing from the second that was found, shots and words that follow, keys, zoom.
import { typing } from "./app.js";
import { paint } from "./waveform.js";
import { startZoom } from "./zoom.js";
import { startCaptions } from "./captions.js";
import { startTranscript } from "./transcript.js";

const page = document.querySelector("[data-asset-page]");
const media = page.querySelector("video, audio");
const clock = page.querySelector("[data-clock]");
const rate = page.querySelector("[data-rate]");
const frame = 1 / Number(page.dataset.fps || 25);
const shots = [...page.querySelectorAll(".filmstrip__shot")];
const zoom = startZoom(page.querySelector("[data-stage]"));
const transcript = startTranscript(page);
const captions = startCaptions(page, media);

function timecode(seconds) {
  const whole = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return `${hours ? `${hours}:` : ""}${rest}.${String(Math.floor((seconds % 1) * 1000)).padStart(3, "0")}`;
}

let shotNow = null;
function follow() {
  if (!media) return;
  const ms = media.currentTime * 1000;
  if (clock) clock.textContent = timecode(media.currentTime);
  const shot = shots.find((item) => Number(item.dataset.jump) <= ms + 1 && ms < Number(item.dataset.end)) ?? null;
  if (shot !== shotNow) {
    shotNow?.classList.remove("is-now");
    shotNow?.removeAttribute("aria-current");
    shot?.classList.add("is-now");
    shot?.setAttribute("aria-current", "true");
    if (shot) {
      const strip = shot.parentElement;
      strip.scrollTo({ left: shot.offsetLeft - (strip.clientWidth - shot.clientWidth) / 2, behavior: "auto" });
    }
    shotNow = shot;
  }
  const canvas = page.querySelector("canvas[data-seek]");
  const share = media.duration ? media.currentTime / media.duration : 0;
  if (canvas) {
    canvas.share = share;
    paint(canvas, share);
    page.querySelector("[data-head]").style.left = `${100 * share}%`;
  }
  transcript.follow(ms);
}

function run() {
  follow();
  if (!media.paused && !media.ended) requestAnimationFrame(run);
}

function jump(ms, { play = false } = {}) {
  if (!media) return;
  media.currentTime = Math.max(0, ms / 1000);
  if (play) media.play().catch(() => {});
  follow();
}

function toggle() { if (media) { if (media.paused) media.play().catch(() => {}); else media.pause(); } }
function step(frames) { if (media) { media.pause(); jump((media.currentTime + frames * frame) * 1000); } }
function faster() {
  if (!media) return;
  const speeds = [1, 1.5, 2, 4];
  media.playbackRate = media.paused ? 1 : speeds[(speeds.indexOf(media.playbackRate) + 1) % speeds.length];
  if (media.paused) media.play().catch(() => {});
}
function shotBy(offset) {
  const at = shots.indexOf(shotNow);
  const target = shots[Math.min(shots.length - 1, Math.max(0, at + offset))];
  if (target) jump(Number(target.dataset.jump));
}

function info(open) {
  document.documentElement.classList.toggle("is-info-closed", !open);
  page.querySelector("[data-info]")?.setAttribute("aria-pressed", String(open));
  localStorage.setItem("info", open ? "open" : "closed");
}
async function copy() {
  const said = page.querySelector("[data-said]");
  if (!clock || !said) return;
  try { await navigator.clipboard.writeText(clock.textContent); said.textContent = "Copied"; }
  catch { said.textContent = "This browser does not let the page copy"; }
  setTimeout(() => { said.textContent = ""; }, 1600);
}
function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else (page.querySelector(".stage") ?? media)?.requestFullscreen?.();
}
// What is like the shot that is to be seen, not like the first one of the video.
function ofThisShot(link) {
  const address = new URL(link.href);
  if (shotNow?.dataset.unit) { address.searchParams.delete("asset"); address.searchParams.set("unit", shotNow.dataset.unit); }
  return address.href;
}
function similar() {
  const link = page.querySelector("[data-like]");
  if (link) location.assign(ofThisShot(link));
}
function leave() {
  if (document.fullscreenElement) return;
  if (zoom?.active()) { zoom.off(); return; }
  page.querySelector("[data-back]")?.click();
}

const keys = {
  " ": toggle, k: toggle, l: faster, j: () => media && jump((media.currentTime - 5) * 1000),
  ",": () => step(-1), ".": () => step(1), c: copy, f: fullScreen, z: () => zoom?.toggle(),
  i: () => info(document.documentElement.classList.contains("is-info-closed")),
  s: similar, t: () => captions.toggle(),
  Escape: leave,
  ArrowLeft: () => page.querySelector("[data-previous]")?.click(),
  ArrowRight: () => page.querySelector("[data-next]")?.click(),
  ArrowUp: () => (shots.length ? shotBy(-1) : null),
  ArrowDown: () => (shots.length ? shotBy(1) : null),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const focused = document.activeElement;
  if (document.querySelector("dialog[open], .part") || focused?.closest?.("[data-tile]")) return;
  // Space on a button or a link is that control's own; the player itself would toggle twice.
  if (event.key === " " && focused?.closest("button, a, summary")) return;
  if (focused?.closest("[data-lineform], .transcript__menu[open]")) return; // their own keys: Esc closes them
  if (/^Arrow(Up|Down)$/.test(event.key) && focused?.closest("[data-transcript]")) return; // from line to line
  if (event.key.startsWith("Arrow") && !shots.length && /Up|Down/.test(event.key)) return;
  if (keys[event.key]) { event.preventDefault(); event.stopPropagation(); keys[event.key](); }
}, { capture: true });

page.addEventListener("click", (event) => {
  if (event.target.closest("[data-info]")) info(document.documentElement.classList.contains("is-info-closed"));
  if (event.target.closest("[data-copy]")) copy();
  const like = event.target.closest("[data-like], [data-like-more], [data-like-less]");
  if (like) like.href = ofThisShot(like);
  const target = event.target.closest("[data-jump]");
  if (target && media) {
    event.preventDefault();
    jump(Number(target.dataset.jump), { play: true });
    const address = new URL(location.href);
    address.searchParams.set("t", target.dataset.jump);
    history.replaceState(history.state, "", address);
  }
  const canvas = event.target.closest("canvas[data-seek]");
  if (canvas && media) {
    const box = canvas.getBoundingClientRect();
    jump(((event.clientX - box.left) / box.width) * Number(canvas.dataset.duration));
  }
});

// The list it was opened from keeps its scroll when we go back to it through the history.
page.querySelector("[data-back]")?.addEventListener("click", (event) => {
  const from = document.referrer && new URL(document.referrer);
  const back = new URL(event.currentTarget.href);
  if (from && from.href === back.href && history.length > 1) { event.preventDefault(); history.back(); }
});

if (localStorage.getItem("info") === "closed") info(false);
if (media) {
  const start = Number(page.dataset.start) / 1000;
  // The address says #t= already; this holds where a browser ignores it.
  const seek = () => { if (start && Math.abs(media.currentTime - start) > 0.5) media.currentTime = start; follow(); };
  if (media.readyState >= 1) seek();
  else media.addEventListener("loadedmetadata", seek, { once: true });
  for (const name of ["play", "playing"]) media.addEventListener(name, run);
  for (const name of ["seeking", "seeked", "timeupdate", "pause"]) media.addEventListener(name, follow);
  media.addEventListener("ratechange", () => { if (rate) rate.textContent = `${media.playbackRate}×`; });
}
for (const end of ["[data-previous]", "[data-next]"]) {
  const link = page.querySelector(end);
  if (link) { const hint = document.createElement("link"); hint.rel = "prefetch"; hint.href = link.href; document.head.append(hint); }
}
