// Into a collection: `c` asks which one, the last used first; and wherever tiles are dragged, collections wait below.
import { typing } from "./app.js";
import { say, watchNotices } from "./notices.js";
import { choosing, count, fields, focused, isChosen } from "./selection.js";

const SHOWN = 8; // in the drop zone
const dialog = document.getElementById("picker");
const input = document.getElementById("picker-name");
const list = document.getElementById("picker-list");
let known = null; // the collections, the last used first
let sent = null; // what goes in
let back = null; // where the focus was
let at = 0;

const words = (number) => (number === 1 ? "1 thing" : `${number.toLocaleString()} things`);
const csrf = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

async function load() {
  const answer = await fetch(dialog.dataset.choices, { headers: { Accept: "application/json" } });
  if (answer.ok) known = (await answer.json()).collections;
}

// What the server has to say takes the place of what it said before.
export async function send(address, data) {
  let text = "";
  try {
    const answer = await fetch(address, { method: "POST", keepalive: true, headers: { "X-CSRFToken": csrf(), "X-Part": "notices" }, body: new URLSearchParams(data) });
    if (!answer.ok) { say("That could not be done. Load the page again, and try once more."); return false; }
    text = await answer.text();
  } catch {
    say("Afterimage does not answer. Is it still running?");
    return false;
  }
  const parsed = new DOMParser().parseFromString(text, "text/html").getElementById("notices");
  const notices = document.getElementById("notices");
  if (parsed && notices) {
    notices.replaceChildren(...parsed.children);
    window.htmx?.process(notices);
    watchNotices(document);
  }
  return true;
}

// On the page of a video: that shot alone, where somebody came for it.
const shotBox = () => dialog.querySelector("[data-picker-shot]");
function offerShot(shot) {
  const label = shotBox();
  label.hidden = !shot;
  label.firstElementChild.checked = Boolean(shot) && new URLSearchParams(location.search).has("t");
  label.firstElementChild.value = shot?.dataset.unit ?? "";
  if (shot) label.lastElementChild.textContent = `Only this shot: ${shot.getAttribute("aria-label").split(", ")[1]}`;
}

async function add(into) {
  const shot = shotBox().firstElementChild;
  const data = { ...sent, ...(!shotBox().hidden && shot.checked ? { chosen: `u${shot.value}` } : {}), ...into };
  if (dialog.open) dialog.close();
  if (await send(dialog.dataset.add, data)) known = null;
}

function options() {
  const typed = input.value.trim();
  const folded = typed.toLocaleLowerCase();
  const every = known ?? [];
  const found = every.filter((one) => one.name.toLocaleLowerCase().includes(folded));
  found.sort((one, other) => other.name.toLocaleLowerCase().startsWith(folded) - one.name.toLocaleLowerCase().startsWith(folded));
  const same = every.some((one) => one.name.toLocaleLowerCase() === folded);
  return [...found.map((one) => ({ label: one.name, note: one.count.toLocaleString(), into: { collection: one.id } })),
    ...(typed && !same ? [{ label: `New collection “${typed}”`, fresh: true, into: { name: typed } }] : [])];
}

function symbol(name) {
  const icon = document.querySelector(".rail .icon").cloneNode(true);
  const use = icon.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
  return icon;
}

