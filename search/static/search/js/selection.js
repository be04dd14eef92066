// Selecting on every grid: clicks, ranges, drags, long presses and keys; the bar says how much, and does it.
// What is selected is a set of keys ("u12": a unit, "a5": an asset), so it outlives tiles that come and go.
import { typing } from "./app.js";
import { moveFocus } from "./geometry.js";
import { say } from "./notices.js";

const CORNER_PX = 36; // of a tile: a click there selects; on touch a fingertip more
const TOUCH_CORNER_PX = 48;
const HOLD_MS = 450;
const SLOP_PX = 8;
const LOOK_MS = 60;
const EDGE_PX = 72; // dragging this near to the top or bottom scrolls

const root = document.documentElement;
const bar = document.getElementById("chosen");
const chosen = new Set();
let all = null; // { query, scope, total }: everything on all pages, less `without`
const without = new Set();
let mode = false; // the page was asked to select: a tap selects, with nothing selected yet
let span = null; // { from, value, before }: the range that is being drawn out
let telling = 0;
let looking = 0;

const items = () => [...document.querySelectorAll("main [data-item]")].filter((item) => item.checkVisibility?.() ?? item.offsetParent);
const here = () => document.activeElement?.closest?.("main [data-item]");
const matches = (item) => !item.closest("[data-beside]"); // what only looks similar is none of "all matches"
const has = (item) => chosen.has(item.dataset.item) || Boolean(all && matches(item) && !without.has(item.dataset.item));
const size = () => (all ? Math.max(0, all.total - without.size) : 0) + chosen.size;
export const choosing = () => mode || size() > 0;

// While a click selects, a tile is a box to tick; else it is the link that it was.
function name(item) {
  if (choosing()) {
    item.setAttribute("role", "checkbox");
    item.setAttribute("aria-checked", String(has(item)));
  } else {
    item.removeAttribute("role");
    item.removeAttribute("aria-checked");
  }
}

function put(item, value) {
  const key = item.dataset.item;
  if (all && matches(item)) {
    if (value) without.delete(key); else without.add(key);
  } else if (value) chosen.add(key);
  else chosen.delete(key);
}

// Only what changed is touched: a range over thousands of tiles follows the pointer.
function repaint(some) {
  for (const item of some) {
    const is = has(item);
    if (item.classList.contains("is-chosen") === is) continue;
    item.classList.toggle("is-chosen", is);
    if (item.hasAttribute("role")) item.setAttribute("aria-checked", String(is));
  }
}

// What tiles are called follows in small steps: what is seen does not wait for it.
let naming = 0;
const idle = window.requestIdleCallback ?? ((work) => setTimeout(() => {
  const began = performance.now(); // a browser that does not tell when it has time
  work({ timeRemaining: () => 12 - (performance.now() - began), didTimeout: false });
}, 30));
const notIdle = window.cancelIdleCallback ?? clearTimeout;
function rename() {
  notIdle(naming);
  const left = [...document.querySelectorAll("main [data-item]")].filter((item) => item.hasAttribute("role") !== choosing());
  const some = (deadline) => {
    while (left.length && (deadline.timeRemaining() > 2 || deadline.didTimeout)) for (const item of left.splice(0, 50)) name(item);
    if (left.length) naming = idle(some, { timeout: 300 });
  };
  if (here()) name(here());
  if (left.length) naming = idle(some, { timeout: 300 });
}

const number = (count) => count.toLocaleString();

// How many are selected that are not on the page.
function away(shown) {
  if (all || !chosen.size) return 0;
  const keys = new Set(shown.map((item) => item.dataset.item));
  return [...chosen].filter((key) => !keys.has(key)).length;
}

function tell() {
  clearTimeout(telling);
  telling = setTimeout(() => {
    const said = document.querySelector("[data-chosen-said]");
    if (said) said.textContent = size() ? `${number(size())} selected` : mode ? "Selecting: choose tiles" : "Nothing is selected";
  }, 400);
}

