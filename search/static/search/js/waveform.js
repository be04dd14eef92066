// Waveforms as bars on a canvas, in the text colour of the place where they stand; played parts in the accent.

const fetched = new Map();

function peaksOf(url) {
  if (!fetched.has(url)) fetched.set(url, fetch(url).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null));
  return fetched.get(url);
}

export function paint(canvas, share = 0) {
  const data = canvas.peaks;
  const box = canvas.getBoundingClientRect();
  if (!data?.length || !box.width) return;
  const scale = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(box.width * scale), Math.round(box.height * scale)];
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent");
  pen.clearRect(0, 0, width, height);
  const step = 3 * scale;
  const bars = Math.floor(width / step);
  for (let bar = 0; bar < bars; bar += 1) {
    const from = Math.floor((bar * data.length) / bars);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * data.length) / bars));
    let peak = 0;
    for (let at = from; at < to; at += 1) peak = Math.max(peak, data[at] ?? 0);
    const tall = Math.max(2 * scale, (peak / 255) * height);
    pen.fillStyle = bar / bars < share ? accent : style.color;
    pen.beginPath();
    pen.roundRect(bar * step, (height - tall) / 2, 2 * scale, tall, scale);
    pen.fill();
  }
}

async function load(canvas) {
  const data = await peaksOf(canvas.dataset.waveform);
  if (!data?.peaks) return;
  const [start, end] = [Number(canvas.dataset.start ?? 0), Number(canvas.dataset.end ?? 0)];
  const slice = end > start ? data.peaks.slice(Math.floor((start / 1000) * data.per_second), Math.ceil((end / 1000) * data.per_second)) : data.peaks;
  canvas.peaks = slice.length ? slice : data.peaks;
  paint(canvas, canvas.share ?? 0);
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); load(entry.target); }
}, { rootMargin: "200px" });
const sized = new ResizeObserver((entries) => { for (const entry of entries) paint(entry.target, entry.target.share ?? 0); });

export function drawWaveforms(scope) {
  for (const canvas of scope.querySelectorAll("canvas[data-waveform]")) { seen.observe(canvas); sized.observe(canvas); }
}
