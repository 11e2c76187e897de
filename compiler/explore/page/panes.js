// ---- Views in panes, and what is pointed at ----

// A row for each view, in the order of their buttons. To add one: a file that calls view() once.
//   id, title, hint    `id` is its name in addresses
//   needs              the section of data without which the page does not have it; none: always there
//   wide               it wants a column to itself
//   create(pane)       fills pane.body, perhaps pane.tools; gives {show, reveal, key, resize, close}, all of which
//                      may be missing (see Pane). May be async.
const viewTable = [];
const view = (row) => viewTable.push(row);
const viewsHere = () => viewTable.filter((row) => !row.needs || hasSection(row.needs));

const app = {
  hover: null, pin: null, // selections
  find: null,             // what is searched for: a regular expression; null
  panes: new Map(),       // open ones, by view
  columns: [],            // of ids: what the address says of panes
  focused: null,
};

// Shows what a place is about until the pointer leaves it; null: nothing.
function hoverAt(place) {
  const key = place ? placeText(place) : "";
  if (key === (app.hover ? app.hover.key : "")) return;
  app.hover = place ? select(place) : null;
  if (app.hover) app.hover.key = key;
  showSoon();
}

// Keeps what a place is about, and scrolls every other pane to it; null: lets go.
function pinAt(place, {from = null, scroll = true} = {}) {
  app.pin = place ? select(place) : null;
  showNow();
  if (app.pin && scroll) for (const pane of app.panes.values()) if (pane !== from) pane.reveal(app.pin);
  writeAddress();
}

let showing = 0;
function showSoon() {
  if (!showing) showing = requestAnimationFrame(showNow);
}
function showNow() {
  cancelAnimationFrame(showing);
  showing = 0;
  for (const pane of app.panes.values()) pane.show();
  showStatus();
}

class Pane {
  constructor(row) {
    this.row = row;
    this.where = el("button", {class: "where", title: "What is in this pane"});
    this.tools = el("span", {class: "tools"});
    this.body = el("div", {class: "body"});
    const bar = el("div", {class: "bar", draggable: "true"}, el("b", {}, row.title), this.where, this.tools,
      el("button", {class: "close", title: `Close ${row.title}`, "aria-label": `Close ${row.title}`, onclick: () => togglePane(row.id)}, "✕"));
    this.element = el("section", {class: "pane", "data-view": row.id, "aria-label": row.title}, bar, this.body);
    this.element.addEventListener("pointerdown", () => focusPane(this), true);
    bar.addEventListener("dragstart", (event) => startDrag(event, this));
    this.content = {};
    this.ready = Promise.resolve(row.create(this)).then((content) => {
      this.content = content || {};
      this.show();
      if (app.pin) this.reveal(app.pin);
    });
    new ResizeObserver(() => this.content.resize && this.content.resize()).observe(this.body);
  }
  show() { if (this.content.show) this.content.show(); }
  reveal(selection) { if (this.content.reveal) this.content.reveal(selection); }
}

function focusPane(pane) {
  if (app.focused) app.focused.element.classList.remove("focused");
  app.focused = pane;
  if (pane) pane.element.classList.add("focused");
}

// ---- Columns ----

const paneOf = (id) => {
  if (!app.panes.has(id)) app.panes.set(id, new Pane(viewTable.find((row) => row.id === id)));
  return app.panes.get(id);
};

function layOut(columns) {
  const known = new Set(viewsHere().map((row) => row.id));
  app.columns = columns.map((column) => column.filter((id) => known.delete(id))).filter((column) => column.length > 0);
  const open = new Set(app.columns.flat());
  for (const [id, pane] of app.panes)
    if (!open.has(id)) {
      if (pane.content.close) pane.content.close();
      pane.element.remove();
      app.panes.delete(id);
      if (app.focused === pane) focusPane(null);
    }
  const main = document.getElementById("panes");
  const children = [];
  app.columns.forEach((column, c) => {
    if (c > 0) children.push(splitter("col"));
    const box = el("div", {class: "column"});
    column.forEach((id, i) => {
      if (i > 0) box.append(splitter("row"));
      box.append(paneOf(id).element);
    });
    box.style.flexGrow = column.some((id) => paneOf(id).row.wide) ? 1.6 : 1;
    children.push(box);
  });
  if (children.length === 0) children.push(el("p", {class: "empty"}, "Every pane is closed. The buttons above open them."));
  main.replaceChildren(...children);
  showViewButtons();
  writeAddress();
}

