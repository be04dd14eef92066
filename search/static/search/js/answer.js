// A results page: the panel of what it can be narrowed by opens, closes, and stays open from one search to the next.
const KEPT = "narrowing";

function show(link, open) {
  const panel = document.getElementById("facets");
  panel.hidden = !open;
  link.setAttribute("aria-expanded", String(open));
  sessionStorage.setItem(KEPT, open ? "open" : "");
}

// Before htmx asks: an open panel closes, and nothing is asked for.
document.addEventListener("htmx:beforeRequest", (event) => {
  const link = event.target.closest?.("[data-narrow]");
  if (!link) return;
  const open = link.getAttribute("aria-expanded") === "true";
  if (open) event.preventDefault();
  show(link, !open);
});

function reopen() {
  const link = document.querySelector("[data-narrow]");
  if (link && sessionStorage.getItem(KEPT) && link.getAttribute("aria-expanded") === "false") window.htmx?.trigger(link, "click");
}

document.addEventListener("htmx:load", reopen);
