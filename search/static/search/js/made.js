// The page of a collection made by hand: its order by dragging and by keys, its notes, what is taken out.
import { typing } from "./app.js";
import { send } from "./collect.js";
import { choosing, drop, focused, isChosen } from "./selection.js";

const RESTS_MS = 600; // steps that follow each other are one move, and one Undo
const grid = () => document.querySelector("[data-made]");
const entries = () => [...(grid()?.querySelectorAll("[data-entry]") ?? [])];
const tileOf = (entry) => entry.querySelector("[data-item]");
const entryOf = (node) => node?.closest?.("[data-entry]");
const byHand = () => grid()?.dataset.byHand;

let pending = null; // { ids, timer }

// What moves with a tile: the selection that it is in, else itself; in the order of the page.
function moving(entry) {
  if (!entry || !isChosen(tileOf(entry))) return entry ? [entry] : [];
  return entries().filter((one) => isChosen(tileOf(one)));
}
const selection = () => (choosing() ? entries().filter((one) => isChosen(tileOf(one))) : []);

function said(text) {
  const status = document.querySelector("[data-chosen-said]");
  if (status) status.textContent = text;
}

function flush() {
  if (!pending) return;
  clearTimeout(pending.timer);
  const { ids } = pending;
  pending = null;
  const rows = entries();
  const last = rows.findLastIndex((one) => ids.includes(one.dataset.entry));
  const next = rows[last + 1];
  const more = grid().querySelector(".more");
  // Behind the last that is shown there may be more: then they stand before the one that follows, which is not here yet.
  const data = { item: ids.join(","), before: next?.dataset.entry ?? "" };
  if (!next && more) data.after = rows.filter((one) => !ids.includes(one.dataset.entry)).at(-1)?.dataset.entry ?? "";
  send(byHand(), data);
}

// Put them before another (null: at the end of what is shown); the server hears of it when the keys rest.
function put(some, before, { rest = RESTS_MS } = {}) {
  const holder = grid();
  const focus = document.activeElement;
  for (const one of some) holder.insertBefore(one, before ?? holder.querySelector(".more"));
  if (focus?.isConnected) focus.focus({ preventScroll: true });
  some[0]?.scrollIntoView({ block: "nearest" });
  const ids = some.map((one) => one.dataset.entry);
  if (pending && pending.ids.join() !== ids.join()) flush();
  clearTimeout(pending?.timer);
  pending = { ids, timer: setTimeout(flush, rest) };
  const rows = entries();
  said(`Moved to place ${(rows.indexOf(some[0]) + 1).toLocaleString()} of ${rows.length.toLocaleString()}`);
}

function step(some, by) {
  const rows = entries().filter((one) => !some.includes(one));
  const at = entries().slice(0, entries().indexOf(some[0])).filter((one) => !some.includes(one)).length;
  const to = Math.min(rows.length, Math.max(0, at + by));
  if (to !== at) put(some, rows[to] ?? null);
}

// How many places away the tile above or below stands.
function rowStep(entry, down) {
  const rows = entries();
  const here = entry.getBoundingClientRect();
  let best = null;
  let least = Infinity;
  rows.forEach((one, at) => {
    const box = one.getBoundingClientRect();
    const across = Math.abs(box.left + box.width / 2 - here.left - here.width / 2);
    const away = down ? box.top - here.top : here.top - box.top;
    if (away < here.height / 2) return;
    const distance = away * 4 + across;
    if (distance < least) { least = distance; best = at; }
  });
  return best === null ? (down ? rows.length : -rows.length) : best - rows.indexOf(entry);
}

