// The form: what is asked for, sent when it changes, and filled in when another page changed it.
import { LayerList } from "./layers.js";

const WORDS = ["data", "activation", "loss", "optimizer"];
const NUMBERS = ["samples", "noise", "seed", "learning_rate", "momentum", "batch"];

export class Controls {
  // `send(settings)` is called with what the form says, when that may be sent.
  constructor(form, send) {
    Object.assign(this, { form, send, seen: "" });
    this.layers = new LayerList(form.querySelector("#hidden"), form.querySelector("#add-layer"),
      form.querySelector("#remove-layer"), () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  offer(choices) {
    for (const name of WORDS)
      this.form.elements[name].replaceChildren(...choices[name].map((word) => new Option(word, word)));
    Object.assign(this.layers, { most: choices.most_hidden, mostUnits: choices.most_units });
  }

  values() {
    const values = { hidden: this.layers.values() };
    for (const name of WORDS) values[name] = this.form.elements[name].value;
    for (const name of NUMBERS) values[name] = this.form.elements[name].valueAsNumber;
    return values;
  }

  changed() {
    this.adapt();
    if (this.form.reportValidity()) this.send(this.values());
  }

  // What a field that is being edited says goes before what the program says.
  fill(settings) {
    const text = JSON.stringify(settings);
    if (this.seen === text) return;
    this.seen = text;
    for (const name of [...WORDS, ...NUMBERS]) {
      const field = this.form.elements[name];
      if (field !== document.activeElement || name in { data: 1, optimizer: 1 }) field.value = settings[name];
    }
    this.layers.set(settings.hidden);
    this.adapt();
  }

  // Samples and noise are those of the data sets that are drawn; momentum is sgd's.
  adapt() {
    const { data, optimizer } = this.form.elements;
    for (const label of this.form.querySelectorAll(".drawn")) label.hidden = data.value === "file";
    for (const label of this.form.querySelectorAll(".sgd")) label.hidden = optimizer.value !== "sgd";
    if (optimizer.value !== "sgd") this.form.elements.momentum.value = 0;
  }
}
