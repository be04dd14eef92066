// Lines of the transcript, corrected where they stand: Enter saves, Tab goes on to the next, Esc leaves it as it was.
import { typing } from "./app.js";

const page = document.querySelector("[data-asset-page]");
const media = page.querySelector("video, audio");
const kept = new WeakMap(); // a line that is being edited: what it showed before
let wanted = ""; // the id of the line to go on with, once the transcript is there again

const lineOf = (element) => element?.closest?.("[data-transcript] .spoken");
const formIn = (line) => line?.querySelector("[data-lineform]");

async function open(line) {
  if (!line) return;
  const there = formIn(line);
  if (there) { there.querySelector("[data-text]").focus(); return; }
  const link = line.querySelector("[data-edit]");
  let text;
  try {
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    text = await answer.text();
  } catch { location.assign(link.href); return; }
  for (const other of page.querySelectorAll("[data-lineform]")) close(lineOf(other));
  const holder = document.createElement("template");
  holder.innerHTML = text;
  kept.set(line, [...line.childNodes]);
  line.replaceChildren(holder.content);
  line.classList.add("is-edited");
  window.htmx?.process(line);
  const box = line.querySelector("[data-text]");
  fit(box);
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
  line.scrollIntoView({ block: "nearest" });
}

function close(line, { focus = false } = {}) {
  const before = line && kept.get(line);
  if (!before) return;
  line.replaceChildren(...before);
  line.classList.remove("is-edited");
  kept.delete(line);
  if (focus) line.querySelector("[data-edit]")?.focus();
}

const touched = (form) => [...form.querySelectorAll("[name=text], [name=speaker], [name=start], [name=end], [name=until]")].some((field) => field.value !== field.defaultValue);

function save(form, { then = null } = {}) {
  const line = lineOf(form);
  wanted = then?.id ?? "";
  if (!touched(form)) { close(line, { focus: !then }); open(then); return; }
  form.requestSubmit(form.querySelector("[value=save]"));
}

function fit(box) { box.rows = Math.max(2, Math.ceil(box.value.length / 34)); }

function step(line, by) {
  const lines = [...page.querySelectorAll("[data-transcript] .spoken:not([hidden])")];
  return lines[lines.indexOf(line) + by] ?? null;
}

function inForm(event, form) {
  const line = lineOf(form);
  const box = form.querySelector("[data-text]");
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(line, { focus: true }); }
  else if (event.key === " " && (event.ctrlKey || event.metaKey) && media) {
    event.preventDefault();
    if (media.paused) media.play().catch(() => {}); else media.pause();
  } else if (event.target !== box) return;
  else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.querySelector("[value=split]").click(); }
  else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(form); }
  else if (event.key === "Tab") {
    const next = step(line, event.shiftKey ? -1 : 1);
    if (next) { event.preventDefault(); save(form, { then: next }); }
  }
}

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-lineform]");
  if (form && page.contains(form)) { inForm(event, form); return; }
  const menu = event.target.closest?.(".transcript__menu[open]");
  if (menu && event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
    return;
  }
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const line = lineOf(event.target);
  if (line && /^Arrow(Up|Down)$/.test(event.key)) {
    event.preventDefault();
    step(line, event.key === "ArrowUp" ? -1 : 1)?.querySelector("[data-edit]")?.focus();
  } else if (event.key === "E") {
    event.preventDefault();
    open(page.querySelector(".spoken.is-now") ?? page.querySelector("[data-transcript] .spoken"));
  }
});

page.addEventListener("click", (event) => {
  const edit = event.target.closest("[data-edit]");
  if (edit && !event.ctrlKey && !event.metaKey && event.button === 0) { event.preventDefault(); open(lineOf(edit)); }
  const cancel = event.target.closest("[data-cancel]");
  if (cancel) { event.preventDefault(); close(lineOf(cancel), { focus: true }); }
  const act = event.target.closest("[data-lineform] button[name=act]");
  if (act) act.form.elements.at.value = act.form.querySelector("[data-text]").selectionStart;
});
page.addEventListener("input", (event) => { if (event.target.matches("[data-lineform] [data-text]")) fit(event.target); });
// A line to be added begins where the player stands.
page.addEventListener("toggle", (event) => {
  const start = event.target.matches?.(".transcript__menu[open]") && event.target.querySelector("[data-add-start]");
  if (!start || !media || start.value) return;
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, "0")}`;
  start.value = clock(media.currentTime);
  event.target.querySelector("[data-add-end]").value = clock(Math.min(media.currentTime + 2, media.duration || Infinity));
}, { capture: true });

let lit = [];
let scrolled = 0;
document.body.addEventListener("htmx:beforeSwap", () => {
  lit = [...page.querySelectorAll(".spoken--lit")].map((line) => line.id);
  scrolled = page.querySelector("[data-transcript]")?.scrollTop ?? 0;
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.closest?.("#transcript, .toasts") && event.target.id !== "asset-said") return;
  for (const id of lit) document.getElementById(id)?.classList.add("spoken--lit");
  const list = page.querySelector("[data-transcript]");
  if (list && !list.scrollTop) list.scrollTop = scrolled;
  document.dispatchEvent(new Event("transcript:changed"));
  const next = wanted && document.getElementById(wanted);
  wanted = "";
  if (next) open(next);
  else if (document.activeElement === document.body) event.target.querySelector?.("[data-edit]")?.focus({ preventScroll: true });
});
