// Keywords as chips in their order, suggestions that are taken by a click, the agency that is switched by choosing it.
// Without this script the same fields are plain text, one keyword a line.
const ICON = document.querySelector("link[rel=icon]")?.href.replace(/mark[^/]*\.svg.*$/, "icons.svg") ?? "";

function tell(field, kind) {
  field.dispatchEvent(new Event(kind, { bubbles: true }));
}

function read(list) {
  return [...list.querySelectorAll("[data-word]")].map((one) => one.dataset.word);
}

class Words {
  constructor(field) {
    this.field = field;
    this.first = Number(field.dataset.first) || 0;
    this.box = document.createElement("div");
    this.box.className = "words";
    this.list = document.createElement("ol");
    this.list.className = "words__list";
    this.list.setAttribute("aria-label", "Keywords in their order");
    this.add = document.createElement("input");
    this.add.className = "words__add";
    this.add.placeholder = "Add keywords";
    this.add.autocomplete = "off";
    this.add.setAttribute("aria-label", "Add keywords; alt and arrows move one, delete removes it");
    this.add.setAttribute("aria-describedby", field.getAttribute("aria-describedby") ?? "");
    this.box.append(this.list, this.add);
    field.hidden = true;
    field.after(this.box);
    document.querySelector(`label[for="${field.id}"]`)?.addEventListener("click", () => this.add.focus());
    this.draw(field.value.split("\n").map((word) => word.trim()).filter(Boolean));
    this.listen();
  }

  draw(words, focus = -1) {
    this.list.replaceChildren(...words.map((word, at) => this.chip(word, at)));
    if (focus >= 0) this.list.children[Math.min(focus, words.length - 1)]?.querySelector(".words__word")?.focus();
  }

  chip(word, at) {
    const one = document.createElement("li");
    one.className = at < this.first ? "words__one words__one--first" : "words__one";
    one.dataset.word = word;
    one.draggable = true;
    const name = document.createElement("button");
    name.type = "button";
    name.className = "words__word";
    name.textContent = word;
    name.setAttribute("aria-label", `${word}, ${at + 1}${at < this.first ? ", among the first" : ""}`);
    const off = document.createElement("button");
    off.type = "button";
    off.className = "words__off";
    off.tabIndex = -1;
    off.dataset.off = "";
    off.setAttribute("aria-label", `Remove ${word}`);
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${this.icons()}#cross`);
    svg.append(use);
    off.append(svg);
    one.append(name, off);
    return one;
  }

  icons() {
    return document.querySelector("use")?.getAttribute("href").split("#")[0] ?? ICON;
  }

  set(words, focus = -1) {
    this.draw(words, focus);
    this.field.value = words.join("\n");
    tell(this.field, "input");
    tell(this.field, "change");
  }

  move(from, to, focus) {
    const words = read(this.list);
    if (from === to || to < 0 || to >= words.length) return;
    words.splice(to, 0, ...words.splice(from, 1));
    this.set(words, focus ? to : -1);
  }

  take() {
    const typed = this.add.value.split(/[,\n]/).map((word) => word.trim()).filter(Boolean);
    this.add.value = "";
    if (typed.length) this.set([...read(this.list), ...typed]);
  }

  listen() {
    this.add.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === ",") { event.preventDefault(); this.take(); }
      else if (event.key === "Backspace" && !this.add.value) this.list.lastElementChild?.querySelector(".words__word")?.focus();
    });
    // What is typed here is no keyword yet, and no field of the form.
    for (const kind of ["input", "change"]) this.add.addEventListener(kind, (event) => event.stopPropagation());
    this.add.addEventListener("blur", () => this.take());
    this.add.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text") ?? "";
      if (!/[,\n]/.test(text)) return;
      event.preventDefault();
      this.add.value += text;
      this.take();
    });
    this.list.addEventListener("keydown", (event) => {
      const one = event.target.closest("li");
      const at = [...this.list.children].indexOf(one);
      if (at < 0) return;
      const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
      if (step && event.altKey) { event.preventDefault(); this.move(at, at + step, true); }
      else if (step) { event.preventDefault(); (this.list.children[at + step]?.querySelector(".words__word") ?? (step > 0 ? this.add : null))?.focus(); }
      else if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); this.remove(at); }
    });
    this.list.addEventListener("click", (event) => {
      const off = event.target.closest("[data-off]");
      if (off) this.remove([...this.list.children].indexOf(off.closest("li")));
    });
    this.list.addEventListener("dragstart", (event) => {
      this.held = event.target.closest("li");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", this.held.dataset.word);
      event.stopPropagation();
    });
    this.list.addEventListener("dragover", (event) => {
      const over = event.target.closest("li");
      if (!this.held || !over) return;
      event.preventDefault();
      for (const one of this.list.children) one.classList.toggle("is-over", one === over && one !== this.held);
    });
    this.list.addEventListener("drop", (event) => {
      const over = event.target.closest("li");
      if (!this.held || !over) return;
      event.preventDefault();
      const places = [...this.list.children];
      this.move(places.indexOf(this.held), places.indexOf(over), false);
    });
    this.list.addEventListener("dragend", () => {
      this.held = null;
      for (const one of this.list.children) one.classList.remove("is-over");
    });
  }

  remove(at) {
    const words = read(this.list);
    words.splice(at, 1);
    this.set(words, at);
    if (!words.length) this.add.focus();
  }
}

function prepare(scope) {
  for (const field of scope.querySelectorAll("textarea[data-keywords]:not([hidden])")) new Words(field);
}

document.addEventListener("click", (event) => {
  const take = event.target.closest("[data-take]");
  if (!take) return;
  const choices = take.closest(".sent__field").querySelectorAll("select[name=category]");
  const empty = [...choices].find((one) => !one.value) ?? choices[0];
  empty.value = take.dataset.take;
  tell(empty, "change");
});

// What a button mends comes after all that is still being saved, and asks for the whole row again.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-again]");
  const form = button?.closest("form");
  if (!form || !window.htmx) return;
  event.preventDefault();
  const values = { [button.name]: button.value };
  window.htmx.ajax("POST", button.formAction, { source: form, target: form.closest(".sent"), swap: "outerHTML", values });
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});

// A title is one line: Enter goes on to the next field, as in a form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("[data-one-line]")) return;
  event.preventDefault();
  event.target.blur();
});

document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
prepare(document);
