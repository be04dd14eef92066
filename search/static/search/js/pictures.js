// A picture as the search: dropped anywhere, pasted, or chosen; and tiles that are dragged onto the search box.
import { say } from "./notices.js";

const TILE = "application/x-afterimage-tile";
const box = document.getElementById("q");
const form = document.getElementById("search-form");
const chooser = document.querySelector("[data-give-picture]");
const limit = Number(chooser?.dataset.most ?? 0);

let dragged = false; // something of this page: a browser says "Files" of pictures that are dragged inside it, too
let over = 0;
let cover = null;

function panel(title, hint = "") {
  cover ??= Object.assign(document.createElement("div"), { className: "drop" });
  cover.replaceChildren();
  const inner = document.createElement("div");
  inner.className = "drop__inner";
  inner.append(Object.assign(document.createElement("p"), { className: "drop__title", textContent: title }));
  if (hint) inner.append(Object.assign(document.createElement("p"), { className: "drop__hint", textContent: hint }));
  cover.append(inner);
  if (!cover.isConnected) document.body.append(cover);
  return inner;
}

function uncover() {
  over = 0;
  cover?.remove();
}

function searchWith(like) {
  const kept = box.value.replace(/(^|\s)-?like:picture-\S+/g, " ").trim();
  box.value = `${kept} like:${like}`.trim();
  form.requestSubmit();
}

function give(file) {
  if (!file.type.startsWith("image/") && file.type !== "" && !file.type.startsWith("application/")) {
    say(`${file.name} is no picture. Drop a photo, or a frame that you saved as a picture.`);
    return;
  }
  if (limit && file.size > limit) {
    say(`${file.name || "That picture"} is larger than ${Math.round(limit / 1024 ** 2)} MB. Give a smaller copy.`);
    return;
  }
  const inner = panel("Looking at your picture …");
  const progress = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  progress.setAttribute("aria-label", "Sending the picture");
  inner.append(progress);
  cover.setAttribute("role", "status");
  const data = new FormData();
  data.append("picture", file);
  const request = new XMLHttpRequest(); // fetch does not tell how much was sent
  request.open("POST", chooser.dataset.givePicture);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]);
  request.responseType = "json";
  request.upload.onprogress = (event) => { if (event.lengthComputable && event.loaded < event.total) progress.value = event.loaded / event.total; else progress.removeAttribute("value"); };
  request.onload = () => {
    uncover();
    if (request.status === 200 && request.response?.like) searchWith(request.response.like);
    else say(request.response?.error ?? "The picture could not be looked at. Try another, or a JPEG of it.");
  };
  request.onerror = () => { uncover(); say("The picture did not arrive. Is Afterimage still running?"); };
  request.send(data);
}

const ofFiles = (event) => !dragged && [...(event.dataTransfer?.types ?? [])].includes("Files");
const ofTile = (event) => [...(event.dataTransfer?.types ?? [])].includes(TILE);

document.addEventListener("dragstart", (event) => {
  dragged = true;
  const tile = event.target.closest?.("[data-tile]");
  if (!tile || !event.dataTransfer) return;
  event.dataTransfer.setData(TILE, tile.dataset.unit ? `unit=${tile.dataset.unit}` : `asset=${tile.dataset.asset}`);
  event.dataTransfer.effectAllowed = "copyLink";
  form?.classList.add("is-waiting");
});
document.addEventListener("dragend", () => { dragged = false; form?.classList.remove("is-waiting", "is-aimed"); });

document.addEventListener("dragenter", (event) => {
  if (!ofFiles(event)) return;
  event.preventDefault();
  over += 1;
  panel("Find pictures like this", "Drop a picture anywhere. It is looked at on this machine alone.");
});
document.addEventListener("dragover", (event) => {
  const aimed = ofTile(event) && Boolean(event.target.closest?.("#search-form"));
  form?.classList.toggle("is-aimed", aimed);
  if (ofFiles(event) || aimed) { event.preventDefault(); event.dataTransfer.dropEffect = "copy"; }
});
document.addEventListener("dragleave", (event) => {
  if (!ofFiles(event)) return;
  over -= 1;
  if (over <= 0) uncover();
});
document.addEventListener("drop", (event) => {
  if (ofTile(event) && event.target.closest?.("#search-form")) {
    event.preventDefault();
    location.assign(`${chooser.dataset.like}?${event.dataTransfer.getData(TILE)}&${new URLSearchParams({ q: box.value })}`);
    return;
  }
  if (!ofFiles(event)) return;
  event.preventDefault();
  uncover();
  const [file, ...others] = event.dataTransfer.files;
  if (others.length) say("One picture at a time: the first one is searched for.");
  if (file) give(file);
});

document.addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
  if (!file || event.clipboardData.getData("text/plain")) return; // copied words have a picture of themselves beside them
  event.preventDefault();
  give(file);
});

chooser?.addEventListener("change", () => {
  const [file] = chooser.files;
  chooser.value = "";
  if (file) give(file);
});
