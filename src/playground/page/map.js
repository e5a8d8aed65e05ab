// The map: what the network answers over the plane, and the samples on it.
import { colour, css, mix, pixel, series, signed, signedPixel } from "./colours.js";

const MARGIN = 46; // of the big map, for its axes, in pixels of the canvas
const DARK = "#212121"; // on the map, whose colours are the same on light and dark ground
const PALE = 0.6; // the map is paler than the samples on it

// Put `side` × `side` pixels at the corner of a canvas; row 0 of the values is the lowest.
export function paint(canvas, side, pixelOf) {
  const image = new ImageData(side, side);
  const pixels = new Int32Array(image.data.buffer);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      pixels[(side - 1 - row) * side + column] = pixelOf(row * side + column);
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// The same as large as `area` of the canvas.
function paintLarge(canvas, side, pixelOf, area) {
  const small = document.createElement("canvas");
  small.width = small.height = side;
  paint(small, side, pixelOf);
  canvas.getContext("2d").drawImage(small, ...area);
}

// Which pixel the outputs at point `i` have. `maps` are those of the outputs, one after the other.
function answerPixel(maps, outputs, points, samples) {
  if (samples.classes.length === 0) {
    const most = Math.max(...samples.train.map((sample) => Math.abs(sample[2])), 1e-9);
    return (i) => signedPixel((PALE * maps[i]) / most);
  }
  if (outputs === 1) return (i) => signedPixel(PALE * (2 * maps[i] - 1));
  if (outputs === 2) return (i) => signedPixel(PALE * (maps[points + i] - maps[i]));
  return (i) => {
    const shares = Array.from({ length: outputs }, (_, k) => maps[k * points + i]);
    const best = shares.indexOf(Math.max(...shares));
    if (!Number.isFinite(shares[0])) return pixel([128, 128, 128]);
    const sure = Math.min(1, Math.max(0, (shares[best] - 1 / outputs) / (1 - 1 / outputs)));
    return pixel(mix(colour("paper"), series(best), 0.15 + 0.65 * sure));
  };
}

function sampleColour(sample, samples, most) {
  if (samples.classes.length === 0) return signed(sample[2] / most);
  if (samples.classes.length === 2) return signed(sample[2] ? 0.8 : -0.8);
  return mix(series(sample[2]), [0, 0, 0], 0.35); // darker than the map behind it
}

// A shape for each class, so that colour is not needed to tell them apart.
function trace(context, shape, x, y, size) {
  const corners = [0, 4, 3, 5, 4, 6][shape % 6];
  const turn = [0, Math.PI / 4, Math.PI / 6, -Math.PI / 10, 0, 0][shape % 6];
  context.beginPath();
  if (corners === 0) context.arc(x, y, size, 0, 2 * Math.PI);
  for (let i = 0; i < corners; i++) {
    const angle = turn + (2 * Math.PI * i) / corners;
    context.lineTo(x + 1.25 * size * Math.cos(angle), y + 1.25 * size * Math.sin(angle));
  }
  context.closePath();
}

// Where a sample stands on the canvas.
export function placeOf(canvas, samples, sample) {
  const side = canvas.width - MARGIN;
  const [x, y] = samples.axes.map((axis, i) => (sample[i] - axis.low) / (axis.high - axis.low));
  return [MARGIN + x * side, (1 - y) * side];
}

function drawAxes(canvas, context, samples) {
  const side = canvas.width - MARGIN;
  context.fillStyle = css(colour("faint"));
  context.font = "20px system-ui, sans-serif";
  const words = (axis) => [axis.own_low, axis.name, axis.own_high].map((word) =>
    typeof word === "number" ? Number(word.toPrecision(2)).toString().replace("-", "−") : word);
  const draw = (texts) => ["left", "center", "right"].forEach((align, i) => {
    context.textAlign = align;
    context.fillText(texts[i], (i * side) / 2, 0, side / 3);
  });
  context.save();
  context.translate(MARGIN, canvas.height - 16);
  draw(words(samples.axes[0]));
  context.restore();
  context.save();
  context.translate(26, side);
  context.rotate(-Math.PI / 2);
  draw(words(samples.axes[1]));
  context.restore();
}

// One sample; those of the batch under way have a ring, the chosen one a thick one.
function drawSample(context, canvas, samples, sample, most, look) {
  const [x, y] = placeOf(canvas, samples, sample);
  const fill = css(sampleColour(sample, samples, most));
  trace(context, samples.classes.length ? sample[2] : 0, x, y, look.isTest ? 6 : 7);
  // Numbers near zero are white themselves.
  const edge = samples.classes.length ? "white" : DARK;
  context.lineWidth = samples.classes.length ? 2.5 : 1.5;
  context.strokeStyle = look.isTest ? fill : edge;
  context.fillStyle = look.isTest ? "white" : fill;
  context.fill();
  context.stroke();
  if (!look.inBatch) return;
  context.strokeStyle = DARK;
  context.lineWidth = look.isChosen ? 5 : 2;
  trace(context, 0, x, y, look.isChosen ? 14 : 10);
  context.stroke();
}

export function drawMap(canvas, state, maps, samples, showTest) {
  const context = canvas.getContext("2d");
  const { side } = state.grid;
  const outputs = state.layers[state.layers.length - 1].outputs;
  const most = Math.max(...samples.train.map((sample) => Math.abs(sample[2])), 1e-9);
  context.clearRect(0, 0, canvas.width, canvas.height);
  paintLarge(canvas, side, answerPixel(maps, outputs, side * side, samples),
    [MARGIN, 0, canvas.width - MARGIN, canvas.height - MARGIN]);
  drawAxes(canvas, context, samples);
  const batch = new Set(state.batch);
  const chosen = state.batch[state.sample];
  if (showTest)
    for (const sample of samples.test) drawSample(context, canvas, samples, sample, most, { isTest: true });
  samples.train.forEach((sample, i) =>
    drawSample(context, canvas, samples, sample, most, { inBatch: batch.has(i), isChosen: i === chosen }));
}

// What can be seen there: nodes for its legend.
export function describe(samples) {
  if (samples.classes.length === 0) return [`${samples.target}: orange below zero, blue above.`];
  const shapes = ["disc", "square", "triangle", "pentagon", "diamond", "hexagon"];
  const items = samples.classes.map((name, label) => {
    const item = document.createElement("span");
    const swatch = document.createElement("i");
    item.className = "item";
    swatch.style.background = css(sampleColour([0, 0, label], samples, 1));
    item.append(swatch, `${name} (${shapes[label % 6]})`);
    return item;
  });
  return [...items, "The paler, the less sure."];
}
