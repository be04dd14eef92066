// Every page: keys, tiles that play, endless scroll, the reader's own dates. Pages work without it: it only adds.
import { drawWaveforms } from "./waveform.js";
import { moveFocus } from "./geometry.js";
import { undoLast, watchNotices } from "./notices.js";
import { startStrips, playTile } from "./strip.js";

const root = document.documentElement;
root.classList.add("scripted");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

function localDates(scope) {
  const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
  const month = new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric", timeZone: "UTC" });
  for (const time of scope.querySelectorAll("time[data-day]")) time.textContent = day.format(new Date(`${time.dateTime}Z`));
  for (const time of scope.querySelectorAll("time[data-month-name]")) time.textContent = month.format(new Date(`${time.dateTime}-01T00:00:00Z`));
}

// The next page is asked for two screens before its place comes into view.
const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      window.htmx?.trigger(entry.target, "near");
    }
  },
  { rootMargin: "1600px 0px" },
);

function prepare(scope) {
  localDates(scope);
  drawWaveforms(scope);
  watchNotices(document);
  for (const link of scope.querySelectorAll("[data-near]")) near.observe(link);
  if (scope.matches?.("[data-near]")) near.observe(scope);
  const why = scope.querySelector("[data-why]");
  if (why) why.setAttribute("aria-pressed", String(document.body.classList.contains("is-why")));
}

function toggleWhy() {
  const shown = document.body.classList.toggle("is-why");
  document.querySelector("[data-why]")?.setAttribute("aria-pressed", String(shown));
}

function showKeys() {
  const keys = document.getElementById("keys");
  if (keys && !keys.open) keys.showModal();
}

// A search must find this: asked on the page of a result, with the words that led there.
function pin(tile) {
  const panel = document.querySelector("[data-pin]");
  if (panel) {
    panel.open = true;
    panel.querySelector("[name=q]").focus();
  } else if (tile?.href) location.assign(`${tile.href}#pin`);
}

export function typing(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

let pendingGo = false;
function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = document.getElementById("q");
  if (typing(event.target)) {
    if (event.key === "Escape" && event.target === box) box.blur();
    if (event.key === "ArrowDown" && event.target === box) {
      const first = document.querySelector("main [data-tile]");
      if (first) { event.preventDefault(); first.focus(); }
    }
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  const tile = document.activeElement?.closest?.("[data-tile]");
  if (pendingGo) {
    pendingGo = false;
    const to = { l: "/library", p: "/people", t: "/tags", c: "/collections", a: "/activity", s: "/" }[event.key];
    if (to) { event.preventDefault(); location.assign(to); return; }
  }
  const actions = {
    "/": () => { box?.focus(); box?.select(); },
    "?": showKeys,
    g: () => { pendingGo = true; setTimeout(() => { pendingGo = false; }, 1200); },
    w: () => { if (document.querySelector("[data-why]")) toggleWhy(); },
    p: () => pin(tile),
    u: undoLast,
    " ": () => (tile ? playTile(tile) : null),
  };
  if (event.key === " " && !tile) return;
  if (actions[event.key]) { event.preventDefault(); actions[event.key](); return; }
  if (event.key.startsWith("Arrow") && (tile || !document.querySelector("[data-asset-page]"))) {
    if (moveFocus(tile, event.key)) event.preventDefault();
  }
}

// While files are still being read, what is shown is asked for again, as long as nobody is in the middle of it.
function refresh() {
  const element = document.querySelector("[data-refresh]");
  const idle = window.scrollY < 40 && !document.hidden && !document.querySelector("[data-tile]:hover, main :focus, .line.is-playing, .rest[open]");
  const box = document.getElementById("q");
  if (element && idle && !(box?.classList.contains("htmx-request"))) window.htmx?.trigger(element, "refresh");
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) showKeys();
  if (event.target.closest("[data-why]")) toggleWhy();
});
document.addEventListener("scroll", () => root.classList.toggle("is-scrolled", window.scrollY > 4), { passive: true });
document.body.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
document.body.addEventListener("htmx:sendError", () => root.classList.add("is-away"));
document.body.addEventListener("htmx:afterOnLoad", () => root.classList.remove("is-away"));
setInterval(refresh, 4000);
startStrips(calm);
prepare(document);
if (location.hash === "#pin") pin();
