// Completion while typing: an ARIA combobox over the list that the server makes. Boxes work without it.

const WAIT_MS = 60; // the search itself waits longer: the list says first whether a value is still being typed
const PARTLY = /(?:^|[\s(-])[^\W\d_]+(?::|>=|<=|[<>=])"?$/u; // an operator without its value
const ID = "completions";

const said = document.createElement("div");
said.className = "visually-hidden";
said.setAttribute("role", "status");
document.body.append(said);

let open = null; // { input, popup, at: the line that is marked, -1 for none }
let asked = null;
let timer = 0;

const lines = () => [...open.popup.querySelectorAll("[role=option]")];

function close() {
  clearTimeout(timer);
  asked?.abort();
  asked = null;
  if (!open) return;
  open.popup.hidden = true;
  open.popup.replaceChildren();
  open.input.setAttribute("aria-expanded", "false");
  open.input.removeAttribute("aria-activedescendant");
  open = null;
  said.textContent = "";
}

function mark(at) {
  const every = lines();
  open.at = at;
  every.forEach((line, place) => line.setAttribute("aria-selected", String(place === at)));
  if (at < 0) {
    open.input.removeAttribute("aria-activedescendant");
    return;
  }
  open.input.setAttribute("aria-activedescendant", every[at].id);
  every[at].scrollIntoView({ block: "nearest" });
}

function take(line) {
  const { input } = open;
  const { text, at, open: address } = line.dataset;
  close();
  if (address) {
    location.assign(address);
    return;
  }
  input.value = text;
  input.focus();
  input.setSelectionRange(Number(at), Number(at));
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function show(input, popup, html) {
  if (open && open.input !== input) close();
  popup.innerHTML = html; // made by our own server, which escapes what people named things
  const list = popup.querySelector(`#${ID}`);
  input.toggleAttribute("data-unfinished", Boolean(list?.hasAttribute("data-unfinished")));
  const count = list?.children.length ?? 0;
  if (!count) {
    open = { input, popup, at: -1 };
    close();
    return;
  }
  popup.hidden = false;
  open = { input, popup, at: -1 };
  input.setAttribute("aria-expanded", "true");
  input.removeAttribute("aria-activedescendant");
  said.textContent = count === 1 ? "1 suggestion" : `${count} suggestions`;
}

async function ask(input) {
  const popup = input.parentElement.querySelector("[data-completions]");
  const text = input.value;
  asked?.abort();
  asked = new AbortController();
  const parameters = new URLSearchParams({ q: text, at: String(input.selectionStart ?? text.length) });
  if (input.dataset.of) parameters.set("of", input.dataset.of);
  try {
    const answer = await fetch(`${input.dataset.complete}?${parameters}`, { signal: asked.signal, headers: { Accept: "text/html" } });
    const html = answer.ok ? await answer.text() : "";
    if (document.activeElement === input && input.value === text) show(input, popup, html);
  } catch (error) {
    if (error.name === "AbortError") return;
    input.removeAttribute("data-unfinished");
    close(); // the server is away: the search says so
  }
}

function typed(input) {
  clearTimeout(timer);
  const before = input.value.slice(0, input.selectionStart ?? undefined);
  const nothing = !input.dataset.of && /(?:^|[\s(])$/.test(before);
  if (nothing) {
    input.removeAttribute("data-unfinished");
    close();
    return;
  }
  timer = setTimeout(() => ask(input), WAIT_MS);
}

function ready(input) {
  if (input.hasAttribute("aria-expanded")) return;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-haspopup", "listbox");
  input.setAttribute("aria-controls", ID);
  input.setAttribute("aria-expanded", "false");
}

function onKey(event) {
  const input = event.target;
  if (event.isComposing || event.ctrlKey || event.metaKey) return;
  if (!open || open.input !== input) {
    if (event.key === "ArrowDown" && event.altKey) {
      event.preventDefault();
      ask(input);
    }
    return;
  }
  const count = lines().length;
  const done = () => { event.preventDefault(); event.stopPropagation(); };
  if (event.key === "ArrowDown") { done(); mark(open.at + 1 < count ? open.at + 1 : -1); }
  else if (event.key === "ArrowUp") { done(); mark(open.at < 0 ? count - 1 : open.at - 1); }
  else if (event.key === "Escape") { done(); close(); }
  else if (event.key === "Enter" && open.at >= 0) { done(); take(lines()[open.at]); }
  else if (event.key === "Enter") close();
  else if (event.key === "Tab" && !event.shiftKey) {
    // A value that is half typed is finished by Tab; among plain words Tab goes on, unless a line was chosen.
    const line = lines()[open.at] ?? (open.popup.querySelector("[data-value]") ? lines()[0] : null);
    if (line) { done(); take(line); } else close();
  } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) close();
}

const isOne = (target) => target instanceof HTMLInputElement && target.matches("[data-complete]");

document.querySelectorAll("[data-complete]").forEach(ready);
document.addEventListener("focusin", (event) => { if (isOne(event.target)) ready(event.target); });
document.addEventListener("input", (event) => { if (isOne(event.target) && !event.isComposing) typed(event.target); });
document.addEventListener("compositionend", (event) => { if (isOne(event.target)) typed(event.target); });
document.addEventListener("keydown", (event) => { if (isOne(event.target)) onKey(event); }, { capture: true });
document.addEventListener("focusout", (event) => { if (open?.input === event.target) close(); });
document.addEventListener("submit", () => close());
// The list never takes the focus from its box: a press is a choice.
document.addEventListener("pointerdown", (event) => { if (event.target.closest?.("[data-completions]")) event.preventDefault(); });
document.addEventListener("mousedown", (event) => { if (event.target.closest?.("[data-completions]")) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const line = event.target.closest?.("[data-completions] [role=option]");
  if (line && open) take(line);
});
// Words half typed are no search yet: the results stay as they are until the value is whole, or Enter says it is.
document.body.addEventListener("htmx:beforeRequest", (event) => {
  const input = event.detail.elt;
  if (!isOne(input)) return;
  const openQuote = (input.value.match(/["“”„«»]/g)?.length ?? 0) % 2 === 1;
  if (PARTLY.test(input.value) || openQuote || input.hasAttribute("data-unfinished")) event.preventDefault();
});
