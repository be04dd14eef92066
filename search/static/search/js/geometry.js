// Arrow keys to the tile that lies in that direction, whatever row it is in.

function gap(from, to, key) {
  const across = (to.left + to.right - from.left - from.right) / 2;
  const down = (to.top + to.bottom - from.top - from.bottom) / 2;
  const sameRow = Math.abs(down) < Math.min(from.height, to.height) / 2;
  if (key === "ArrowUp" && down < -8 && !sameRow) return -down * 4 + Math.abs(across);
  if (key === "ArrowDown" && down > 8 && !sameRow) return down * 4 + Math.abs(across);
  return Infinity;
}

export function moveFocus(tile, key) {
  const tiles = [...document.querySelectorAll("main [data-tile]")].filter((item) => item.checkVisibility?.({ visibilityProperty: true }) ?? item.offsetParent);
  if (!tiles.length) return false;
  const at = tiles.indexOf(tile);
  let target = tiles[0];
  if (at >= 0 && (key === "ArrowLeft" || key === "ArrowRight")) {
    target = tiles[at + (key === "ArrowRight" ? 1 : -1)];
  } else if (at >= 0) {
    const from = tile.getBoundingClientRect();
    // A few screens around are enough, and keep this quick among thousands.
    const around = tiles.slice(Math.max(0, at - 120), at + 121);
    let best = Infinity;
    target = null;
    for (const item of around) {
      const distance = gap(from, item.getBoundingClientRect(), key);
      if (distance < best) { best = distance; target = item; }
    }
  } else if (!["ArrowDown", "ArrowRight"].includes(key)) {
    return false;
  } else if (window.scrollY > 40) {
    target = tiles.find((item) => item.getBoundingClientRect().top > 60) ?? tiles[0];
  }
  if (!target) return false;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
  return true;
}
