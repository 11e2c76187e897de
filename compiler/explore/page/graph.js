// ---- The drawn graph: layers in kernels in groups ----

const BOX = {padding: 10, head: 22, layer: 38};
const BAND = 1200;
const SPACES = {root: {x: 28, y: 30}, group: {x: 24, y: 24}, kernel: {x: 18, y: 16}};

// A tree of boxes: kind, w, h, x, y (of its parent), children, and edges among them.
class GraphTree {
  constructor() {
    this.layerBoxes = model.layers.map((layer, i) => this.layerBox(layer, i));
    this.kernelBoxes = model.kernels.map((kernel, k) => ({kind: "kernel", kernel: k, children: []}));
    this.layerBoxes.forEach((box) => {
      const {kernel} = model.layers[box.layer];
      if (kernel !== undefined) this.put(box, this.kernelBoxes[kernel]);
    });
    this.root = {kind: "root", children: []};
    this.groupBoxes = model.groups.map((_, g) => ({kind: "group", group: g, children: []}));
    model.kernels.forEach((kernel, k) => this.put(this.kernelBoxes[k], kernel.group === null || kernel.group === undefined ? this.root : this.groupBoxes[kernel.group]));
    this.groupBoxes.forEach((box) => this.put(box, this.root));
    this.layerBoxes.forEach((box) => box.parent || this.put(box, this.root));
    this.results = model.results.map((result) => {
      const box = {kind: "result", name: result.name, w: Math.max(70, 7.2 * result.name.length + 30), h: 26, children: []};
      this.put(box, this.root);
      return box;
    });
    this.connect();
    for (const edge of this.edges) this.place(edge);
    this.size(this.root);
    this.settle(this.root, 0, 0);
  }
  put(box, parent) {
    box.parent = parent;
    parent.children.push(box);
  }
  layerBox(layer, i) {
    const below = `${layer.op || "input"} ${layer.shape}`;
    return {kind: layer.op ? "layer" : "input", layer: i, below, w: Math.max(96, 24 + 7.2 * Math.max(layer.name.length, below.length * 0.87)), h: BOX.layer, children: []};
  }

  // Edges between layers; a conversion stands between what is converted and kernels that work in its layout.
  connect() {
    this.edges = [];
    const conversions = new Map();
    model.kernels.forEach((kernel, k) => {
      const layer = kernel.conversion ? kernel.layers[0] : -1;
      if (layer < 0) return;
      if (!conversions.has(layer)) conversions.set(layer, []);
      conversions.get(layer).push(k);
      this.edges.push({from: this.layerBoxes[layer], to: this.kernelBoxes[k], layer});
    });
    model.layers.forEach((layer, i) => {
      for (const read of layer.reads) {
        const reader = layer.kernel === undefined ? null : model.kernels[layer.kernel];
        const through = (conversions.get(read) || []).findLast((k) => reader && k < layer.kernel && model.kernels[k].layout === reader.layout);
        this.edges.push({from: through === undefined ? this.layerBoxes[read] : this.kernelBoxes[through], to: this.layerBoxes[i], layer: read});
      }
    });
    model.results.forEach((result, r) => this.edges.push({from: this.layerBoxes[result.layer], to: this.results[r], layer: result.layer}));
  }