function show() {
  const was = root.classList.contains("is-choosing");
  const on = choosing();
  root.classList.toggle("is-choosing", on);
  repaint(document.querySelectorAll("main [data-item]"));
  rename();
  bar.hidden = !on;
  const selected = size() ? `${number(size())} selected` : "Select";
  bar.querySelector("[data-chosen-count]").textContent = selected;
  for (const button of bar.querySelectorAll(".selectbar__acts button")) button.disabled = size() === 0;
  // What has to look at every tile is told a moment later.
  clearTimeout(looking);
  looking = setTimeout(() => {
    const shown = on ? items() : [];
    const beyond = away(shown);
    if (beyond) bar.querySelector("[data-chosen-count]").textContent = `${selected}, ${number(beyond)} not shown`;
    offerAll(shown);
  }, on ? LOOK_MS : 0);
  if (was || on) tell();
}

// "Select all 4,120 matches", once all that is shown is selected and there is more.
function offerAll(every) {
  const list = document.querySelector("main [data-all]");
  const offer = bar.querySelector("[data-choose-all]");
  offer.hidden = !moreThan(every);
  if (!offer.hidden) offer.textContent = `Select all ${"more" in list.dataset ? "" : `${number(Number(list.dataset.total))} `}${list.dataset.noun}`;
}

function moreThan(every) {
  const list = document.querySelector("main [data-all]");
  if (!list || all) return false;
  const shown = every.filter(matches);
  const more = Number(list.dataset.total) > shown.length || "more" in list.dataset;
  return more && shown.length > 0 && chosen.size >= shown.length && shown.every(has);
}

export function clear({ leave = true } = {}) {
  chosen.clear();
  without.clear();
  all = null;
  span = null;
  if (leave) mode = false;
  show();
}

export function drop(keys) {
  for (const key of keys) chosen.delete(key);
  show();
}

function toggle(item) {
  span = null;
  const value = !has(item);
  put(item, value);
  span = { from: item, value: true, before: new Map() };
  show();
}

// From where the range began to here: what lies between is as it says, what it left again is as it was.
function stretch(to) {
  const every = items();
  if (!span?.from.isConnected) span = { from: to, value: true, before: new Map() };
  const [first, last] = [every.indexOf(span.from), every.indexOf(to)].sort((a, b) => a - b);
  if (first < 0) return;
  const inside = new Set(every.slice(first, last + 1).map((item) => item.dataset.item));
  for (const item of every) {
    const key = item.dataset.item;
    if (inside.has(key)) {
      if (!span.before.has(key)) span.before.set(key, has(item));
      put(item, span.value);
    } else if (span.before.has(key)) put(item, span.before.get(key));
  }
  show();
}

function chooseShown() {
  for (const item of items()) if (!has(item)) put(item, true);
  span = null;
  show();
}

