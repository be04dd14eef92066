// Copies the links of a collection.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-link]");
  if (!button) return;
  const field = button.parentElement.querySelector("[data-link]");
  const said = document.querySelector("[data-copied]");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = "The link is copied";
    button.lastChild.textContent = "Copied";
  } catch {
    said.textContent = "This browser does not let the page copy: press Ctrl C";
    button.lastChild.textContent = "Press Ctrl C";
  }
  setTimeout(() => { button.lastChild.textContent = "Copy"; said.textContent = ""; }, 2000);
});