  // Sizes from the innermost boxes outwards.
  size(box) {
    for (const child of box.children) this.size(child);
    if (box.children.length === 0) {
      if (box.kind === "kernel") Object.assign(box, {w: 7 * this.headOf(box).length + 30, h: 30});
      return;
    }
    const numbers = new Map(box.children.map((child, i) => [child, i]));
    const pairs = new Map();
    for (const {edge, ends} of box.edges || []) {
      const [from, to] = ends.map((end) => numbers.get(end));
      const key = from * box.children.length + to;
      if (!pairs.has(key)) pairs.set(key, {pair: [from, to], edges: []});
      pairs.get(key).edges.push(edge);
    }
    const ports = this.portsOf(box, [...pairs.values()]), items = [...box.children, ...ports], all = [...pairs.values()];
    ports.forEach((port, i) => port.uses.forEach(({edge, child}) => {
      const ends = [box.children.length + i, numbers.get(child)];
      all.push({pair: port.port === "top" ? ends : ends.reverse(), edges: [edge], port});
    }));
    const {w, h, lines} = layered(items, all.map(({pair}) => pair), SPACES[box.kind]);
    all.forEach(({edges, port}, i) => {
      const at = port && port.row.map((y) => [port.x + port.w / 2, y]);
      const points = !port ? lines[i] : port.port === "top" ? [...at, ...lines[i]] : [...lines[i], ...at];
      for (const edge of edges) edge.legs.set(box, points);
    });
    const frame = box.kind === "root" ? 0 : BOX.padding, head = box.kind === "root" ? 0 : BOX.head;
    const least = box.kind === "root" ? 0 : 6.6 * this.headOf(box).length + 34;
    const shift = Math.max(0, (least - w - 2 * frame) / 2);
    for (const child of box.children) child.x += frame + shift, child.y += frame + head;
    box.inset = [frame + shift, frame + head];
    Object.assign(box, {w: Math.max(w + 2 * frame, least), h: h + 2 * frame + head});
  }
  // Gives an edge to the innermost box that has both of its ends, with the boxes inside of that which have one each, and
  // tells the boxes that it leaves and enters on its way.
  place(edge) {
    const above = new Map(); // of each box around `from`, the one inside of it
    for (let box = edge.from; box.parent; box = box.parent) above.set(box.parent, box);
    let to = edge.to;
    const passes = (box, child, port) => (box.passing = box.passing || []).push({edge, child, port});
    for (; to.parent && !above.has(to.parent); to = to.parent) passes(to.parent, to, "top");
    const box = to.parent;
    for (let from = edge.from; from.parent !== box; from = from.parent) passes(from.parent, from, "bottom");
    edge.owner = box;
    edge.legs = new Map(); // of each box, the points between its border and what is inside
    if (above.get(box) !== to) (box.edges = box.edges || []).push({edge, ends: [above.get(box), to]});
  }
  // Ports for edges that go past others of the box's children; what is at its border anyway needs none.
  portsOf(box, pairs) {
    const ports = new Map();
    for (const {edge, child, port} of box.passing || []) {
      const inside = pairs.some(({pair}) => box.children[pair[port === "top" ? 1 : 0]] === child);
      if (!inside) continue;
      const key = port + edge.layer;
      if (!ports.has(key)) ports.set(key, {port, w: 4, h: 0, uses: []});
      ports.get(key).uses.push({edge, child});
    }
    return [...ports.values()];
  }
  headOf(box) {
    if (box.kind === "group") return `group ${box.group + 1}, strips of ${counted(model.groups[box.group].rows, "row")}`;
    const kernel = model.kernels[box.kernel];
    return kernel.conversion ? `to ${kernel.layout}` : kernel.how;
  }
  // Places in the whole drawing.
  settle(box, x, y) {
    Object.assign(box, {left: x, top: y});
    for (const child of box.children) this.settle(child, x + child.x, y + child.y);
  }
}

