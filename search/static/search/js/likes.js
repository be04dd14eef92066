// "More like this" and "less like this": at a tile's corner under the pointer, and as keys. The server makes the search.
import { typing } from "./app.js";

const like = document.querySelector("[data-like-address]")?.dataset.likeAddress;
let menu = null;
let tile = null;

// The search that the page shows, not what stands half typed in its box; elsewhere there is none to add to.
function present() {
  const parameters = new URLSearchParams(location.search);
  return location.pathname === "/" || parameters.has("q") ? parameters : new URLSearchParams();
}

export function likeAddress(of, { alone = false, less = false } = {}) {
  const parameters = alone ? new URLSearchParams() : present();
  for (const name of ["unit", "asset", "less", "t", "n", "from"]) parameters.delete(name);
  if (of.dataset.unit) parameters.set("unit", of.dataset.unit);
  else parameters.set("asset", of.dataset.asset);
  if (less) parameters.set("less", "1");
  return `${like}?${parameters}`;
}

function made() {
  const holder = document.createElement("div");
  holder.className = "likes";
  for (const [sign, words] of [["+", "More like this"], ["−", "Less like this"]]) {
    const link = document.createElement("a");
    link.className = "likes__one";
    link.title = `${words} (${sign === "+" ? "+" : "-"})`;
    link.setAttribute("aria-label", words);
    link.tabIndex = -1; // the keyboard has + and -, on the tile itself
    link.textContent = sign;
    holder.append(link);
  }
  document.body.append(holder);
  return holder;
}

function hide() {
  if (menu) menu.hidden = true;
  tile = null;
}

function show(at) {
  menu ??= made();
  tile = at;
  const [more, less] = menu.children;
  more.href = likeAddress(at);
  less.href = likeAddress(at, { less: true });
  const around = at.getBoundingClientRect();
  menu.hidden = false;
  // On a pile the right corner says how many there are; the left one has the check.
  menu.style.left = `${around.right - menu.offsetWidth - 6}px`;
  menu.style.top = `${around.top + (at.closest("[data-pile]") ? 38 : 6)}px`;
}

if (like) {
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse" || event.buttons) return;
    if (menu?.contains(event.target)) return;
    const at = event.target.closest?.(".tile[data-tile]:not(.tile--bare)");
    if (at && at.getBoundingClientRect().width >= 120) { if (at !== tile) show(at); } else hide();
  });
  document.addEventListener("scroll", hide, { passive: true, capture: true });
  document.addEventListener("dragstart", hide);
  document.body.addEventListener("htmx:beforeSwap", hide);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const at = document.activeElement?.closest?.("[data-tile]");
    if (!at || document.querySelector("dialog[open]") || !["+", "-", "s"].includes(event.key)) return;
    event.preventDefault();
    location.assign(likeAddress(at, { alone: event.key === "s", less: event.key === "-" }));
  });
}
