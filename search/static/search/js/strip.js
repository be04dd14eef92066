// A shot's tile plays its strip (frames side by side in one picture) under the pointer; moving across it scrubs.

const FRAME_MS = 170;
let playing = null;

function frameOf(state, index) {
  state.index = index;
  state.image.style.transform = `translateX(${(-100 * index) / state.frames}%)`;
  state.progress.style.transform = `scaleX(${(index + 1) / state.frames})`;
}

function stop() {
  if (!playing) return;
  clearInterval(playing.timer);
  playing.tile.classList.remove("is-playing");
  playing = null;
}

function begin(tile, moving) {
  if (playing?.tile === tile) return;
  stop();
  const frames = Number(tile.dataset.frames);
  const holder = tile.querySelector(".tile__strip");
  if (!holder || !(frames > 1)) return;
  let image = holder.querySelector("img");
  if (!image) {
    image = document.createElement("img");
    image.alt = "";
    image.style.width = `${frames * 100}%`;
    image.src = tile.dataset.strip;
    holder.append(image);
  }
  const state = { tile, frames, image, progress: tile.querySelector(".tile__progress"), index: 0, timer: 0 };
  playing = state;
  const show = () => {
    if (playing !== state) return;
    tile.classList.add("is-playing");
    frameOf(state, 0);
    if (moving) state.timer = setInterval(() => frameOf(state, (state.index + 1) % frames), FRAME_MS);
  };
  if (image.complete) show();
  else image.addEventListener("load", show, { once: true });
}

export function playTile(tile) {
  if (tile.dataset.strip) return playing?.tile === tile ? stop() : begin(tile, true);
  const line = tile.closest("[data-line]");
  return line ? line.querySelector("[data-play]")?.click() : tile.click();
}

export function startStrips(calm) {
  document.addEventListener("pointerover", (event) => {
    const tile = event.target.closest?.("[data-strip]");
    if (tile && event.pointerType === "mouse") begin(tile, !calm.matches);
    else if (!tile) stop();
  });
  document.addEventListener("pointermove", (event) => {
    if (!playing || !calm.matches) return;
    const box = playing.tile.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    frameOf(playing, Math.min(playing.frames - 1, Math.max(0, Math.floor(share * playing.frames))));
  }, { passive: true });
  document.documentElement.addEventListener("pointerleave", stop);
  document.addEventListener("focusin", (event) => { if (playing && !playing.tile.contains(event.target)) stop(); });
}
