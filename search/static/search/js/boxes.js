// Faces, things and writing as quiet boxes over the picture or the video; `b` shows them, and it is remembered.
import { typing } from "./app.js";

const page = document.querySelector("[data-asset-page]");
const stage = page.querySelector(".stage--picture, .stage.player");
const button = page.querySelector("[data-boxes]");
const picture = stage?.querySelector(".stage__picture, .player__video");
const KEY = "boxes";
let layer = null;
let drawn = [];

function read() {
  const data = document.getElementById("boxes");
  return data ? JSON.parse(data.dataset.of) : [];
}

// Where the picture is inside its stage: letterboxed by object-fit, moved and scaled by the zoom.
export function displayed() {
  const around = stage.getBoundingClientRect();
  const width = picture.videoWidth || picture.naturalWidth || Number(picture.getAttribute("width"));
  const height = picture.videoHeight || picture.naturalHeight || Number(picture.getAttribute("height"));
  const box = picture.getBoundingClientRect(); // with its transform
  if (!width || !height || !box.width) return null;
  const share = Math.min(box.width / width, box.height / height);
  return {
    left: box.left - around.left + (box.width - width * share) / 2,
    top: box.top - around.top + (box.height - height * share) / 2,
    width: width * share,
    height: height * share,
  };
}

function place() {
  if (!layer || layer.hidden) return;
  const rectangle = displayed();
  if (!rectangle) return;
  for (const side of ["left", "top", "width", "height"]) layer.style[side] = `${rectangle[side]}px`;
}

function follow() {
  if (!layer || layer.hidden || picture.tagName !== "VIDEO") return;
  const now = picture.currentTime * 1000;
  for (const { box, link } of drawn) link.hidden = box.start_ms !== null && (now < box.start_ms - 1 || now > box.end_ms + 1);
}

function run() {
  follow();
  if (!picture.paused && !picture.ended && !layer?.hidden) requestAnimationFrame(run);
}

function draw() {
  layer?.remove();
  const boxes = stage && picture ? read() : [];
  button.hidden = !boxes.length;
  drawn = [];
  layer = null;
  if (!boxes.length) return;
  layer = document.createElement("div");
  layer.className = "boxes";
  layer.setAttribute("role", "group");
  layer.setAttribute("aria-label", "What is in the picture");
  // Large ones first: the small ones lie above them and stay within reach.
  for (const box of [...boxes].sort((a, b) => b.w * b.h - a.w * a.h)) {
    const link = document.createElement("a");
    link.className = `boxed boxed--${box.kind}`;
    link.href = box.href;
    link.style.left = `${100 * box.x}%`;
    link.style.top = `${100 * box.y}%`;
    link.style.width = `${100 * box.w}%`;
    link.style.height = `${100 * box.h}%`;
    if (box.y < 0.08) link.classList.add("boxed--low");
    if (box.x > 0.7) link.classList.add("boxed--left");
    const label = document.createElement("span");
    label.className = "boxed__label";
    label.textContent = box.certainty < 1 ? `${box.label} · ${Math.round(100 * box.certainty)} %` : box.label;
    link.setAttribute("aria-label", label.textContent); // what is written on it shows only under the pointer
    link.append(label);
    layer.append(link);
    drawn.push({ box, link });
  }
  stage.append(layer);
  show(localStorage.getItem(KEY) === "shown");
}

function show(shown) {
  if (!layer) return;
  layer.classList.remove("boxes--peek");
  layer.hidden = !shown;
  button.setAttribute("aria-pressed", String(shown));
  place();
  run();
}

// What the pointer rests on in the panel is shown in the picture, boxes on or off: both lead to the same search.
function peek(address) {
  if (!layer) return;
  const asked = address ? drawn.filter(({ link }) => link.href === address) : [];
  layer.classList.toggle("boxes--peek", asked.length > 0);
  for (const { link } of drawn) link.classList.toggle("boxed--asked", asked.some((each) => each.link === link));
  layer.hidden = !asked.length && localStorage.getItem(KEY) !== "shown";
  place();
  follow();
}

function entry(target) {
  return target instanceof Element ? target.closest("aside li")?.querySelector("a[href*='?q=']")?.href : undefined;
}

function toggle() {
  if (!layer) return;
  const wanted = localStorage.getItem(KEY) !== "shown"; // not as it looks: the pointer may rest in the panel
  localStorage.setItem(KEY, wanted ? "shown" : "off");
  show(wanted);
}

if (stage && picture && button) {
  draw();
  button.addEventListener("click", toggle);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "b" && layer && !document.querySelector("dialog[open]")) { event.preventDefault(); toggle(); }
  });
  for (const name of ["pointerover", "focusin"]) page.addEventListener(name, (event) => peek(entry(event.target)));
  new ResizeObserver(place).observe(stage);
  // The zoom moves the picture by its style, with or without a transition.
  new MutationObserver(place).observe(picture, { attributes: true, attributeFilter: ["style", "src"] });
  for (const name of ["load", "loadedmetadata", "transitionend", "resize"]) picture.addEventListener(name, place);
  picture.addEventListener("transitionrun", function moving() {
    place();
    if (picture.getAnimations().length) requestAnimationFrame(moving);
  });
  for (const name of ["play", "playing"]) picture.addEventListener(name, run);
  for (const name of ["seeked", "timeupdate", "pause"]) picture.addEventListener(name, follow);
  document.addEventListener("fullscreenchange", place);
  let drawnOf = document.getElementById("boxes")?.dataset.of;
  document.body.addEventListener("htmx:afterSettle", () => {
    const now = document.getElementById("boxes")?.dataset.of;
    if (now !== drawnOf) { drawnOf = now; draw(); }
  });
}
