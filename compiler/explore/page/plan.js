// ---- The plan: a table of layers or kernels, sorted by any column ----

const listText = (list) => Array.isArray(list) && list.length ? list.join(" × ") : "";
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
const bytesText = (value) => isNumber(value) ? short(value, "B") : value || "";
const countText = (value) => isNumber(value) ? (value ? short(value) : "") : value || "";
const howText = (row) => row.how || [row.algorithm, row.layout, (row.tile || []).join("x")].filter(Boolean).join(" ");

// The layers of a kernel, without what their names begin with when the kernel's does too.
function layersText({name, layers, conversion}) {
  const block = name.slice(0, name.lastIndexOf(".") + 1), names = conversion ? [] : layers.filter((i) => i >= 0).map((i) => model.layers[i].name);
  return names.map((layer) => layer.startsWith(block) ? layer.slice(block.length) : layer).join(", ");
}

// title, hint, value (to sort by; a text or a number), text (to show), kind: "number", "name", "bar"
const planColumns = {
  name: {title: "Name", hint: "Of a kernel, that of its last layer", value: (row) => row.name, kind: "name"},
  number: {title: "#", hint: "In the order of execution", value: (row) => row.number, text: (row) => row.number + 1, kind: "number"},
  op: {title: "Layer", hint: "Its kind", value: (row) => row.op},
  layers: {title: "Layers", hint: "What is computed together", value: layersText, kind: "list"},
  shape: {title: "Result", hint: "Channels × height × width", value: (row) => (row.shape || []).reduce((all, n) => isNumber(n) ? all * n : all, 1), text: (row) => listText(row.shape), kind: "number"},
  pads: {title: "Pads", hint: "Begin and end of each axis", value: (row) => padsText(row.pads || [])},
  field: {title: "Sees", hint: "Receptive field: what a result sees of the input", value: (row) => fieldText(row), kind: "number"},
  macs: {title: "Multiply-adds", hint: "Of one item", value: (row) => row.macs, text: (row) => countText(row.macs), kind: "number"},
  parameters: {title: "Parameters", hint: "Learned numbers", value: (row) => row.parameters, text: (row) => countText(row.parameters), kind: "number"},
  bytes: {title: "Bytes", hint: "Read and written, with weights", value: (row) => row.bytes, text: (row) => bytesText(row.bytes), kind: "number"},
  intensity: {title: "FLOP/B", hint: "Operations for each byte", value: (row) => row.flops_per_byte || 0, text: (row) => row.flops_per_byte ? +row.flops_per_byte.toPrecision(3) : "", kind: "number"},
  arithmetic: {title: "Arithmetic", hint: "How products are summed up", value: (row) => row.arithmetic || ""},
  how: {title: "Computed by", hint: "Algorithm, layout and tile", value: howText},
  runner: {title: "Runner-up", hint: "The best other way, and its time", value: (row) => row.runner_up ? howText(row.runner_up) : "", text: (row) => row.runner_up ? `${howText(row.runner_up)}, ${milliseconds(row.runner_up.predicted_ms)}` : ""},
  group: {title: "Group", hint: "Runs strip by strip with others", value: (row) => row.group ?? -1, text: (row) => row.group === null || row.group === undefined ? "" : row.group + 1, kind: "number"},
  predicted: {title: "Predicted", hint: "On one core", value: (row) => row.predicted_ms || 0, text: (row) => milliseconds(row.predicted_ms), kind: "bar"},
  measured: {title: "Measured", hint: "In a run of the whole, here", value: (row) => row.measured_ms || 0, text: (row) => milliseconds(row.measured_ms), kind: "bar"},
  rate: {title: "GFLOP/s", hint: "Measured", value: (row) => row.gflops || 0, text: (row) => row.gflops ? +row.gflops.toPrecision(3) : "", kind: "number"},
  peak: {title: "Of peak", hint: "Of what the cores do at best", value: (row) => row.percent_of_peak || 0, text: (row) => row.percent_of_peak ? Math.round(row.percent_of_peak) + " %" : "", kind: "number"},
  from: {title: "From", hint: "The kernel that writes it", value: (row) => row.from},
  to: {title: "To", hint: "The kernel that reads it", value: (row) => row.to},
  why: {title: "Why it goes through memory", hint: "In place of staying in the caches", value: (row) => row.why, kind: "long"},
  change: {title: "What would change it", hint: "", value: (row) => row.change || "", kind: "long"},
  bound: {title: "Bound by", hint: "What takes longest by itself", value: (row) => row.bound_by || ""},
};
const planTables = {
  Kernels: ["number", "name", "layers", "how", "predicted", "measured", "bound", "peak", "rate", "macs", "bytes", "intensity", "group", "runner"],
  Layers: ["number", "name", "op", "shape", "pads", "field", "macs", "parameters", "bytes", "intensity", "arithmetic", "how", "group", "predicted", "bound"],
  Memory: ["number", "name", "bytes", "from", "to", "why", "change"],
};

