// The network: weights as lines, and for each unit a little map, its bias and its delta.
import { colour, css, signed, signedPixel, signName } from "./colours.js";
import { paint } from "./map.js";
import { show } from "./numbers.js";

const GAP = 12; // between units of a layer
const EDGE = 36; // beside the last layer; the names of the inputs stand beside the first

// Where everything stands, for layers of so many units.
function layOut(widths, names, width) {
  const longest = Math.max(...names.map((name) => name.length));
  const left = Math.max(EDGE, Math.min(12 + 7 * longest, width / 5));
  const most = Math.max(...widths);
  const size = Math.max(22, Math.min(60, 560 / most - GAP));
  const height = Math.max(most * (size + GAP) + GAP, 180);
  const spacing = Math.max((width - left - EDGE - size) / (widths.length - 1), size + 34);
  const place = (column, unit) => ({
    x: left + column * spacing,
    y: height / 2 + (unit - (widths[column] - 1) / 2) * (size + GAP) - size / 2,
  });
  return { size, height, width: Math.max(width, left + EDGE + size + spacing * (widths.length - 1)), place };
}

// A line to point at, wider than the one that is seen.
function target({ x1, y1, x2, y2 }) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "line");
  for (const [key, value] of Object.entries({ x1, y1, x2, y2 })) made.setAttribute(key, value);
  return made;
}

export class NetworkDrawing {
  // `choose(layer, unit, input)` is called when a weight is pointed at.
  constructor(canvas, svg, units, choose) {
    Object.assign(this, { canvas, svg, units, choose, key: "" });
  }

  build(state, samples, width) {
    const widths = [2, ...state.layers.map((layer) => layer.outputs)];
    const plan = layOut(widths, samples.axes.map((axis) => axis.name), width);
    for (const place of [this.canvas, this.svg]) {
      place.setAttribute("width", plan.width);
      place.setAttribute("height", plan.height);
    }
    this.svg.replaceChildren();
    this.units.replaceChildren();
    this.lines = state.layers.map((layer, l) => this.buildWeights(layer, l, plan));
    this.nodes = widths.map((count, column) =>
      Array.from({ length: count }, (_, unit) => this.buildUnit(state, column, unit, plan, samples)));
  }

  buildWeights(layer, l, plan) {
    const made = [];
    for (let unit = 0; unit < layer.outputs; unit++)
      for (let input = 0; input < layer.inputs; input++) {
        const from = plan.place(l, input), to = plan.place(l + 1, unit);
        const line = { x1: from.x + plan.size, y1: from.y + plan.size / 2, x2: to.x, y2: to.y + plan.size / 2 };
        const hit = target(line);
        hit.addEventListener("pointerenter", () => this.choose(l, unit, input));
        hit.dataset.weight = `${l},${unit},${input}`;
        this.svg.append(hit);
        made.push(line);
      }
    return made;
  }