// Takes space from one neighbour and gives it to the other.
function splitter(direction) {
  const bar = el("div", {class: direction === "col" ? "split" : "split across", role: "separator"});
  bar.addEventListener("pointerdown", (event) => {
    const before = bar.previousElementSibling, after = bar.nextElementSibling, along = direction === "col" ? "clientX" : "clientY";
    const size = (element) => direction === "col" ? element.offsetWidth : element.offsetHeight;
    const start = event[along], sizes = [size(before), size(after)];
    const grow = [before, after].reduce((sum, element) => sum + Number(getComputedStyle(element).flexGrow), 0);
    bar.setPointerCapture(event.pointerId);
    bar.classList.add("held");
    bar.onpointermove = (move) => {
      const total = sizes[0] + sizes[1], first = Math.min(Math.max(sizes[0] + move[along] - start, 80), total - 80);
      before.style.flexGrow = grow * first / total;
      after.style.flexGrow = grow * (total - first) / total;
    };
    bar.onpointerup = () => {
      bar.onpointermove = null;
      bar.classList.remove("held");
    };
  });
  return bar;
}

// Opens a view at the place where its button stands among the others, or closes it.
function togglePane(id) {
  const columns = app.columns.map((column) => [...column]);
  const at = columns.findIndex((column) => column.includes(id));
  if (at >= 0) {
    columns[at] = columns[at].filter((other) => other !== id);
    return layOut(columns);
  }
  const order = viewTable.map((row) => row.id), place = order.indexOf(id);
  const next = columns.findIndex((column) => order.indexOf(column[0]) > place);
  columns.splice(next < 0 ? columns.length : next, 0, [id]);
  layOut(columns);
  focusPane(paneOf(id));
}

function openPane(id) {
  if (!app.columns.flat().includes(id)) togglePane(id);
  return paneOf(id);
}

// What is shown together, by name; each by how many columns fit.
function arrangements() {
  const wide = innerWidth >= 1700;
  return {
    "Code": wide ? [["script", "schedule"], ["graph"], ["loops"], ["llvm-opt"], ["asm"]] : [["script", "schedule"], ["graph"], ["loops"], ["asm"]],
    "Speed": [["plan", "roofline"], ["graph"]],
    "Passes": [["passes"], ["script", "schedule"]],
    ...(hasSection("maps") ? {"Pictures": [["maps"], ["script", "graph"]]} : {}),
  };
}

function showViewButtons() {
  const nav = document.getElementById("views");
  const text = (columns) => JSON.stringify(columns.map((column) => column.filter((id) => viewsHere().some((row) => row.id === id))));
  const now = text(app.columns);
  const sets = Object.entries(arrangements()).map(([name, columns], i) =>
    el("button", {"aria-pressed": String(text(columns) === now), "data-arrangement": name, title: `Shift+${i + 1}`, onclick: () => layOut(columns)}, name));
  const buttons = viewsHere().map((row, i) =>
    el("button", {"aria-pressed": String(app.columns.flat().includes(row.id)), "data-toggle": row.id, title: row.hint + (i < 9 ? ` (${i + 1})` : ""), onclick: () => togglePane(row.id)}, row.title));
  nav.replaceChildren(el("label", {}, "Show"), ...sets, el("hr"), ...buttons);
}

// ---- Panes that are dragged to another place ----

function startDrag(event, pane) {
  event.dataTransfer.setData("text/plain", pane.row.id);
  event.dataTransfer.effectAllowed = "move";
  const shade = el("div", {class: "drop"});
  let target = null;
  const over = (move) => {
    const element = move.target.closest && move.target.closest(".pane");
    if (!element) return;
    move.preventDefault();
    const box = element.getBoundingClientRect(), x = (move.clientX - box.left) / box.width, y = (move.clientY - box.top) / box.height;
    const side = x < 0.25 ? "left" : x > 0.75 ? "right" : y < 0.5 ? "above" : "below";
    target = {id: element.dataset.view, side};
    const half = {left: [0, 0, 50, 0], right: [50, 0, 0, 0], above: [0, 0, 0, 50], below: [0, 50, 0, 0]}[side];
    [shade.style.left, shade.style.top, shade.style.right, shade.style.bottom] = half.map((share) => share + "%");
    element.append(shade);
  };
  const drop = (end) => end.preventDefault();
  const end = () => {
    document.removeEventListener("dragover", over);
    document.removeEventListener("drop", drop);
    shade.remove();
    if (target && target.id !== pane.row.id) layOut(moved(pane.row.id, target));
  };
  document.addEventListener("dragover", over);
  document.addEventListener("drop", drop);
  document.addEventListener("dragend", end, {once: true});
}

