// The hidden layers, as a list of numbers of units.

export class LayerList {
  constructor(group, add, remove, changed) {
    Object.assign(this, { group, add, remove, changed, most: 6, mostUnits: 16 });
    add.addEventListener("click", () => this.set([...this.values(), 3], true));
    remove.addEventListener("click", () => this.set(this.values().slice(0, -1), true));
  }

  values() {
    return [...this.group.querySelectorAll("input")].map((input) => input.valueAsNumber);
  }

  set(values, isChange = false) {
    if (JSON.stringify(values) !== JSON.stringify(this.values()))
      this.group.replaceChildren(...values.map((units, i) => this.field(units, i)));
    this.add.disabled = values.length >= this.most;
    this.remove.disabled = values.length === 0;
    if (isChange) this.changed();
  }

  field(units, i) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "number", min: 1, max: this.mostUnits, step: 1, required: true, value: units });
    input.dataset.layer = i;
    label.append(`Layer ${i}`, input);
    return label;
  }
}