  buildUnit(state, column, unit, plan, samples) {
    const { x, y } = plan.place(column, unit);
    const map = document.createElement("canvas");
    map.width = map.height = column === 0 ? 25 : state.grid[column === state.layers.length ? "side" : "unit_side"];
    const put = (element, left, top, width, height) => {
      Object.assign(element.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
      this.units.append(element);
      return element;
    };
    put(map, x, y, plan.size, plan.size);
    if (column === 0) {
      const name = document.createElement("span");
      name.textContent = samples.axes[unit].name;
      name.title = samples.axes[unit].name;
      put(name, 0, y + plan.size / 2 - 10, x - 4, 20);
      paint(map, 25, (i) => signedPixel(2 * (unit ? Math.floor(i / 25) : i % 25) / 24 - 1));
      return { map };
    }
    const bias = put(document.createElement("i"), x - 9, y + plan.size - 8, 9, 9);
    bias.className = "bias";
    bias.addEventListener("pointerenter", () => this.choose(column - 1, unit, this.inputs[column - 1]));
    const delta = put(document.createElement("i"), x + plan.size + 3, y, 5, plan.size);
    delta.className = "delta";
    return { map, bias, delta, size: plan.size, top: y };
  }

  draw(state, maps, samples, focus, width) {
    const key = JSON.stringify([state.layers.map((layer) => layer.outputs), samples.axes, Math.round(width / 20)]);
    this.inputs = state.layers.map((layer) => layer.inputs);
    if (this.key !== key) {
      this.key = key;
      this.build(state, samples, width);
    }
    this.drawWeights(state, focus);
    this.drawUnits(state, maps);
    this.drawMoment(state);
  }

  drawWeights(state, focus) {
    const largest = Math.max(...state.layers.flatMap((layer) => layer.weight.map(Math.abs)), 1);
    const context = this.canvas.getContext("2d");
    const colours = { positive: css(colour("positive")), negative: css(colour("negative")) };
    const draw = ({ x1, y1, x2, y2 }, weight) => {
      context.lineWidth = 0.4 + (7 * Math.abs(weight)) / largest;
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      context.stroke();
    };
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.globalAlpha = 0.75;
    context.setLineDash([]);
    state.layers.forEach((layer, l) => layer.weight.forEach((weight, i) => {
      context.strokeStyle = colours[signName(weight)];
      draw(this.lines[l][i], weight);
    }));
    const { inputs, weight } = state.layers[focus.layer];
    if (focus.input === inputs) return;
    const chosen = focus.unit * inputs + focus.input;
    context.globalAlpha = 1;
    context.strokeStyle = css(colour("ink"));
    context.setLineDash([5, 3]);
    draw(this.lines[focus.layer][chosen], weight[chosen]);
  }

  // Maps of the outputs come first, those of the hidden units after them.
  drawUnits(state, maps) {
    const { side, unit_side: unitSide } = state.grid;
    const last = state.layers.length - 1;
    let at = state.layers[last].outputs * side * side;
    state.layers.forEach((layer, l) => {
      const ownSide = l === last ? side : unitSide;
      const points = ownSide * ownSide;
      const mostDelta = Math.max(...(layer.delta ?? [0]).map(Math.abs), 1e-30);
      for (let unit = 0; unit < layer.outputs; unit++) {
        const from = l === last ? unit * points : at;
        if (l !== last) at += points;
        this.drawUnit(this.nodes[l + 1][unit], layer, unit, maps.subarray(from, from + points), ownSide, mostDelta);
      }
    });
  }

  drawUnit(node, layer, unit, map, side, mostDelta) {
    const isShare = layer.activation === "sigmoid" || layer.activation === "softmax";
    const most = map.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
    paint(node.map, side, isShare ? (i) => signedPixel(2 * map[i] - 1) : (i) => signedPixel(map[i] / most));
    const delta = layer.delta ? layer.delta[unit] : null;
    node.map.title = `a = ${show(layer.a?.[unit])}, z = ${show(layer.z?.[unit])}, δ = ${show(delta)}, b = ${show(layer.bias[unit])}`;
    node.bias.style.background = css(signed(layer.bias[unit]));
    node.bias.title = `bias ${show(layer.bias[unit])}`;
    const height = delta === null ? 0 : (node.size * Math.abs(delta)) / mostDelta;
    Object.assign(node.delta.style, { top: `${node.top + node.size - height}px`, height: `${height}px`,
      background: delta === null ? "none" : css(colour(signName(delta))) });
    node.delta.title = `δ = ${show(delta)}`;
  }

  // Within a step, the layer that its last row worked on is marked.
  drawMoment(state) {
    const row = state.row > 0 && state.row < state.rows.length ? state.rows[state.row - 1] : null;
    const column = !row ? -1 : row.name === "gather" ? 0 : row.layer + 1;
    this.nodes.forEach((nodes, i) => nodes.forEach((node) => node.map.classList.toggle("now", i === column)));
  }
}