const padsText = (pads) => pads.every((pad) => pad === pads[0]) ? String(pads[0] ?? "") : pads.join(" ");
function fieldText(row) {
  const field = (row.receptive_field || [])[0];
  if (!field) return "";
  const steps = field.step.every((step) => step === field.step[0]) ? field.step.slice(0, 1) : field.step;
  return listText(field.extent.map((extent) => extent ?? "all")) + (steps.some((step) => step > 1) ? ` every ${listText(steps)}` : "");
}

class PlanPane {
  constructor(pane) {
    this.pane = pane;
    this.box = el("div", {class: "plan", tabindex: "0"});
    pane.body.append(this.box);
    const tables = Object.keys(planTables).filter((name) => name !== "Memory" || (model.plan.edges || []).length > 0);
    this.tabs = tables.map((name) => el("button", {onclick: () => this.choose(name)}, name));
    pane.tools.append(...this.tabs);
    this.listen();
    this.choose("Kernels");
  }

  choose(name) {
    this.name = name;
    this.tabs.forEach((tab) => tab.setAttribute("aria-pressed", String(tab.textContent === name)));
    const layers = name === "Layers";
    this.rows = layers ? model.plan.layers.map((layer, i) => ({...layer, number: i, place: {layer: model.byName.get(layer.name)}}))
      : name === "Kernels" ? model.kernels.map((kernel, k) => ({...kernel, number: k, place: {kernel: k}}))
      : model.plan.edges.map((edge, i) => ({...edge, name: edge.value, number: i, place: {layer: model.byName.get(edge.value)}})).filter((row) => row.place.layer !== undefined);
    // A layer's way is its kernel's, whose time stands beside the first of them.
    const seen = new Set();
    if (layers) for (const row of this.rows) {
      if (row.kernel === null || row.kernel === undefined) continue;
      row.how = row.folded_into ? "folded into " + row.folded_into : model.kernels[row.kernel].how;
      if (seen.has(row.kernel) || row.folded_into) row.predicted_ms = row.bound_by = undefined;
      else seen.add(row.kernel);
    }
    this.columns = planTables[name].map((id) => ({id, ...planColumns[id]})).filter((column) => this.rows.some((row) => this.textOf(column, row) !== ""));
    this.order = null;
    this.draw();
  }
  textOf(column, row) {
    const text = column.text ? column.text(row) : column.value(row);
    return text === undefined || text === null ? "" : text;
  }

  // By a column: the largest first of numbers; again: the other way; a third time: as they are executed.
  sort(id) {
    const {order} = this, number = ["number", "bar"].includes(planColumns[id].kind);
    const first = number ? -1 : 1;
    this.order = !order || order.id !== id ? {id, sign: first} : order.sign === first ? {id, sign: -first} : null;
    this.draw();
  }
  sorted() {
    if (!this.order) return this.rows;
    const {id, sign} = this.order, {value} = planColumns[id];
    return [...this.rows].sort((a, b) => {
      const x = value(a), y = value(b);
      const less = isNumber(x) && isNumber(y) ? x - y : String(x ?? "").localeCompare(String(y ?? ""), "en", {numeric: true});
      return sign * less || a.number - b.number;
    });
  }

