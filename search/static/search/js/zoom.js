// A photo at its own size: click where to look, drag to move, the original is fetched only then.

export function startZoom(stage) {
  const picture = stage?.querySelector(".stage__picture");
  const button = stage?.querySelector("[data-zoom]");
  if (!picture || !button) return null;
  let at = { x: 0, y: 0, scale: 1 };
  let drag = null;

  const fitted = () => {
    const box = stage.getBoundingClientRect();
    const [width, height] = [Number(stage.dataset.width) || picture.width, Number(stage.dataset.height) || picture.height];
    const share = Math.min(box.width / width, box.height / height);
    return { box, width: width * share, height: height * share, full: Math.max(2, 1 / share) };
  };
  const place = () => {
    const { box, width, height } = fitted();
    const spareX = Math.max(0, (width * at.scale - box.width) / 2);
    const spareY = Math.max(0, (height * at.scale - box.height) / 2);
    at.x = Math.min(spareX, Math.max(-spareX, at.x));
    at.y = Math.min(spareY, Math.max(-spareY, at.y));
    picture.style.transform = at.scale > 1 ? `translate(${at.x}px, ${at.y}px) scale(${at.scale})` : "";
  };
  const on = (event) => {
    const { box, full } = fitted();
    if (stage.dataset.original && !picture.dataset.whole) {
      const whole = new Image();
      whole.onload = () => { picture.src = whole.src; };
      whole.src = stage.dataset.original;
      picture.dataset.whole = "1";
    }
    const x = event ? event.clientX - box.left - box.width / 2 : 0;
    const y = event ? event.clientY - box.top - box.height / 2 : 0;
    at = { scale: full, x: -x * (full - 1), y: -y * (full - 1) };
    stage.classList.add("is-zoomed");
    button.setAttribute("aria-pressed", "true");
    place();
  };
  const off = () => {
    at = { x: 0, y: 0, scale: 1 };
    stage.classList.remove("is-zoomed");
    button.setAttribute("aria-pressed", "false");
    place();
  };
  const active = () => stage.classList.contains("is-zoomed");
  const toggle = (event) => (active() ? off() : on(event));

  button.addEventListener("click", () => toggle());
  picture.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    drag = { x: event.clientX, y: event.clientY, from: { ...at }, moved: false };
    if (active()) { event.preventDefault(); picture.setPointerCapture(event.pointerId); }
  });
  picture.addEventListener("pointermove", (event) => {
    if (!drag || !active()) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (Math.hypot(dx, dy) > 4) drag.moved = true;
    at = { ...at, x: drag.from.x + dx, y: drag.from.y + dy };
    place();
  });
  picture.addEventListener("pointerup", (event) => { if (drag && !drag.moved) toggle(event); drag = null; });
  picture.addEventListener("pointercancel", () => { drag = null; });
  picture.addEventListener("dragstart", (event) => event.preventDefault());
  addEventListener("resize", () => active() && place());
  return { toggle, off, active };
}
