// The People pages: selecting with x, click and shift-click, one key for each answer, focus that stays with the work.
import { typing } from "./app.js";
import { frameAll } from "./framed.js";

const picks = () => [...document.querySelectorAll("[data-pick]")];
const chosen = () => picks().filter((box) => box.checked);
let anchor = null;

function count() {
  const bar = document.querySelector("[data-selection]");
  if (!bar) return;
  const number = chosen().length;
  bar.querySelector("[data-count]").textContent = number ? `${number.toLocaleString()} selected` : "";
  for (const button of bar.querySelectorAll("[data-least]")) button.disabled = number < Number(button.dataset.least);
  for (const button of bar.querySelectorAll("[data-most]")) button.disabled = number > Number(button.dataset.most);
}

function pick(box, { upTo = false } = {}) {
  const all = picks();
  const from = all.indexOf(anchor);
  if (upTo && from >= 0) {
    const [first, last] = [from, all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(first, last + 1)) one.checked = box.checked;
  }
  anchor = box;
  count();
}

function clear() {
  for (const box of chosen()) box.checked = false;
  count();
}

function preload(scope) {
  for (const hint of scope.querySelectorAll("[data-preload]")) if (hint.dataset.preload) new Image().src = hint.dataset.preload;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("[data-pick]");
  if (box) pick(box, { upTo: event.shiftKey });
  if (event.target.closest?.("[data-clear]")) clear();
  // While some are selected, a click on a face selects as well; without, it opens.
  const link = event.target.closest?.("[data-selectable] a[data-tile]");
  if (link && (event.shiftKey || (chosen().length && !event.ctrlKey && !event.metaKey))) {
    event.preventDefault();
    const own = link.closest("[data-selectable]").querySelector("[data-pick]");
    own.checked = event.shiftKey && anchor ? true : !own.checked;
    pick(own, { upTo: event.shiftKey });
  }
}, { capture: true });

// Enter in the name of those who are moved presses the button beside it, on a box it ticks: never the form's first.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("[data-enter], [data-pick]")) return;
  event.preventDefault();
  const ticked = event.target.matches("[data-pick]");
  (ticked ? event.target : event.target.parentElement.querySelector("button")).click();
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) {
    const text = event.target instanceof HTMLInputElement && !["checkbox", "radio"].includes(event.target.type);
    if (text || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  }
  if (document.querySelector("dialog[open]")) return;
  const take = () => { event.preventDefault(); event.stopPropagation(); };
  const review = document.querySelector("[data-review]");
  if (review) {
    const key = event.key === " " && !event.target.closest?.("button, a") ? "s" : event.key;
    const button = review.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (button && !event.repeat) { take(); button.click(); }
    return;
  }
  const here = document.activeElement?.closest?.("[data-selectable]");
  if (event.key === "x" && here) {
    take();
    const box = here.querySelector("[data-pick]");
    box.checked = !box.checked;
    pick(box);
  } else if (event.key === "n" && here?.querySelector("[data-not]")) {
    take();
    here.querySelector("[data-not]").click();
  } else if (event.key === "Escape" && chosen().length) {
    take();
    clear();
  }
}, { capture: true });

// Where the work goes on once a part of the page was changed: the next face, the next one without a name.
let next = null;
document.body.addEventListener("htmx:beforeRequest", (event) => {
  const source = event.detail.elt;
  if (source.matches("#people-body") && (chosen().length || document.querySelector("#people-body :focus"))) {
    event.preventDefault(); // what came in meanwhile waits until nobody is in the middle of it
    return;
  }
  const item = source.closest("[data-selectable]");
  const all = [...document.querySelectorAll("[data-selectable]")];
  const after = item && (all[all.indexOf(item) + 1] ?? all[all.indexOf(item) - 1]);
  if (source.closest(".face__not")) next = () => after?.isConnected && after.querySelector("[data-tile]");
  else if (source.closest(".person__naming")) {
    const inputs = [...document.querySelectorAll("[data-naming]")];
    const following = inputs[inputs.indexOf(source.querySelector("[data-naming]")) + 1]?.id;
    const own = item?.id;
    next = () => document.querySelector(`#${own} [data-offer]`) ?? document.querySelector(`#${own} [data-naming]`) ?? (following && document.getElementById(following)) ?? document.querySelector(`#${own} [data-tile]`);
  } else next = null;
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (next && event.detail.requestConfig?.verb === "post") {
    const target = next();
    next = null;
    if (target) target.focus({ preventScroll: false });
  }
  if (document.activeElement === document.body && event.detail.requestConfig?.verb === "post") {
    document.getElementById("main")?.focus({ preventScroll: true });
  }
});
document.body.addEventListener("htmx:load", (event) => { count(); preload(event.detail.elt); frameAll(event.detail.elt.parentElement ?? document); });
count();
preload(document);
frameAll(document);