  draw() {
    const most = {};
    for (const column of this.columns) if (column.kind === "bar") most[column.id] = Math.max(...this.rows.map((row) => column.value(row) || 0));
    const head = this.columns.map((column) => {
      const sign = this.order && this.order.id === column.id ? this.order.sign : 0;
      return `<th class="${column.kind || ""}" data-column="${column.id}" title="${esc(column.hint)}" aria-sort="${sign > 0 ? "ascending" : sign < 0 ? "descending" : "none"}"><button>${esc(column.title)}<i>${sign > 0 ? "▲" : sign < 0 ? "▼" : ""}</i></button></th>`;
    });
    this.shown = this.sorted();
    const rows = this.shown.map((row) => `<tr data-place="${esc(placeText(row.place))}">` + this.columns.map((column) => this.cell(column, row, most[column.id])).join("") + "</tr>");
    this.box.innerHTML = `<table><thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody><tfoot>${this.totals()}</tfoot></table>`;
    this.elements = [...this.box.querySelectorAll("tbody tr")];
    this.show();
  }
  cell(column, row, most) {
    const text = esc(this.textOf(column, row)), kernel = row.place.kernel ?? model.layers[row.place.layer].kernel;
    if (column.kind === "name") return `<td class="name"><span class="dot" style="--hue:${isNumber(kernel) ? hueOf(kernel) : "var(--edge)"}"></span>${text}</td>`;
    if (column.kind === "bar") return `<td class="bar" style="--share:${most ? ((column.value(row) || 0) / most * 100).toFixed(1) : 0}%">${text}</td>`;
    return `<td class="${column.kind || ""}"${column.kind === "list" ? ` title="${text}"` : ""}>${text}</td>`;
  }
  totals() {
    const {totals} = model.plan;
    const cells = {name: "Total", macs: countText(totals.macs), parameters: countText(totals.parameters), bytes: bytesText(this.name === "Memory" ? this.rows.reduce((sum, row) => sum + row.bytes, 0) : totals.bytes), predicted: milliseconds(totals.predicted_ms),
      measured: milliseconds(totals.measured_ms), rate: totals.gflops ? +totals.gflops.toPrecision(3) : "", peak: totals.percent_of_peak ? Math.round(totals.percent_of_peak) + " %" : ""};
    return "<tr>" + this.columns.map((column) => `<td class="${column.kind || ""}">${esc(cells[column.id] ?? "")}</td>`).join("") + "</tr>";
  }

  listen() {
    const {box} = this;
    const placeOf = (event) => {
      const row = event.target.closest("tbody tr");
      return row ? parsePlace(row.dataset.place) : null;
    };
    box.addEventListener("pointermove", (event) => hoverAt(placeOf(event)));
    box.addEventListener("pointerleave", () => hoverAt(null));
    box.addEventListener("click", (event) => {
      const head = event.target.closest("th");
      if (head) return this.sort(head.dataset.column);
      const place = placeOf(event);
      if (place) pinAt(place, {from: this.pane});
    });
  }
  level(selection, {place}) {
    if (!selection) return 0;
    if (place.kernel !== undefined) return selection.wholly(place.kernel) ? 2 : selection.kernels.has(place.kernel) ? 1 : 0;
    return selection.layers.has(place.layer) ? 2 : selection.kernels.has(model.layers[place.layer].kernel) ? 1 : 0;
  }
  show() {
    this.shown.forEach((row, i) => {
      const name = levelName(this.level(app.hover, row), this.level(app.pin, row));
      if (this.elements[i].className !== name) this.elements[i].className = name;
    });
  }
  reveal(selection) {
    const at = this.shown.findIndex((row) => this.level(selection, row) === 2), near = at >= 0 ? at : this.shown.findIndex((row) => this.level(selection, row) === 1);
    if (near >= 0) this.elements[near].scrollIntoView({block: "nearest"});
  }
  key(event) {
    const by = {ArrowDown: 1, j: 1, ArrowUp: -1, k: -1}[event.key];
    if (!by) return false;
    const now = app.pin ? this.shown.findIndex((row) => placeText(row.place) === app.pin.key) : -1;
    const row = this.shown[now < 0 ? (by > 0 ? 0 : this.shown.length - 1) : now + by];
    if (row) {
      pinAt(row.place, {from: this.pane});
      this.reveal(app.pin);
    }
    return true;
  }
}
view({id: "plan", title: "Plan", hint: "Work, memory and time of each kernel and layer", wide: true, create: (pane) => new PlanPane(pane)});
