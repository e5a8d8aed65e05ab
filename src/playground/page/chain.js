// The chain rule at the chosen weight: each factor with its name and number, for one sample, the sum
// over the batch, and the change of the weight that follows.
import { show } from "./numbers.js";

function row(symbol, name, value, id, className = "", digits = 5) {
  const made = document.createElement("tr");
  made.className = className;
  const cells = [["th", symbol, "symbol"], ["td", name, ""], ["td", show(value, digits), "value number"]];
  for (const [kind, text, cellClass] of cells) {
    const cell = document.createElement(kind);
    cell.className = cellClass;
    cell.textContent = text;
    made.append(cell);
  }
  made.lastChild.id = id;
  return made;
}

const multiply = (a, b) => (a === null || b === null ? null : a * b);

// What the weight multiplies, in words.
function nameBelow(chain, samples) {
  if (chain.bias) return "a bias multiplies 1";
  if (chain.layer === 0) return `input ${samples.axes[chain.input].name} of the sample`;
  return `activation of unit ${chain.input} in layer ${chain.layer - 1}`;
}

// Where the delta comes from: of an output unit, from the loss.
function outputRows(chain, state) {
  const loss = state.loss_name;
  const formula = loss === "mse" ? "δ = 2 · (a − t) · f′(z), over batch and outputs"
    : loss === "cross-entropy" ? "δ = (a − t), over the batch"
      : "δ = (a − t), over batch and outputs";
  return [
    row("a", "what the unit answered", chain.own_activation, "chain-own"),
    row("t", "what it should have answered", chain.target, "chain-target"),
    row("δ = ∂L/∂z", `delta of the unit: ${formula}`, chain.delta, "chain-delta"),
  ];
}

// Of a hidden unit, from the layer above.
function hiddenRows(chain) {
  const factor = (number) => (number < 0 ? `(${show(number, 3)})` : show(number, 3));
  const terms = (chain.above ?? []).map(({ delta, weight }) => `${factor(delta)} · ${factor(weight)}`);
  const shown = terms.length > 4 ? [...terms.slice(0, 4), "…"] : terms;
  return [
    row("∂L/∂a", `from layer ${chain.layer + 1}: Σ δ · w${shown.length ? ` = ${shown.join(" + ")}` : ""}`, chain.upstream, "chain-upstream"),
    row("∂a/∂z = f′(z)", `slope of the activation at z = ${show(chain.z)}`, chain.derivative, "chain-derivative"),
    row("δ = ∂L/∂z", "delta of the unit: ∂L/∂a · ∂a/∂z", chain.delta, "chain-delta"),
  ];
}

function updateRows(chain, state) {
  const { optimizer, momentum } = state.settings;
  const rule = optimizer === "adam" ? "by adam" : momentum > 0 ? "by its momentum" : `w − η · ∂L/∂w, with η = ${show(state.rate)}`;
  return [
    row("w", "before the step", chain.before, "chain-before", "result", 8),
    row("w", `after the update: ${rule}`, chain.after, "chain-after", "", 8),
  ];
}

function sumOf(chain) {
  const products = chain.terms.map(([delta, a]) => multiply(delta, a));
  return products.includes(null) ? null : products.reduce((sum, product) => sum + product, 0);
}

export function drawChain(place, state, samples) {
  const { chain } = state;
  if (!chain) {
    place.textContent = state.batch.length === 0 ? "Press Step, and the numbers of that step appear here." : "";
    return;
  }
  const isOutput = chain.layer === state.layers.length - 1;
  const name = chain.bias ? "b" : "w";
  const table = document.createElement("table");
  table.append(
    ...(isOutput ? outputRows(chain, state) : hiddenRows(chain)),
    row(`a = ∂z/∂${name}`, nameBelow(chain, samples), chain.a, "chain-a"),
    row("δ · a", `∂L/∂${name}, this sample's share: ∂L/∂z · ∂z/∂${name}`, multiply(chain.delta, chain.a), "chain-product", "result"),
    row("Σ δ · a", `over the ${chain.terms.length} samples of the batch, added here`, sumOf(chain), "chain-sum"),
    row(`∂L/∂${name}`, "the gradient, as the device has it", chain.gradient, "chain-gradient"),
    ...updateRows(chain, state),
  );
  place.replaceChildren(table);
  Object.assign(place.dataset, { weight: `${chain.layer},${chain.unit},${chain.input}`, sample: state.sample });
}

function fillSelect(select, options, value) {
  const key = options.join("\n");
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    select.replaceChildren(...options.map((text, i) => new Option(text, i)));
  }
  select.value = value;
}

// The choices of weight and sample that there are.
export function fillChoices(selects, state, samples, focus) {
  const layer = state.layers[focus.layer];
  const inputs = focus.layer === 0 ? samples.axes.map((axis) => axis.name) : Array.from({ length: layer.inputs }, (_, i) => `unit ${i}`);
  fillSelect(selects.layer, state.layers.map((_, l) => `${l}`), focus.layer);
  fillSelect(selects.input, [...inputs, "bias"], focus.input);
  fillSelect(selects.unit, Array.from({ length: layer.outputs }, (_, i) => `${i}`), focus.unit);
  fillSelect(selects.sample, state.batch.map((index, i) => `${i} (training sample ${index})`), state.sample);
}
