// The rows of a training step, in their order, and how far the one that is shown has come.

export function drawRows(list, state) {
  const key = state.rows.map((row) => row.name).join();
  if (list.dataset.key !== key) {
    list.dataset.key = key;
    list.replaceChildren(...state.rows.map((row) => {
      const item = document.createElement("li");
      const moment = document.createElement("span");
      moment.className = "moment";
      moment.textContent = row.moment;
      item.append(moment, row.name);
      return item;
    }));
  }
  [...list.children].forEach((item, i) => {
    item.classList.toggle("done", i < state.row);
    item.classList.toggle("last", i === state.row - 1);
    if (i === state.row - 1) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  });
}