const counted = (count, noun) => `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;

// A table of two columns, without the rows that have nothing.
const tipTable = (title, rows) => `<b>${esc(title)}</b><table>` + rows.filter(([, value]) => value !== "" && value !== undefined && value !== null).map(([name, value]) => `<tr><td>${esc(name)}</td><td>${esc(value)}</td></tr>`).join("") + "</table>";

function tipOfKernel(kernel) {
  const {name, how, macs, bytes, predicted_ms, measured_ms, bound_by, percent_of_peak, runner_up} = model.kernels[kernel];
  return tipTable(name, [["computed by", how], ["multiply-adds", countText(macs)], ["bytes", bytesText(bytes)], ["predicted", milliseconds(predicted_ms)], ["measured", milliseconds(measured_ms)],
    ["bound by", predicted_ms > 0 ? bound_by : ""], ["of peak", percent_of_peak ? Math.round(percent_of_peak) + " %" : ""], ["runner-up", runner_up ? `${howText(runner_up)}, ${milliseconds(runner_up.predicted_ms)}` : ""]]);
}
function tipOfPlace({layer, kernel, group}) {
  if (kernel !== undefined) return tipOfKernel(kernel);
  if (group !== undefined) {
    const {kernels, rows, strips, saved_bytes} = model.groups[group];
    return tipTable(`group ${group + 1}`, [["kernels", kernels.length], ["rows of a strip", rows], ["strips", strips], ["saved", bytesText(saved_bytes) && bytesText(saved_bytes) + " of memory traffic"]]);
  }
  const {name, op, shape, attributes, folded} = model.layers[layer], facts = model.planOf.get(name) || {};
  return tipTable(name, [["layer", op || "input"], ["result", shape], ...(attributes || "").split(/, (?=\w+: )/).filter(Boolean).map((text) => [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 2)]),
    ["multiply-adds", countText(facts.macs)], ["parameters", countText(facts.parameters)], ["sees", fieldText(facts)], ["arithmetic", facts.arithmetic], ["folded into", folded >= 0 ? model.layers[folded].name : ""]]);
}

// A smooth line through points that go down.
function curve(points) {
  let path = `M${points[0][0].toFixed(1)} ${points[0][1].toFixed(1)}`;
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1], [x1, y1] = points[i], bend = Math.max(8, (y1 - y0) / 2);
    path += `C${x0.toFixed(1)} ${(y0 + bend).toFixed(1)} ${x1.toFixed(1)} ${(y1 - bend).toFixed(1)} ${x1.toFixed(1)} ${y1.toFixed(1)}`;
  }
  return path;
}

class GraphPane {
  constructor(pane) {
    this.pane = pane;
    this.tree = new GraphTree();
    this.edgeFacts = new Map((model.plan.edges || []).map((edge) => [`${edge.from}>${edge.to}>${edge.value}`, edge]));
    this.box = el("div", {class: "graph", tabindex: "0"});
    this.box.innerHTML = `<svg><g class="all">${this.drawing()}</g></svg>`;
    this.all = this.box.querySelector(".all");
    this.bands = [...this.box.querySelectorAll("[data-band]")].filter((element) => element.dataset.band !== "all").map((element) => ({element, top: element.dataset.band * BAND, shown: false}));
    this.map = el("canvas", {class: "overview", title: "The whole graph"});
    pane.body.append(this.box, this.map);
    const tool = (text, hint, act) => el("button", {title: hint, "aria-label": hint, onclick: act}, text);
    pane.tools.append(tool("−", "Smaller", () => this.zoom(1 / 1.3)), tool("+", "Larger", () => this.zoom(1.3)), tool("Fit", "The whole graph", () => this.fit()));
    this.listen();
    this.elements = [...this.box.querySelectorAll("[data-place]")].map((element) => ({element, place: parsePlace(element.dataset.place)}));
    this.paths = [...this.box.querySelectorAll(".edge")].map((element) => ({element, layer: this.tree.edges[element.dataset.edge].layer}));
    this.view = {x: 0, y: 0, scale: 1};
    requestAnimationFrame(() => this.begin());
  }

  // ---- drawing ----

  // Edges lie above the frames, and below the layers and the words of frames. Each of these planes is in bands across
  // the drawing, of which only those near the part that is seen are shown: the rest costs nothing.
  drawing() {
    const planes = {frame: new Map(), edge: new Map(), head: new Map(), leaf: new Map()};
    const put = (plane, top, bottom, svg) => {
      const band = bottom - top > BAND ? "all" : Math.floor(top / BAND);
      if (!planes[plane].has(band)) planes[plane].set(band, []);
      planes[plane].get(band).push(svg);
    };
    const draw = (box) => {
      const svg = box.kind === "root" ? "" : this.boxSvg(box), frame = svg.startsWith("<g class=\"frame");
      if (svg) put(frame ? "frame" : "leaf", box.top, box.top + box.h, frame ? svg.replace(/<text.*<\/text>/, "") : svg);
      if (frame) put("head", box.top, box.top, svg.replace("frame", "head-of").replace(/<rect[^>]*>/, "").replace(/ data-place="[^"]*"/, ""));
      box.children.forEach(draw);
    };
    draw(this.tree.root);
    this.tree.edges.forEach((edge, i) => put("edge", edge.from.top, edge.to.top, this.edgeSvg(edge, i)));
    return Object.values(planes).map((bands) => [...bands].map(([band, parts]) => `<g data-band="${band}"${band === "all" ? "" : ' style="display:none"'}>${parts.join("")}</g>`).join("")).join("");
  }
  boxSvg(box) {
    const at = `transform="translate(${box.left.toFixed(1)} ${box.top.toFixed(1)})"`, size = `width="${box.w.toFixed(1)}" height="${box.h.toFixed(1)}"`;
    const text = (words, y, kind) => `<text x="${(box.w / 2).toFixed(1)}" y="${y}" class="${kind}">${esc(words)}</text>`;
    if (box.kind === "group") return `<g class="frame group" data-place="group:${box.group}" ${at}><rect ${size} rx="12"/><text x="12" y="17" class="head">${esc(this.tree.headOf(box))}</text></g>`;
    if (box.kind === "kernel") {
      const {conversion} = model.kernels[box.kernel], head = this.tree.headOf(box), kind = conversion ? "frame kernel conversion" : "frame kernel";
      return `<g class="${kind}" style="--hue:${hueOf(box.kernel)}" data-place="kernel:${box.kernel}" ${at}><rect ${size} rx="8"/>` +
        (conversion ? text(head, 19, "head middle") : `<text x="11" y="18" class="head">${esc(head)}</text>`) + "</g>";
    }
    if (box.kind === "result") return `<g class="leaf result" ${at}><rect ${size} rx="13"/>${text(box.name, 17, "name")}</g>`;
    const layer = model.layers[box.layer];
    return `<g class="leaf ${box.kind}${layer.folded >= 0 ? " folded" : ""}" data-place="${esc(placeText({layer: box.layer}))}" ${at}><rect ${size} rx="${box.kind === "input" ? 19 : 6}"/>` +
      text(layer.name, 16, "name") + text(box.below, 31, "below") + "</g>";
  }
  edgeSvg(edge, i) {
    const {from, to, owner, legs} = edge;
    const start = [from.left + from.w / 2, from.top + from.h], end = [to.left + to.w / 2, to.top];
    const leg = (box) => (legs.get(box) || []).map(([x, y]) => [x + box.left + box.inset[0], y + box.top + box.inset[1]]);
    const around = (box) => box === owner ? [] : [box, ...around(box.parent)]; // from the inside out
    const middle = [...around(from.parent).flatMap(leg), ...leg(owner), ...around(to.parent).reverse().flatMap(leg)];
    const path = curve([start, ...middle, end]);
    return `<g class="edge" data-edge="${i}"><path class="wide" d="${path}"/><path d="${path}"/></g>`;
  }

  // ---- what is pointed at ----

  listen() {
    const {box} = this;
    let held = null;
    const placeOf = (event) => {
      const element = event.target.closest("[data-place]");
      return element ? parsePlace(element.dataset.place) : null;
    };
    box.addEventListener("pointerdown", (event) => held = {x: event.clientX, y: event.clientY, view: {...this.view}, moved: false});
    box.addEventListener("pointermove", (event) => {
      if (held && event.buttons) {
        if (!held.moved && Math.hypot(event.clientX - held.x, event.clientY - held.y) < 4) return;
        if (!held.moved) box.setPointerCapture(event.pointerId);
        held.moved = true;
        this.move({...held.view, x: held.view.x + event.clientX - held.x, y: held.view.y + event.clientY - held.y});
        return;
      }
      const edge = event.target.closest(".edge");
      const place = edge ? {layer: this.tree.edges[edge.dataset.edge].layer} : placeOf(event);
      if (edge) this.tipOfEdge(edge, event);
      else if (place) showTip(tipOfPlace(place), event);
      else hideTip();
      hoverAt(place);
    });
    box.addEventListener("pointerleave", () => { hoverAt(null); hideTip(); });
    box.addEventListener("pointerup", (event) => {
      const moved = held && held.moved;
      held = null;
      if (moved) return;
      const place = placeOf(event);
      if (place) pinAt(place, {from: this.pane});
    });
    this.map.addEventListener("pointerdown", (event) => {
      this.map.setPointerCapture(event.pointerId);
      this.scrollByMap(event);
      this.map.onpointermove = (move) => this.scrollByMap(move);
      this.map.onpointerup = () => this.map.onpointermove = null;
    });
    box.addEventListener("wheel", (event) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) {
        const area = box.getBoundingClientRect();
        this.zoom(Math.exp(-event.deltaY / 300), event.clientX - area.left, event.clientY - area.top);
      } else this.move({...this.view, x: this.view.x - event.deltaX, y: this.view.y - event.deltaY});
    }, {passive: false});
  }
  // Why a value goes through memory, or that it does not.
  tipOfEdge(element, event) {
    const edge = this.tree.edges[element.dataset.edge], layer = model.layers[edge.layer];
    const kernelOf = (box) => box.kind === "kernel" ? box.kernel : box.layer === undefined ? undefined : model.layers[box.layer].kernel;
    const from = model.kernels[kernelOf(edge.from)], to = model.kernels[kernelOf(edge.to)];
    const facts = from && to && this.edgeFacts.get(`${from.name}>${to.name}>${layer.name}`);
    let html = `<b>${esc(layer.name)}</b> ${esc(layer.shape)}`;
    if (facts) html += `<br>${Number.isFinite(facts.bytes) ? short(facts.bytes, "B") : esc(facts.bytes)} through memory: ${esc(facts.why)}` + (facts.change ? `<br>${esc(facts.change)}` : "");
    else if (from && from === to) html += "<br>stays in registers: one kernel";
    else if (from && to && from.group !== null && from.group === to.group) html += "<br>stays in the caches: one group";
    showTip(html, event);
  }
  show() {
    const restyle = (item, name) => {
      if (item.name === name) return;
      if (item.name) item.element.classList.remove(item.name);
      if (name) item.element.classList.add(name);
      item.name = name;
    };
    for (const item of this.elements) restyle(item, levelName(this.level(app.hover, item.place), this.level(app.pin, item.place)));
    for (const item of this.paths) restyle(item, app.pin && app.pin.layers.has(item.layer) ? "p2" : app.hover && app.hover.layers.has(item.layer) ? "h2" : "");
    this.drawMap();
  }
  level(selection, place) {
    if (!selection) return 0;
    if (place.layer !== undefined) return selection.layers.has(place.layer) ? 2 : selection.kernels.has(model.layers[place.layer].kernel) ? 1 : 0;
    if (place.kernel !== undefined) return selection.wholly(place.kernel) ? 2 : selection.kernels.has(place.kernel) ? 1 : 0;
    return model.groupKernels[place.group].some((k) => selection.kernels.has(k)) ? 1 : 0;
  }

  // ---- the part that is seen ----

  begin() {
    const {w, h} = this.tree.root, {clientWidth, clientHeight} = this.box;
    const fitting = (width) => Math.min(1, Math.max((width - 16) / w, 0.45));
    const width = clientWidth - (h * fitting(clientWidth) > clientHeight - 30 ? 52 : 0), k = fitting(width); // the overview has the rest
    this.move({scale: k, x: (width - w * k) / 2, y: 14});
    if (app.pin) this.reveal(app.pin);
  }
  fit() {
    const {clientWidth, clientHeight} = this.box, {w, h} = this.tree.root;
    const scale = Math.min(1.2, (clientWidth - 24) / w, (clientHeight - 24) / h);
    this.move({scale, x: (clientWidth - w * scale) / 2, y: (clientHeight - h * scale) / 2});
  }
  zoom(by, x = this.box.clientWidth / 2, y = this.box.clientHeight / 2) {
    const scale = Math.min(Math.max(this.view.scale * by, 0.03), 3), k = scale / this.view.scale;
    this.move({scale, x: x - (x - this.view.x) * k, y: y - (y - this.view.y) * k});
  }
  move(view) {
    this.view = view;
    this.drawMap();
    const top = -view.y / view.scale, bottom = top + this.box.clientHeight / view.scale;
    for (const band of this.bands) {
      const shown = band.top < bottom + 200 && band.top + 2 * BAND > top - 200;
      if (shown !== band.shown) band.element.style.display = shown ? "" : "none";
      band.shown = shown;
    }
    this.all.setAttribute("transform", `translate(${view.x.toFixed(1)} ${view.y.toFixed(1)}) scale(${view.scale.toFixed(4)})`);
  }
  reveal(selection) {
    const boxes = this.tree.layerBoxes.filter((box) => selection.layers.has(box.layer)).concat(this.tree.kernelBoxes.filter((box) => selection.layers.size === 0 && selection.kernels.has(box.kernel)));
    if (boxes.length === 0) return;
    const {x, y, scale} = this.view, {clientWidth, clientHeight} = this.box;
    const inside = (box) => box.left * scale + x > 0 && (box.left + box.w) * scale + x < clientWidth && box.top * scale + y > 0 && (box.top + box.h) * scale + y < clientHeight;
    if (boxes.some(inside)) return;
    const [box] = boxes;
    this.move({scale, x: clientWidth / 2 - (box.left + box.w / 2) * scale, y: clientHeight / 2 - (box.top + box.h / 2) * scale});
  }
  // The whole graph beside the part that is seen, when that is not all of it.
  drawMap() {
    const {map, box} = this, {w, h} = this.tree.root, height = box.clientHeight - 16, ratio = devicePixelRatio || 1;
    const scale = Math.min(height / h, 40 / w, 0.25), seen = this.view && h * this.view.scale <= box.clientHeight;
    map.hidden = seen || height < 80;
    if (map.hidden || !this.view) return;
    Object.assign(map.style, {width: w * scale + 8 + "px", height: h * scale + 8 + "px"});
    map.width = (w * scale + 8) * ratio, map.height = (h * scale + 8) * ratio;
    const pen = map.getContext("2d"), style = getComputedStyle(document.documentElement), colour = (name) => style.getPropertyValue(name);
    pen.drawImage(this.mapGround(map, scale * ratio, colour("--kernel-light")), 0, 0);
    pen.scale(ratio * scale, ratio * scale);
    pen.translate(4 / scale, 4 / scale);
    const marks = {h: colour("--hover-edge"), p: colour("--pin-edge")};
    for (const kernel of new Set([...(app.pin ? app.pin.kernels : []), ...(app.hover ? app.hover.kernels : [])])) {
      const {left, top, w, h} = this.tree.kernelBoxes[kernel], level = levelName(this.level(app.hover, {kernel}), this.level(app.pin, {kernel}));
      pen.fillStyle = marks[level[0]];
      pen.fillRect(left, top, w, Math.max(h, 2 / scale));
    }
    pen.strokeStyle = colour("--accent");
    pen.lineWidth = 1.5 / scale;
    const {x, y, scale: k} = this.view;
    pen.strokeRect(-3 / scale, Math.max(-y / k, 0), w + 6 / scale, Math.min(box.clientHeight / k, h));
    this.mapScale = scale;
  }
  // All kernels, as long as size and theme stay.
  mapGround(map, scale, light) {
    const key = [map.width, map.height, scale, light].join();
    if (this.groundKey === key) return this.ground;
    this.groundKey = key;
    this.ground = el("canvas", {width: map.width, height: map.height});
    const pen = this.ground.getContext("2d");
    pen.translate(4 * (devicePixelRatio || 1), 4 * (devicePixelRatio || 1));
    pen.scale(scale, scale);
    pen.globalAlpha = 0.45;
    for (const {kernel, left, top, w, h} of this.tree.kernelBoxes) {
      pen.fillStyle = hueOf(kernel).replace("var(--kernel-light)", light);
      pen.fillRect(left, top, w, h);
    }
    return this.ground;
  }
  scrollByMap(event) {
    const {x, scale} = this.view;
    this.move({x, scale, y: this.box.clientHeight / 2 - (event.offsetY - 4) / this.mapScale * scale});
  }

  // To the kernel before or behind.
  resize() { if (this.view) this.move(this.view); }
  key(event) {
    const by = {ArrowDown: 1, j: 1, ArrowUp: -1, k: -1}[event.key];
    if (!by) return false;
    const now = app.pin && app.pin.kernels.size ? Math.max(...app.pin.kernels) : by > 0 ? -1 : model.kernels.length;
    const next = now + by;
    if (model.kernels[next]) {
      pinAt({kernel: next}, {from: this.pane});
      this.reveal(app.pin);
    }
    return true;
  }
}
