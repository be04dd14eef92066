// Judging by keys and clicks: the answer shows at once, the server is told in the background, one after the other.
import { typing } from "./app.js";
import { undoLast, watchNotices } from "./notices.js";

const page = () => document.querySelector("[data-review]");
const queue = []; // [{ verdict, marks }]
let sending = false;
let undoWhenSent = false;
let last = ""; // the mark that was judged last: where the focus belongs after an undo

const items = (scope = document) => [...scope.querySelectorAll("[data-judges] [data-judge]")].filter((item) => !item.hidden);
const isOpen = (item) => !item.classList.contains("is-yes") && !item.classList.contains("is-no");
const handle = (item) => item?.querySelector("[data-tile], [data-chip]");

function focusOn(item) {
  const link = handle(item);
  link?.focus({ preventScroll: true });
  (item ?? link)?.scrollIntoView?.({ block: "nearest" });
}

function here() {
  const focused = document.activeElement;
  const own = focused?.closest?.("[data-judge]");
  if (own) return own;
  // In a picture of several tags, the first that is open.
  const picture = focused?.closest?.(".picture");
  return picture ? items(picture.parentElement).find((item) => picture.contains(item) && isOpen(item)) ?? null : null;
}

// In a lesson its questions are answered first: when none is left, new ones come to where the focus stays.
function next(item) {
  const every = items(item.closest("#teach-asks") ?? document);
  const at = every.indexOf(item);
  return every.slice(at + 1).find(isOpen) ?? every.slice(0, Math.max(0, at)).find(isOpen) ?? null;
}

function show(item, verdict) {
  item.classList.toggle("is-yes", verdict === "yes");
  item.classList.toggle("is-no", verdict === "no");
  for (const button of item.querySelectorAll("button[name=verdict]")) {
    button.setAttribute("aria-pressed", String(button.value === verdict));
  }
  const mark = item.dataset.mark;
  for (const input of document.querySelectorAll("[data-all] input[name=mark]")) {
    if (input.value === mark) input.dataset.judged = verdict;
  }
  slide();
}

function judge(item, verdict) {
  const same = items().filter((other) => other.dataset.mark === item.dataset.mark); // asked, and among the examples
  for (const one of same) show(one, verdict);
  last = item.dataset.mark;
  const waiting = queue[queue.length - 1];
  if (waiting?.verdict === verdict) waiting.marks.push(last);
  else queue.push({ verdict, marks: [last] });
  send();
}

async function send() {
  if (sending || !queue.length) return;
  sending = true;
  const { verdict, marks } = queue.shift();
  const body = new FormData();
  body.set("verdict", verdict);
  for (const mark of marks) body.append("mark", mark);
  if (page()?.hasAttribute("data-lesson")) body.set("lesson", "1");
  try {
    const headers = { Accept: "application/json", ...JSON.parse(document.body.getAttribute("hx-headers")) };
    const answer = await fetch(page().dataset.verdicts, { method: "POST", body, headers });
    if (!answer.ok) throw new Error(String(answer.status));
    took(await answer.json());
  } catch {
    for (const item of items()) if (marks.includes(item.dataset.mark)) show(item, "open");
    document.documentElement.classList.add("is-away");
    tell("That could not be saved. Try again.");
  }
  sending = false;
  if (queue.length) send();
  else settled();
}

function tell(words) {
  const notice = Object.assign(document.createElement("div"), { className: "notice", textContent: words });
  notice.dataset.notice = "";
  document.getElementById("notices")?.replaceChildren(notice);
  watchNotices(document);
}

function took({ notice, tags }) {
  const notices = document.getElementById("notices");
  if (notices) {
    const made = document.createRange().createContextualFragment(notice).querySelector("#notices");
    notices.replaceChildren(...made.childNodes);
    window.htmx?.process(notices);
    watchNotices(document);
  }
  const stand = tags[page()?.dataset.tag];
  if (!stand) return;
  const bar = document.querySelector("[data-progress]");
  if (bar) { bar.max = stand.total; bar.value = stand.reviewed; }
  const words = document.querySelector("[data-progress-words]");
  if (words) words.textContent = `${stand.reviewed.toLocaleString("en")} of ${stand.total.toLocaleString("en")} reviewed`;
}

