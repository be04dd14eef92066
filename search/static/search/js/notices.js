// What was just done, over the page: it goes by itself, unless somebody is at it; `u` takes it back even then.

const PLAIN_MS = 7_000;
const UNDO_MS = 20_000; // time enough to read, think and reach the button

function leave(notice) {
  if (notice.matches(":hover, :focus-within")) setTimeout(() => leave(notice), 2_000);
  else notice.hidden = true;
}

export function watchNotices(scope) {
  for (const notice of scope.querySelectorAll("[data-notice]:not([data-watched])")) {
    notice.dataset.watched = "";
    setTimeout(() => leave(notice), notice.querySelector("[data-undo]") ? UNDO_MS : PLAIN_MS);
  }
}

export function undoLast() {
  const button = [...document.querySelectorAll("#notices [data-undo]")].pop();
  button?.closest("[data-notice]").removeAttribute("hidden");
  button?.click();
}

document.addEventListener("click", (event) => {
  const notice = event.target.closest?.("[data-close]")?.closest("[data-notice]");
  if (notice) notice.hidden = true;
});

function put(text, ...more) {
  const notice = document.createElement("div");
  const words = document.createElement("span");
  notice.className = "notice";
  notice.dataset.notice = "";
  words.className = "notice__text";
  words.textContent = text;
  notice.append(words, ...more);
  document.getElementById("notices")?.append(notice);
  watchNotices(document);
}

// What a script has to say, where the server's notices stand.
export function say(text) {
  put(text);
}

export function sayWithLink(text, name, address) {
  const link = document.createElement("a");
  link.className = "notice__undo";
  link.dataset.undo = "";
  link.textContent = name;
  link.href = address;
  put(text, link);
}
