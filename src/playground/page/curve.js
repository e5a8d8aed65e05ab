// The losses as a curve over the steps.
import { show, count } from "./numbers.js";

const AREA = { left: 52, right: 352, top: 8, bottom: 160 };

function element(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// From the smallest and the largest loss to where a loss stands, and the losses to mark.
function scale(losses, isLogarithmic) {
  const largest = Math.max(...losses), height = AREA.bottom - AREA.top;
  if (!isLogarithmic) {
    const top = largest > 0 ? largest : 1;
    return { place: (loss) => AREA.bottom - (loss / top) * height, marks: [0, top / 2, top] };
  }
  const least = Math.log10(Math.max(Math.min(...losses), 1e-9));
  const range = Math.max(Math.log10(Math.max(largest, 1e-9)) - least, 0.1);
  return {
    place: (loss) => AREA.bottom - ((Math.log10(Math.max(loss, 1e-9)) - least) / range) * height,
    marks: [0, 0.5, 1].map((share) => 10 ** (least + share * range)),
  };
}

function line(curve, column, place, across) {
  const points = curve.filter((point) => point[column] !== null)
    .map((point) => `${across(point[0]).toFixed(1)},${place(point[column]).toFixed(1)}`);
  return element("polyline", { class: column === 1 ? "train" : "test", points: points.join(" ") });
}

export function drawCurve(svg, words, state, isLogarithmic) {
  const { curve } = state;
  const losses = curve.flatMap((point) => [point[1], point[2]]).filter((loss) => loss !== null);
  const drawing = [];
  if (losses.length > 0) {
    const { place, marks } = scale(losses, isLogarithmic);
    const last = Math.max(curve[curve.length - 1][0], 1);
    const across = (step) => AREA.left + (step / last) * (AREA.right - AREA.left);
    for (const mark of marks) {
      const y = place(mark);
      drawing.push(element("line", { class: "grid", x1: AREA.left, x2: AREA.right, y1: y, y2: y }));
      drawing.push(element("text", { x: AREA.left - 5, y: y + 4, "text-anchor": "end" }, show(mark, 2)));
    }
    drawing.push(element("text", { x: AREA.left, y: 176 }, "0"));
    drawing.push(element("text", { x: (AREA.left + AREA.right) / 2, y: 176, "text-anchor": "middle" }, "step"));
    drawing.push(element("text", { x: AREA.right, y: 176, "text-anchor": "end" }, count(last)));
    drawing.push(line(curve, 2, place, across), line(curve, 1, place, across));
  }
  svg.replaceChildren(...drawing);
  const parts = [["train", `━ train ${show(state.train.loss, 4)}`]];
  if (state.test.loss !== null) parts.push(["test", `━ test ${show(state.test.loss, 4)}`]);
  words.replaceChildren(...parts.flatMap(([name, text]) => {
    const span = document.createElement("span");
    span.className = name;
    span.textContent = text;
    return [span, "  "];
  }));
}
