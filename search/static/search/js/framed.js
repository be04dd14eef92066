// A frame around a face in a small picture of the whole scene: the picture fills its box, so shares are enough.

export function frameAll(scope) {
  for (const holder of scope.querySelectorAll("[data-framed]:not([data-drawn])")) {
    const frame = document.createElement("span");
    frame.className = "framed";
    const { x, y, w, h } = holder.dataset;
    frame.style.left = `${100 * x}%`;
    frame.style.top = `${100 * y}%`;
    frame.style.width = `${100 * w}%`;
    frame.style.height = `${100 * h}%`;
    holder.append(frame);
    holder.dataset.drawn = "";
  }
}
