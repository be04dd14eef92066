// A part of a picture as the search: a rectangle drawn with mouse, finger or arrow keys over the photo or the shot.
import { typing } from "./app.js";
import { displayed } from "./boxes.js";

const page = document.querySelector("[data-asset-page]");
const button = page.querySelector("[data-part]");
const stage = page.querySelector(".stage--picture[data-unit], .stage.player");
const video = stage?.querySelector("video");
const LEAST = 5; // percent of a side: less shows nothing
const STEP = 2;
const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

let layer = null;
let part = null; // percent of the picture: { x, y, w, h }
let drag = null;

const within = (value, least, most) => Math.min(most, Math.max(least, value));

function whole({ x, y, w, h }) {
  const width = within(Math.round(w), LEAST, 100);
  const height = within(Math.round(h), LEAST, 100);
  return { x: within(Math.round(x), 0, 100 - width), y: within(Math.round(y), 0, 100 - height), w: width, h: height };
}

function inWords() {
  return `Part from the left ${part.x} %, from the top ${part.y} %, ${part.w} % wide, ${part.h} % high`;
}

function place() {
  if (!layer) return;
  const shown = displayed();
  if (!shown) return;
  for (const side of ["left", "top", "width", "height"]) layer.style[side] = `${shown[side]}px`;
}

function draw({ aloud = false } = {}) {
  const rectangle = layer.querySelector(".part__box");
  rectangle.style.left = `${part.x}%`;
  rectangle.style.top = `${part.y}%`;
  rectangle.style.width = `${part.w}%`;
  rectangle.style.height = `${part.h}%`;
  rectangle.setAttribute("aria-label", inWords());
  if (aloud) stage.querySelector(".part__said").textContent = inWords();
}

function shotNow() {
  const now = page.querySelector(".filmstrip__shot.is-now") ?? page.querySelector(".filmstrip__shot");
  return now?.dataset.unit ?? "";
}

function begin() {
  if (layer || !stage || !displayed()) return;
  if (document.fullscreenElement) document.exitFullscreen();
  let unit = stage.dataset.unit;
  if (video) {
    unit = shotNow();
    const at = JSON.parse(page.dataset.looks || "{}")[unit];
    if (!unit || at === undefined) return;
    video.pause();
    video.controls = false;
    video.currentTime = at / 1000; // the frame that the search looks at
  }
  layer = document.createElement("div");
  layer.className = "part";
  layer.setAttribute("role", "group");
  layer.setAttribute("aria-label", "Search a part of the picture");
  const rectangle = document.createElement("div");
  rectangle.className = "part__box";
  rectangle.tabIndex = 0;
  rectangle.setAttribute("role", "application");
  rectangle.setAttribute("aria-roledescription", "part of the picture");
  rectangle.setAttribute("aria-describedby", "part-help");
  for (const handle of HANDLES) {
    const dot = document.createElement("span");
    dot.className = `part__handle part__handle--${handle}`;
    dot.dataset.handle = handle;
    rectangle.append(dot);
  }
  layer.append(rectangle);
  const bar = document.createElement("div");
  bar.className = "part__bar";
  bar.innerHTML = `<p class="part__help" id="part-help">${video ? "This is the frame of the shot that is searched with. " : ""}Draw around what you look for. <span class="only-wide">Arrow keys move it, with Shift they change its size.</span></p><span class="visually-hidden part__said" role="status"></span><button class="button button--main" type="button" data-find>Find this part</button><button class="button" type="button" data-stop>Cancel</button>`;
  bar.dataset.unit = unit;
  const seen = displayed();
  const around = stage.getBoundingClientRect();
  // Half of what is to be seen of the picture: it may be zoomed into.
  const left = Math.max(0, -seen.left) / seen.width;
  const top = Math.max(0, -seen.top) / seen.height;
  const right = Math.min(seen.width, around.width - seen.left) / seen.width;
  const bottom = Math.min(seen.height, around.height - seen.top) / seen.height;
  part = whole({
    x: 100 * (left + (right - left) / 4), y: 100 * (top + (bottom - top) / 4),
    w: 50 * (right - left), h: 50 * (bottom - top),
  });
  stage.append(layer, bar);
  stage.classList.add("is-choosing");
  button.setAttribute("aria-pressed", "true");
  place();
  draw();
  rectangle.focus({ preventScroll: true });
}

