// What edits the description of an asset or of a selection: e begins, 0–5 are stars, 6–9 labels, as in Lightroom.
import { typing } from "./app.js";

const MARK = /^[0-9]$/;
const form = () => document.querySelector("[data-describe], [data-many]");

function first() {
  document.documentElement.classList.remove("is-info-closed");
  const field = form()?.querySelector("[name=title]");
  field?.scrollIntoView({ block: "nearest" });
  field?.focus();
  field?.select();
}

function mark(key) {
  const button = form()?.querySelector(`[data-mark="${key}"]`);
  button?.click();
  return Boolean(button);
}

document.addEventListener("keydown", (event) => {
  const large = event.target.closest?.("[data-many] textarea");
  if (large && event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); large.form.requestSubmit(); return; }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open], .part") || document.activeElement?.closest?.("[data-tile]")) return;
  if (typing(event.target)) {
    // Escape leaves the field; what was typed is kept, as with any other way out of it.
    if (event.key === "Escape" && event.target.closest("[data-describe], [data-many]")) { event.preventDefault(); event.stopPropagation(); event.target.blur(); }
    return;
  }
  if (event.key === "e") { event.preventDefault(); first(); }
  else if (MARK.test(event.key) && mark(event.key)) event.preventDefault();
}, { capture: true });

// What was typed as keywords is on its way: the field is free for the next ones.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "post" || !event.target.closest?.("[data-describe]")) return;
  const field = document.getElementById("add-word");
  if (field) { field.value = ""; document.getElementById("word-choices")?.replaceChildren(); }
});
