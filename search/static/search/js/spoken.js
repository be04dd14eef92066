// Spoken lines play where they stand: only the line, and only one at a time.
import { paint } from "./waveform.js";

const player = new Audio();
player.preload = "none";
let line = null;
let until = 0;

function icon(button, name) {
  const use = button.querySelector("use");
  use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
}

function share() {
  const button = line?.querySelector("[data-play]");
  if (!button) return 0;
  const start = Number(button.dataset.start) / 1000;
  return (player.currentTime - start) / Math.max(0.1, until - start);
}

function show() {
  const canvas = line?.querySelector("canvas");
  if (canvas) { canvas.share = Math.min(1, Math.max(0, share())); paint(canvas, canvas.share); }
}

function stop() {
  player.pause();
  if (!line) return;
  line.classList.remove("is-playing");
  icon(line.querySelector("[data-play]"), "play");
  const canvas = line.querySelector("canvas");
  if (canvas) { canvas.share = 0; paint(canvas, 0); }
  line = null;
}

function follow() {
  if (!line) return;
  if (!line.isConnected || player.currentTime >= until || player.ended) { stop(); return; }
  show();
  requestAnimationFrame(follow);
}

async function play(button) {
  const chosen = button.closest("[data-line]");
  if (line === chosen) { stop(); return; }
  stop();
  line = chosen;
  const start = Number(button.dataset.start) / 1000;
  until = Number(button.dataset.end) / 1000 + 0.15; // the last consonant
  line.classList.add("is-playing");
  icon(button, "pause");
  if (player.dataset.of !== button.dataset.play) {
    player.src = `${button.dataset.play}#t=${start}`;
    player.dataset.of = button.dataset.play;
  }
  player.currentTime = start;
  try {
    await player.play();
    requestAnimationFrame(follow);
  } catch (error) {
    if (error.name === "AbortError") return;
    // Not playable by this browser: its page says what can be done.
    const link = chosen.querySelector(".line__text");
    stop();
    if (link) location.assign(link.href);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-play]");
  if (button) { event.preventDefault(); play(button); }
});