function end() {
  if (!layer) return;
  layer.remove();
  stage.querySelector(".part__bar").remove();
  layer = null;
  drag = null;
  if (video) video.controls = true;
  stage.classList.remove("is-choosing");
  button.setAttribute("aria-pressed", "false");
  button.focus({ preventScroll: true });
}

function find() {
  const { unit } = stage.querySelector(".part__bar").dataset;
  location.assign(`${button.dataset.part}?${new URLSearchParams({ unit, part: `${part.x},${part.y},${part.w},${part.h}` })}`);
}

function point(event) {
  const around = layer.getBoundingClientRect();
  return { x: within((100 * (event.clientX - around.left)) / around.width, 0, 100), y: within((100 * (event.clientY - around.top)) / around.height, 0, 100) };
}

function onDown(event) {
  if (event.button !== 0) return;
  event.preventDefault();
  const at = point(event);
  const handle = event.target.dataset.handle ?? "";
  const inside = event.target.closest(".part__box") !== null;
  drag = { from: at, part: { ...part }, handle, how: handle ? "size" : inside ? "move" : "new" };
  layer.setPointerCapture(event.pointerId);
  layer.querySelector(".part__box").focus({ preventScroll: true });
}

function onMove(event) {
  if (!drag) return;
  const at = point(event);
  const [dx, dy] = [at.x - drag.from.x, at.y - drag.from.y];
  if (drag.how === "new") {
    if (Math.hypot(dx, dy) < 2) return;
    part = whole({ x: Math.min(at.x, drag.from.x), y: Math.min(at.y, drag.from.y), w: Math.abs(dx), h: Math.abs(dy) });
  } else if (drag.how === "move") {
    part = whole({ ...drag.part, x: drag.part.x + dx, y: drag.part.y + dy });
  } else {
    let [left, top, right, bottom] = [drag.part.x, drag.part.y, drag.part.x + drag.part.w, drag.part.y + drag.part.h];
    if (drag.handle.includes("w")) left = Math.min(left + dx, right - LEAST);
    if (drag.handle.includes("e")) right = Math.max(right + dx, left + LEAST);
    if (drag.handle.includes("n")) top = Math.min(top + dy, bottom - LEAST);
    if (drag.handle.includes("s")) bottom = Math.max(bottom + dy, top + LEAST);
    [left, top, right, bottom] = [left, top, right, bottom].map((value) => within(value, 0, 100));
    part = whole({ x: left, y: top, w: right - left, h: bottom - top });
  }
  draw();
}

function onUp() {
  if (!drag) return;
  drag = null;
  draw({ aloud: true });
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); end(); return; }
  if (!event.target.closest?.(".part__box")) return;
  const [dx, dy] = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key] ?? [0, 0];
  if (event.key === "Enter") { event.preventDefault(); find(); return; }
  if (!dx && !dy) return;
  event.preventDefault();
  event.stopPropagation();
  if (event.shiftKey) part = whole({ ...part, w: within(part.w + dx, LEAST, 100 - part.x), h: within(part.h + dy, LEAST, 100 - part.y) });
  else part = whole({ ...part, x: part.x + dx, y: part.y + dy });
  draw({ aloud: true });
}

if (button && stage && (stage.dataset.unit || page.querySelector(".filmstrip__shot[data-unit]"))) {
  button.hidden = false;
  button.addEventListener("click", () => (layer ? end() : begin()));
  document.addEventListener("keydown", (event) => {
    if (layer) { onKey(event); return; }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "r" && !document.querySelector("dialog[open]")) { event.preventDefault(); begin(); }
  }, { capture: true });
  stage.addEventListener("pointerdown", (event) => { if (layer?.contains(event.target)) onDown(event); });
  stage.addEventListener("pointermove", onMove);
  stage.addEventListener("pointerup", onUp);
  stage.addEventListener("pointercancel", onUp);
  stage.addEventListener("click", (event) => {
    if (event.target.closest("[data-find]")) find();
    if (event.target.closest("[data-stop]")) end();
  });
  new ResizeObserver(place).observe(stage);
  for (const name of ["seeked", "loadedmetadata"]) video?.addEventListener(name, place);
}