async function chooseAll() {
  const list = document.querySelector("main [data-all]");
  if (!list) return;
  const query = list.dataset.all;
  const scope = list.dataset.scope;
  const offer = bar.querySelector("[data-choose-all]");
  offer.disabled = true;
  try {
    const answer = await fetch(`${bar.dataset.countAddress}?${new URLSearchParams({ everything: query, scope })}`, { headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (!answer.ok) { say(said.error ?? "They can’t be selected as one just now."); return; }
    all = { query, scope, total: said.count };
    for (const item of items()) if (matches(item)) chosen.delete(item.dataset.item);
    without.clear();
    show();
  } catch {
    say("Afterimage does not answer. Is it still running?");
  } finally {
    offer.disabled = false;
  }
}

// The keys in the order of the page; those that are not on it were chosen before, and come first.
function ordered() {
  const shown = [...new Set(items().map((item) => item.dataset.item))].filter((key) => chosen.has(key));
  const known = new Set(shown);
  return [...[...chosen].filter((key) => !known.has(key)), ...shown];
}

// What a form sends of the selection; `only` is one tile instead of it.
export function fields(only = null) {
  if (only) return { chosen: only.dataset.item };
  return {
    ...(chosen.size || !all ? { chosen: ordered().join(",") } : {}),
    ...(all ? { everything: all.query, scope: all.scope, without: [...without].join(",") } : {}),
  };
}

export const count = size;
export const isChosen = has;
export const focused = here;

function fill() {
  const sent = fields();
  for (const [mark, name] of [["keys", "chosen"], ["query", "everything"], ["scope", "scope"], ["without", "without"]]) {
    const input = bar.querySelector(`[data-${mark}]`);
    input.disabled = !(name in sent);
    input.value = sent[name] ?? "";
  }
}

function inCorner(item, event, size_px) {
  const line = item.closest("[data-line]");
  const box = (line ?? item).getBoundingClientRect();
  const x = line ? box.right - event.clientX : event.clientX - box.left;
  const y = event.clientY - box.top;
  return x >= 0 && y >= 0 && x <= size_px && y <= size_px;
}

// A press in the corner, or with Shift, begins a range; dragging on draws it out, and the page's edge scrolls.
let sweep = null; // { pointer, at: [x, y], timer, last }
let held = null; // a finger that may become a long press
let swallow = false; // the click that ends a press that has selected already
let touching = false;

function atPoint(x, y) {
  const under = document.elementFromPoint(x, y);
  return under?.closest?.("main [data-item]") ?? under?.closest?.("main [data-line]")?.querySelector("[data-item]");
}

function sweepOn(x, y) {
  sweep.at = [x, y];
  const item = atPoint(x, y);
  if (item && item !== sweep.last) { sweep.last = item; stretch(item); }
}

function scrollAlong() {
  if (!sweep) return;
  const y = sweep.at[1];
  const by = y < EDGE_PX ? (y - EDGE_PX) / 4 : y > innerHeight - EDGE_PX ? (y - innerHeight + EDGE_PX) / 4 : 0;
  if (by && sweep.last) { window.scrollBy(0, by); sweepOn(...sweep.at); }
  sweep.timer = requestAnimationFrame(scrollAlong);
}

function begin(item, event) {
  root.classList.add("is-sweeping");
  sweep = { at: [event.clientX, event.clientY], last: item, timer: requestAnimationFrame(scrollAlong) };
  swallow = true;
}

function end() {
  clearTimeout(held?.timer);
  held = null;
  if (!sweep) return;
  cancelAnimationFrame(sweep.timer);
  sweep = null;
  root.classList.remove("is-sweeping");
  if (span && !span.value) span = { from: span.from, value: true, before: new Map() };
  setTimeout(() => { swallow = false; }, 0); // the click comes before
}

function onDown(event) {
  touching = event.pointerType === "touch";
  const item = event.target.closest?.("main [data-item]");
  if (!item || event.button !== 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (touching) {
    held = { item, at: [event.clientX, event.clientY], timer: setTimeout(() => {
      navigator.vibrate?.(12);
      if (!has(item)) toggle(item);
      begin(item, event);
      held = null;
    }, HOLD_MS) };
    return;
  }
  if (event.shiftKey) {
    if (!span) span = { from: here() ?? item, value: true, before: new Map() };
    stretch(item);
    item.focus({ preventScroll: true });
    begin(item, event);
  } else if (inCorner(item, event, CORNER_PX)) {
    toggle(item);
    span = { from: item, value: has(item), before: new Map([[item.dataset.item, !has(item)]]) };
    item.focus({ preventScroll: true });
    begin(item, event);
  }
}

function onClick(event) {
  if (swallow) { event.preventDefault(); event.stopPropagation(); return; }
  if (event.target.closest?.("[data-unselect]")) { const to = here(); clear(); to?.focus(); return; }
  if (event.target.closest?.("[data-choose-all]")) { chooseAll(); return; }
  const asked = event.target.closest?.("[data-select-mode]");
  if (asked && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    mode = !mode;
    if (mode) show(); else clear();
    return;
  }
  const item = event.target.closest?.("main [data-item]");
  if (!item || event.ctrlKey || event.metaKey || event.button !== 0) return;
  if (choosing() || (touching && inCorner(item, event, TOUCH_CORNER_PX))) {
    event.preventDefault();
    event.stopPropagation();
    toggle(item);
  }
}

function onKey(event) {
  if (event.defaultPrevented || typing(event.target) || event.altKey || document.querySelector("dialog[open], [data-review]")) return;
  const take = () => { event.preventDefault(); event.stopPropagation(); };
  const item = here();
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== "a" || event.shiftKey || !items().length) return;
    take();
    if (moreThan(items())) chooseAll(); else if (!all) chooseShown();
  } else if (event.key === "x" && item) {
    take();
    toggle(item);
  } else if (event.shiftKey && event.key.startsWith("Arrow") && item) {
    take();
    if (!span || !span.from.isConnected) span = { from: item, value: true, before: new Map() };
    if (moveFocus(item, event.key)) stretch(here());
  } else if (event.key === "e" && choosing()) {
    take();
    bar.querySelector("[data-edit]")?.click();
  } else if (event.key === "Escape" && choosing()) {
    take();
    clear();
  } else if (event.key === " " && item && choosing()) {
    take();
    toggle(item);
  } else if (event.key === "Enter" && item && choosing()) {
    take();
    location.assign(item.href);
  }
}

const KEPT = "selection";
const address = () => location.pathname + location.search;

function keep() {
  if (size()) sessionStorage.setItem(KEPT, JSON.stringify({ address: address(), chosen: [...chosen], all, without: [...without] }));
  else sessionStorage.removeItem(KEPT);
}

// Whoever looked at one of them and comes back has the others still selected.
function restore() {
  const kind = performance.getEntriesByType("navigation")[0]?.type;
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (!kept || kept.address !== address() || !["back_forward", "reload"].includes(kind)) return;
  for (const key of kept.chosen) chosen.add(key);
  all = kept.all;
  for (const key of kept.without) without.add(key);
}

// Another search: "all matches" meant those of the one before; what was chosen one by one stays.
function follow() {
  const list = document.querySelector("main [data-all]");
  if (all && list?.dataset.all !== all.query) { all = null; without.clear(); }
  show();
}

if (bar && !document.querySelector("[data-asset-page], [data-review]")) {
  root.classList.add("choosable");
  mode = new URLSearchParams(location.search).has("select");
  restore();
  document.addEventListener("pointerdown", onDown);
  document.addEventListener("pointermove", (event) => {
    if (sweep && event.pointerType !== "touch") sweepOn(event.clientX, event.clientY);
    if (held && Math.hypot(event.clientX - held.at[0], event.clientY - held.at[1]) > SLOP_PX) end();
  }, { passive: true });
  document.addEventListener("touchmove", (event) => {
    if (!sweep) return;
    event.preventDefault(); // the finger selects now, and does not scroll
    sweepOn(event.touches[0].clientX, event.touches[0].clientY);
  }, { passive: false });
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", (event) => { if (event.pointerType !== "touch" || !sweep) end(); });
  document.addEventListener("touchend", end);
  document.addEventListener("mousedown", (event) => { if (sweep) event.preventDefault(); }); // no drag of the link, no marked text
  document.addEventListener("dragstart", (event) => { if (sweep || held || touching) event.preventDefault(); }, { capture: true });
  document.addEventListener("contextmenu", (event) => { if (touching && event.target.closest?.("main [data-item]")) event.preventDefault(); });
  document.addEventListener("click", onClick, { capture: true });
  document.addEventListener("keydown", onKey, { capture: true });
  document.body.addEventListener("htmx:load", follow);
  bar.addEventListener("submit", fill);
  addEventListener("pagehide", keep);
  if (choosing()) show(); else bar.hidden = true;
}