function draw() {
  const found = options();
  at = Math.min(Math.max(at, 0), Math.max(0, found.length - 1));
  list.replaceChildren(...found.map((one, place) => {
    const item = document.createElement("li");
    item.className = `picker__one${one.fresh ? " picker__one--new" : ""}`;
    item.id = `picker-${place}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(place === at));
    const name = Object.assign(document.createElement("span"), { className: "picker__name", textContent: one.label });
    item.append(symbol(one.fresh ? "plus" : "collection"), name);
    if (one.note) item.append(Object.assign(document.createElement("span"), { className: "picker__count", textContent: one.note }));
    item.addEventListener("click", () => add(one.into));
    item.addEventListener("pointermove", () => { if (at !== place) { at = place; mark(); } });
    return item;
  }));
  dialog.querySelector("[data-picker-hint]").textContent = known && !found.length ? "None is there yet: type the name of a new one." : "";
  mark();
}

function mark() {
  [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
  const here = list.children[at];
  if (here) { input.setAttribute("aria-activedescendant", here.id); here.scrollIntoView({ block: "nearest" }); } else input.removeAttribute("aria-activedescendant");
}

export async function pick(data, number, { shot = null } = {}) {
  sent = data;
  offerShot(shot);
  back = document.activeElement;
  at = 0;
  input.value = "";
  document.getElementById("picker-title").textContent = `Add ${words(number)} to a collection`;
  draw();
  dialog.showModal();
  input.focus();
  await load();
  if (dialog.open) draw();
}

// What is meant: the selection; with none, the tile that has the focus.
function ask() {
  const one = focused();
  if (choosing() && count()) pick(fields(), count());
  else if (one) pick(fields(one), 1);
  else say("Select something first: x on a tile, or a click on its check.");
}

if (dialog) {
  input.addEventListener("input", () => { at = 0; draw(); });
  input.addEventListener("keydown", (event) => {
    const found = options();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(1, found.length);
      mark();
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      if (found[at]) add(found[at].into);
    }
  });
  dialog.addEventListener("close", () => back?.focus?.({ preventScroll: true }));
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); }); // beside it
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-collect]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.item) pick(fields(button), 1, { shot: document.querySelector("[data-asset-page] [data-jump][data-unit][aria-current]") });
    else ask();
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open], [data-review]")) return;
    const own = document.querySelector("[data-asset-page] [data-collect]");
    if (event.key === (own ? "C" : "c") && (own || document.querySelector("main [data-item]"))) {
      event.preventDefault();
      if (own) own.click(); else ask();
    }
  });
}

// Dragging: the collections that were used last wait at the bottom, and those of the Collections page where they stand.
let zone = null;
let carried = null;
let many = 1;

function target(one) {
  const item = document.createElement("div");
  item.className = "dropzone__one";
  if (one) item.dataset.drop = one.id; else item.dataset.dropNew = "";
  item.append(Object.assign(document.createElement("strong"), { textContent: one ? one.name : "New collection" }),
    Object.assign(document.createElement("span"), { textContent: one ? words(one.count) : "give it a name" }));
  return item;
}

function fillZone() {
  if (!zone) return;
  const here = document.querySelector("[data-made]")?.dataset.made;
  const some = (known ?? []).filter((one) => String(one.id) !== here).slice(0, SHOWN);
  const lead = Object.assign(document.createElement("p"), { className: "dropzone__lead", textContent: many > 1 ? `Drop ${words(many)} into` : "Drop into" });
  zone.replaceChildren(lead, ...some.map(target), target(null));
}

function openZone() {
  zone = Object.assign(document.createElement("div"), { className: "dropzone" });
  fillZone();
  document.body.append(zone);
  document.documentElement.classList.add("is-carrying");
  load().then(fillZone, () => {});
}

function closeZone() {
  zone?.remove();
  zone = null;
  carried = null;
  document.documentElement.classList.remove("is-carrying");
  aim(null);
}

function aim(place) {
  for (const one of document.querySelectorAll(".is-aimed[data-drop], .is-aimed[data-drop-new]")) if (one !== place) one.classList.remove("is-aimed");
  place?.classList.add("is-aimed");
}

const dropPlace = (event) => (carried ? event.target.closest?.("[data-drop], [data-drop-new]") : null);

if (dialog) {
  document.addEventListener("dragstart", (event) => {
    const tile = event.target.closest?.("main [data-item]");
    if (!tile || event.defaultPrevented) return;
    const whole = isChosen(tile);
    carried = whole ? fields() : fields(tile);
    many = whole ? count() : 1;
    if (many > 1) {
      const ghost = Object.assign(document.createElement("div"), { className: "ghost", textContent: words(many) });
      document.body.append(ghost);
      event.dataTransfer.setDragImage(ghost, -12, -8);
      setTimeout(() => ghost.remove(), 0);
    }
    setTimeout(() => { if (carried) openZone(); }, 0); // a page that changes at once ends the drag
  });
  document.addEventListener("dragend", closeZone);
  document.addEventListener("dragover", (event) => {
    const place = dropPlace(event);
    aim(place);
    if (place) { event.preventDefault(); event.dataTransfer.dropEffect = "copy"; }
  });
  document.addEventListener("drop", (event) => {
    const place = dropPlace(event);
    if (!place) return;
    event.preventDefault();
    const data = carried;
    if ("dropNew" in place.dataset) pick(data, many);
    else { sent = data; offerShot(null); add({ collection: place.dataset.drop }); }
  });
}