async function takeOut(some) {
  if (!some.length) return;
  flush();
  const rows = entries();
  const next = rows.slice(rows.indexOf(some.at(-1)) + 1).find((one) => !some.includes(one)) ?? rows.filter((one) => !some.includes(one)).at(-1);
  if (!(await send(`/collections/${grid().dataset.made}/remove`, { item: some.map((one) => one.dataset.entry).join(",") }))) return;
  drop(some.map((one) => tileOf(one).dataset.item));
  for (const one of some) one.remove();
  const number = document.getElementById("made-count");
  const left = Number(grid().dataset.total) - some.length;
  grid().dataset.total = left;
  if (number) number.textContent = left.toLocaleString();
  if (!left) location.reload();
  else (next ? tileOf(next) : document.getElementById("main")).focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || typing(event.target) || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
  const entry = entryOf(focused());
  if (event.altKey && event.key.startsWith("Arrow") && entry && byHand()) {
    event.preventDefault();
    const back = event.key === "ArrowLeft" || event.key === "ArrowUp";
    const by = event.key === "ArrowLeft" || event.key === "ArrowRight" ? 1 : Math.abs(rowStep(entry, !back));
    step(moving(entry), back ? -by : by);
  } else if ((event.key === "Delete" || event.key === "Backspace") && (entry || selection().length) && grid()) {
    event.preventDefault();
    takeOut(selection().length ? selection() : [entry]);
  } else if (event.key === "n" && entry && !event.altKey) {
    event.preventDefault();
    const note = entry.querySelector("details");
    note.open = true;
    note.querySelector("textarea").focus();
  }
}, { capture: true });

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-move], [data-take-out]");
  if (!button || !grid()) return;
  const some = selection();
  // All of it, of which some is not on the page, or what was chosen elsewhere: the form itself says it.
  const whole = document.querySelector("[data-chosen-count]").textContent.replace(/\D/g, "") === String(some.length);
  if (!whole || !some.length) return;
  event.preventDefault();
  if ("takeOut" in button.dataset) { takeOut(some); return; }
  const others = entries().filter((one) => !some.includes(one));
  const to = button.dataset.move;
  if (to === "first") put(some, others[0] ?? null, { rest: 0 });
  else if (to === "back") step(some, -1);
  else if (to === "on") step(some, 1);
  else if (!grid().querySelector(".more")) put(some, null, { rest: 0 });
  else { flush(); send(byHand(), { item: some.map((one) => one.dataset.entry).join(","), before: "" }).then(() => location.reload()); }
});

// Dragging within the grid: a line shows where they will stand.
let held = null;
function unmark() {
  for (const one of document.querySelectorAll(".entry.is-before, .entry.is-behind")) one.classList.remove("is-before", "is-behind");
}
document.addEventListener("dragstart", (event) => {
  const entry = entryOf(event.target.closest?.("[data-item]"));
  if (!entry || event.defaultPrevented || !byHand()) return;
  held = moving(entry);
  event.dataTransfer.effectAllowed = "all";
  for (const one of held) one.classList.add("is-moving");
});
document.addEventListener("dragover", (event) => {
  if (!held) return;
  unmark();
  const over = entryOf(event.target);
  if (!over || held.includes(over)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  const box = over.getBoundingClientRect();
  over.classList.add(event.clientX < box.left + box.width / 2 ? "is-before" : "is-behind");
});
document.addEventListener("drop", (event) => {
  const over = held && entryOf(event.target);
  if (!over || held.includes(over)) return;
  event.preventDefault();
  const rows = entries().filter((one) => !held.includes(one));
  put(held, over.classList.contains("is-behind") ? rows[rows.indexOf(over) + 1] ?? null : over, { rest: 0 });
});
document.addEventListener("dragend", () => {
  unmark();
  for (const one of held ?? []) one.classList.remove("is-moving");
  held = null;
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("[data-note]");
  if (!form) return;
  event.preventDefault();
  const text = form.querySelector("textarea").value.trim();
  if (!(await send(form.action, new FormData(form)))) return;
  const entry = entryOf(form);
  if (!entry) return;
  const note = entry.querySelector("details");
  note.open = false;
  note.classList.toggle("entry__note--kept", Boolean(text));
  note.querySelector(".entry__words").textContent = text;
  note.querySelector("summary").setAttribute("aria-label", `Note on ${tileOf(entry).getAttribute("aria-label")}${text ? `: ${text}` : ""}`);
  tileOf(entry).focus({ preventScroll: true });
});
document.addEventListener("keydown", (event) => {
  const note = event.key === "Escape" && event.target.closest?.(".entry__note[open]");
  if (!note) return;
  event.preventDefault();
  note.open = false;
  note.querySelector("summary").focus();
});
document.addEventListener("change", (event) => { event.target.closest?.("[data-sort]")?.requestSubmit(); });
addEventListener("pagehide", flush);