function moved(id, {id: beside, side}) {
  const columns = app.columns.map((column) => column.filter((other) => other !== id));
  const at = columns.findIndex((column) => column.includes(beside));
  if (side === "left" || side === "right") columns.splice(at + (side === "right" ? 1 : 0), 0, [id]);
  else columns[at].splice(columns[at].indexOf(beside) + (side === "below" ? 1 : 0), 0, id);
  return columns;
}

// ---- The address: #at=PLACE&panes=script+schedule,graph,loops ----

function addressNow() {
  const parts = ["panes=" + app.columns.map((column) => column.join("+")).join(",")];
  if (app.pin) parts.unshift("at=" + encodeURIComponent(app.pin.key).replaceAll("%3A", ":"));
  return "#" + parts.join("&");
}
function writeAddress() {
  if (location.hash === addressNow()) return;
  history.replaceState(null, "", addressNow());
}
function readAddress() {
  const words = new Map(location.hash.slice(1).split("&").map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]));
  let place = null;
  try {
    place = words.has("at") ? parsePlace(decodeURIComponent(words.get("at"))) : null;
  } catch (error) {} // not an address of ours
  const columns = words.has("panes") ? words.get("panes").split(",").map((column) => column.split("+")) : null;
  return {place, columns};
}

// ---- The line below: what is pointed at, in words ----

function describe(selection) {
  const layers = [...selection.layers], kernels = [...selection.kernels];
  const out = [];
  const {layer, kernel, group} = selection.place;
  const one = layer !== undefined ? layer : layers.length === 1 ? layers[0] : undefined;
  if (group !== undefined) out.push(`<b>group ${group + 1}</b>`);
  if (one !== undefined) {
    const {name, op, shape, folded} = model.layers[one];
    out.push(`<b>${esc(name)}</b> ${esc(op || "input")} ${esc(shape)}`);
    if (folded >= 0) out.push(`folded into ${esc(model.layers[folded].name)}`);
  } else if (layers.length > 1 && kernel === undefined && group === undefined) out.push(`<b>${layers.length} layers</b>`);
  if (kernels.length === 1) {
    const facts = model.kernels[kernels[0]];
    out.push(`<span class="dot" style="--hue:${hueOf(kernels[0])}"></span> kernel <b>${esc(facts.name)}</b> ${esc(facts.how)}`);
    if (facts.predicted_ms > 0) out.push(`predicted ${milliseconds(facts.predicted_ms)}, bound by ${esc(facts.bound_by || "")}`);
    if (facts.measured_ms > 0) out.push(`measured ${milliseconds(facts.measured_ms)}`);
  } else if (kernels.length > 1) {
    const time = kernels.reduce((sum, k) => sum + (model.kernels[k].predicted_ms || 0), 0);
    out.push(`<b>${kernels.length} kernels</b>` + (time > 0 ? ` predicted ${milliseconds(time)}` : ""));
  }
  return out.map((part) => `<span>${part}</span>`).join("");
}

function showStatus() {
  const status = document.getElementById("status"), shown = app.hover || app.pin;
  const totals = model.plan.totals;
  status.innerHTML = shown
    ? `<span${app.hover ? "" : ' class="pinned"'}>${esc(shown.key)}</span>` + describe(shown)
    : `<span>${grouped(model.layers.filter((layer) => layer.op).length)} layers in ${grouped(model.kernels.length)} kernels` +
      (Number.isFinite(totals.macs) ? `, ${short(totals.macs)} multiply-adds` : "") +
      `, ${grouped(totals.parameters)} parameters, predicted ${milliseconds(totals.predicted_ms)} on one core</span>` +
      "<span class=\"spring\"></span><span>Point at anything; click keeps it. <kbd>?</kbd> lists the keys.</span>";
}