// What follows when all has been said: an undo that was asked for meanwhile, the next page, the next questions.
function settled() {
  if (undoWhenSent) { undoWhenSent = false; undoLast(); return; }
  const lesson = page()?.hasAttribute("data-lesson");
  if (lesson) ask();
  else if (items().length && !items().some(isOpen)) renew("#main", () => focusOn(items()[0]));
}

// Each part asks for itself: of two requests from one element htmx keeps the second waiting, and calls it done.
function renew(part, then) {
  window.htmx?.ajax("GET", location.href, { source: part, target: part, select: part, swap: "outerHTML" }).then(() => then?.());
}

// A lesson asks anew once its questions are answered, or while somebody marks examples below them.
function ask() {
  const asks = document.getElementById("teach-asks");
  const inside = asks?.contains(document.activeElement);
  const left = asks ? items(asks).filter(isOpen).length : 0;
  renew("#teach-stand");
  if (!inside || !left) renew("#teach-asks", () => { if (inside) focusOn(items(document.getElementById("teach-asks"))[0]); });
}

function slide() {
  const range = document.querySelector("[data-least]");
  if (!range) return;
  const least = Number(range.value);
  document.querySelector("[data-least-words]").textContent = range.value;
  for (const item of document.querySelectorAll("[data-judges] [data-judge]")) {
    item.hidden = Number(item.dataset.certainty) < least && isOpen(item);
  }
  let above = 0;
  for (const input of document.querySelectorAll("[data-all] input[name=mark]")) {
    input.disabled = Number(input.dataset.sure) < least || ["yes", "no"].includes(input.dataset.judged);
    above += input.disabled ? 0 : 1;
  }
  for (const count of document.querySelectorAll("[data-above]")) count.textContent = String(above);
  for (const button of document.querySelectorAll("[data-all] button")) button.disabled = above === 0;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (!page() || document.querySelector("dialog[open]")) return;
  if (event.key === "u" && (sending || queue.length)) { event.preventDefault(); event.stopPropagation(); undoWhenSent = true; return; }
  const item = here();
  if (!item) {
    // The first key goes to the first that waits; Space scrolls as ever.
    if (!["y", "n"].includes(event.key)) return;
    event.preventDefault();
    focusOn(items().find(isOpen));
    return;
  }
  if (event.key === " " && document.activeElement?.matches("button, summary")) return;
  if (event.key === "y" || event.key === "n") judge(item, event.key === "y" ? "yes" : "no");
  else if (event.key !== " ") { chips(event, item); return; }
  event.preventDefault();
  event.stopPropagation();
  focusOn(next(item) ?? item);
}, { capture: true });

// Arrows among the tags of pictures: left and right to the next tag, up and down by picture.
function chips(event, item) {
  if (!item.matches(".suggestion") || !event.key.startsWith("Arrow")) return;
  const every = items();
  const at = every.indexOf(item);
  const picture = item.closest(".picture");
  const to = {
    ArrowRight: () => every[at + 1],
    ArrowLeft: () => every[at - 1],
    ArrowDown: () => every.slice(at + 1).find((other) => !picture.contains(other)),
    ArrowUp: () => every.find((other) => picture.previousElementSibling?.contains(other)),
  }[event.key]();
  if (to) { event.preventDefault(); event.stopPropagation(); focusOn(to); }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-judges] [data-judge] button[name=verdict]");
  if (!button || button.value === "open") return;
  event.preventDefault();
  judge(button.closest("[data-judge]"), button.value);
});
document.addEventListener("input", (event) => { if (event.target.matches("[data-least]")) slide(); });
document.addEventListener("submit", (event) => { if (event.target.matches(".slider")) event.preventDefault(); });
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "main" || !last) return;
  const again = items().find((item) => item.dataset.mark === last);
  if (again && isOpen(again)) focusOn(again);
});
slide();
