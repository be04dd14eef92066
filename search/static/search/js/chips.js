// Chips that open into a form: the keyboard finds its way in and out, and what was taken away can be had back.
import { sayWithLink } from "./notices.js";

const REMOVED = "removed"; // in the session: the page that it is said on is the next one

const opened = () => document.querySelector("[data-chip][open]");

function close(chip, { back = false } = {}) {
  chip.open = false;
  if (back) chip.querySelector("summary").focus();
}

document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("[data-chip]") || !event.target.open) return;
  for (const other of document.querySelectorAll("[data-chip][open]")) if (other !== event.target) close(other);
  const first = event.target.querySelector("input[name=value]:not([type=hidden]), input[type=range], input[type=checkbox]");
  first?.focus();
  if (first?.type === "text") first.select();
}, { capture: true }); // toggle does not bubble

document.addEventListener("keydown", (event) => {
  const chip = event.key === "Escape" && !event.defaultPrevented ? opened() : null;
  if (chip) { event.preventDefault(); close(chip, { back: true }); }
});

document.addEventListener("click", (event) => {
  const chip = opened();
  if (chip && !chip.contains(event.target)) close(chip);
  const link = event.target.closest?.("[data-removed]");
  if (link) sessionStorage.setItem(REMOVED, JSON.stringify({ what: link.dataset.removed.trim(), from: location.href, to: link.href }));
});

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-weight]")) event.target.nextElementSibling.value = Number(event.target.value);
});

const removed = JSON.parse(sessionStorage.getItem(REMOVED) ?? "null");
if (removed) {
  sessionStorage.removeItem(REMOVED);
  if (removed.to === location.href) sayWithLink(`Without ${removed.what}`, "Undo", removed.from);
}
