// The page: looks at the program's state again and again, draws it, and sends what is pressed.
import { drawChain, fillChoices } from "./chain.js";
import { Controls } from "./controls.js";
import { drawCurve } from "./curve.js";
import { describe, drawMap, placeOf } from "./map.js";
import { NetworkDrawing } from "./network.js";
import { count, floats, percent, show } from "./numbers.js";
import { drawRows } from "./rows.js";
import { ask, command } from "./server.js";

const byId = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const focus = { layer: 0, unit: 0, input: 0, sample: 0 };
const selects = { layer: byId("chain-layer"), input: byId("chain-input"), unit: byId("chain-unit"), sample: byId("chain-sample") };
const drawing = new NetworkDrawing(byId("lines"), byId("weights"), byId("units"), chooseWeight);
const controls = new Controls(byId("settings"), (settings) => send("settings", settings));

let state = null; // as it was last heard of
let samples = null; // of the start that it shows
let samplesOf = 0; // which start that is
let maps = null;
let awaited = 0; // the number of the last command, until the state has obeyed it
let timer = 0;

// ---- looking

// From one look to the next.
function pause() {
  if (state && state.done < awaited) return 20;
  if (state && state.playing) return calm.matches ? 500 : 50;
  return 250;
}

async function look(isFresh = false) {
  const start = performance.now();
  clearTimeout(timer);
  try {
    const after = state && !isFresh ? state.revision : 0;
    const heard = await ask(`state?after=${after}&weight=${focus.layer},${focus.unit},${focus.input}&sample=${focus.sample}`);
    if (heard) await take(heard);
    setStatus();
  } catch (error) {
    setStatus(`The program does not answer: ${error.message}`);
    timer = setTimeout(look, 2000);
    return;
  }
  clearTimeout(timer);
  timer = setTimeout(look, Math.max(5, pause() - (performance.now() - start)));
}

async function take(heard) {
  if (state && heard.revision < state.revision) return;
  if (heard.layers && samplesOf !== heard.starts) {
    samples = await ask("samples");
    samplesOf = heard.starts;
  }
  state = heard;
  keepFocusWithin();
  draw();
}

function keepFocusWithin() {
  if (!state.layers) return;
  focus.layer = Math.min(focus.layer, state.layers.length - 1);
  focus.unit = Math.min(focus.unit, state.layers[focus.layer].outputs - 1);
  focus.input = Math.min(focus.input, state.layers[focus.layer].inputs);
  focus.sample = state.batch.length ? Math.min(focus.sample, state.batch.length - 1) : 0;
}

async function send(name, body) {
  try {
    const answer = await command(name, body);
    awaited = answer.number;
    look();
  } catch (error) {
    setStatus(error.message);
  }
}

// ---- drawing

function describeState() {
  if (state.preparing) return "The device gets ready; a network that is new to it takes some seconds.";
  if (state.resting) return "Resting: no page looked for a while.";
  if (state.playing) return "Training.";
  if (!state.rows || state.row === 0 || state.row === state.rows.length) return "Paused.";
  const { name, moment } = state.rows[state.row - 1];
  return `Within step ${count(state.step + 1)}: ${name} is done (${moment}).`;
}

function setStatus(text) {
  const words = text ?? describeState();
  if (byId("status").textContent !== words) byId("status").textContent = words;
}

function drawButtons() {
  const cannot = !state.layers || Boolean(state.problem);
  byId("play").textContent = state.playing ? "Pause" : "Play";
  for (const id of ["play", "step", "row"]) byId(id).disabled = cannot;
  byId("problem").hidden = !state.problem;
  byId("problem").textContent = state.problem ?? "";
  byId("device").textContent = `on ${state.device}`;
  byId("speed").value = state.speed;
}

function drawReadouts() {
  byId("network").textContent = state.network;
  byId("at-step").textContent = count(state.step);
  byId("at-epoch").textContent = count(state.epoch);
  byId("batch-loss").textContent = show(state.loss, 4);
  byId("train-loss").textContent = show(state.train.loss, 4);
  byId("test-loss").textContent = show(state.test.loss, 4);
  byId("accuracies").hidden = samples.classes.length === 0;
  byId("accuracy").textContent = `${percent(state.train.accuracy)}, ${percent(state.test.accuracy)}`;
}

function draw() {
  drawButtons();
  controls.fill(state.settings);
  if (!state.layers || !samples) return;
  maps = floats(state.grid.values);
  drawReadouts();
  drawRows(byId("rows"), state);
  drawing.draw(state, maps, samples, focus, byId("drawing").clientWidth);
  drawMap(byId("map"), state, maps, samples, byId("show-test").checked);
  byId("map-words").replaceChildren(...describe(samples));
  drawCurve(byId("curve"), byId("curve-words"), state, byId("logarithmic").checked);
  fillChoices(selects, state, samples, focus);
  drawChain(byId("chain"), state, samples);
}

// ---- what is pressed and pointed at

function chooseWeight(layer, unit, input) {
  Object.assign(focus, { layer, unit, input });
  look(true);
}

for (const [name, select] of Object.entries(selects))
  select.addEventListener("change", () => {
    focus[name] = Number(select.value);
    keepFocusWithin();
    look(true);
  });

byId("play").addEventListener("click", () => send(state.playing ? "pause" : "play"));
for (const name of ["step", "row", "reset"]) byId(name).addEventListener("click", () => send(name));
byId("speed").addEventListener("change", () => send("speed", { speed: byId("speed").value }));
for (const id of ["show-test", "logarithmic"]) byId(id).addEventListener("change", draw);
addEventListener("resize", () => state && draw());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => state && draw());

// The sample of the batch nearest to the pointer.
byId("map").addEventListener("click", (event) => {
  if (!state?.batch?.length) return;
  const map = byId("map"), box = map.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * map.width, y = ((event.clientY - box.top) / box.height) * map.height;
  const distances = state.batch.map((index) => {
    const [ownX, ownY] = placeOf(map, samples, samples.train[index]);
    return Math.hypot(ownX - x, ownY - y);
  });
  focus.sample = distances.indexOf(Math.min(...distances));
  look(true);
});

controls.offer(await ask("choices"));
look();
