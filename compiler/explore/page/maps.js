// ---- Pictures: the view ----

const isColour = (layer) => {
  const tensor = pictures.tensorOf(layer);
  return tensor.kept[0] === 3 && tensor.extents[0] === 3 && (tensor.encoding === "bytes" || Boolean(pictures.layers[layer].image));
};

// A place to begin at: the largest number of the first channel in the middle of the plane, where there is something to see.
function placeToBegin(tensor) {
  const {kept, from} = tensor, [, , h, w] = kept, place = [0, 0, from[0], from[1]];
  let most = -1;
  if (tensor.isVector) {
    for (let c = 0; c < kept[0]; c++) if (Math.abs(tensor.at(c, 0, 0, 0)) > most) most = Math.abs(tensor.at(c, 0, 0, 0)), place[0] = c;
    return place;
  }
  for (let y = Math.floor(h / 4); y < Math.ceil(h * 3 / 4); y++)
    for (let x = Math.floor(w / 4); x < Math.ceil(w * 3 / 4); x++) {
      const size = Math.abs(tensor.numbers[y * w + x]);
      if (size > most) most = size, place[2] = from[0] + y, place[3] = from[1] + x;
    }
  return place;
}

class MapsPane {
  constructor(pane) {
    this.pane = pane;
    pictures.layers.forEach((layer, i) => layer.op = model.layers[i].op);
    this.layerOfTensor = new Map(pictures.layers.map((layer, i) => [layer.tensor, i]));
    this.list = el("div", {class: "maps-list", role: "listbox", "aria-label": "Layers"});
    this.upper = el("div", {class: "maps-upper"});
    this.sum = el("div", {class: "maps-sum"});
    this.sum.addEventListener("click", (event) => event.target.dataset.all && (this.all = true, this.draw()));
    this.stage = el("div", {class: "maps-stage", tabindex: "0"}, this.upper, this.sum);
    pane.body.append(el("div", {class: "maps"}, this.list, this.stage));
    this.player = el("button", {title: "Slide the window (space)", onclick: () => this.play()}, "▶ Slide");
    pane.tools.append(this.player);
    this.timer = 0;
    this.makeList();
    const first = pictures.layers.findIndex((layer) => layer.sum);
    if (!app.focused) focusPane(pane);
    this.open(app.pin && app.pin.layers.size ? [...app.pin.layers][0] : first >= 0 ? first : pictures.layers.length - 1);
  }

  // ---- the list of layers ----

  makeList() {
    this.cards = pictures.layers.map((layer, i) => {
      const canvas = el("canvas", {"aria-hidden": "true"});
      const {name, op} = model.layers[i];
      const card = el("button", {class: "maps-card", role: "option", title: `${name} ${op || "input"} ${pictures.tensorOf(i).shapeText()}`, "data-layer": i, onclick: () => this.choose(i), onpointerenter: () => hoverAt({layer: i}), onpointerleave: () => hoverAt(null)},
        el("span", {class: "maps-name"}, el("b", {}, name), el("span", {}, `${!op ? "input " : name.startsWith(op) ? "" : op + " "}${pictures.tensorOf(i).shapeText()}`)), canvas);
      card.canvas = canvas;
      return card;
    });
    this.list.append(...this.cards);
    const remarks = [...pictures.remarks];
    if (pictures.tensors.some((tensor) => tensor.encoding === "levels")) remarks.push("Numbers are computed in double precision by the reference interpreter; to be small, the page has them in 65,536 steps of each layer's range.");
    else remarks.push("Numbers are computed in double precision by the reference interpreter, and here in float32.");
    this.list.append(el("p", {class: "maps-remark"}, remarks.join(" ")));
    this.seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.drawCard(Number(entry.target.dataset.layer));
    }, {root: this.list});
    this.cards.forEach((card) => this.seen.observe(card));
  }
  drawCard(i) {
    const tensor = pictures.tensorOf(i), {canvas} = this.cards[i], width = 168, height = 40;
    if (tensor.isVector) {
      const count = tensor.kept[0], context = sized(canvas, width, 14), tone = toneOf(tensor);
      for (let c = 0; c < count; c++) context.fillStyle = cssOf(tone(tensor.at(c, 0, 0, 0))), context.fillRect(c * width / count, 0, Math.max(width / count - (count < 40 ? 1 : 0), 0.5), 14);
      return;
    }
    const [, , h, w] = tensor.kept, scale = Math.min(height / h, width / w), each = Math.max(w * scale, 3), context = sized(canvas, width, h * scale);
    const channels = isColour(i) ? ["rgb"] : [...Array(tensor.kept[0]).keys()];
    channels.slice(0, Math.max(1, Math.floor((width + 3) / (each + 3)))).forEach((c, k) => {
      context.imageSmoothingEnabled = scale < 1;
      context.drawImage(planePicture(tensor, c, 0), k * (each + 3), 0, each, h * scale);
    });
  }
  choose(i) {
    this.open(i);
    pinAt({layer: i}, {from: this.pane});
  }

  // ---- one layer ----

  open(i) {
    if (i === this.layer) return;
    this.stop();
    this.layer = i;
    const layer = this.facts = pictures.layers[i], result = this.result = pictures.tensors[layer.tensor], {name, op} = model.layers[i];
    this.all = this.held = false;
    this.place = placeToBegin(result);
    this.width = this.pane.body.clientWidth;
    const operands = (layer.operands || []).filter((operand, i, all) => !operand.parameter && all.findIndex(({tensor}) => tensor === operand.tensor) === i), count = 1 + operands.length;
    // Where many terms are below, what is near stands beside the whole, as far as there is room beside the list, arrows and kernels.
    const first = layer.sum && layer.sum.kernel && pictures.tensors[layer.operands[0].tensor];
    const reads = first ? channelsRead(layer.sum, first.extents[0], result.extents[0], 0) : [0, 1];
    const each = (this.width - 250 - (layer.sum && layer.sum.kernel && layer.sum.weight !== undefined ? 290 : 60)) / count;
    this.room = {beside: reads[1] - reads[0] > 1 ? each : 0, width: Math.max(210, Math.min(each, SCREEN.width)),
      height: Math.max(120, Math.min(this.pane.body.clientHeight - 560, 330)), cellHeight: Math.max(160, Math.min(this.pane.body.clientHeight - 410, 360))};
    this.operands = operands.map((operand) => this.operandBox(operand));
    this.screen = this.screenOf(result, name, {onPoint: (at, near) => this.point(at, near)});
    this.strip = result.isVector || result.kept[0] === 1 ? null : new Strip(result, {onChoose: (c) => this.move(0, c)});
    this.kernels = layer.sum && layer.sum.weight !== undefined && layer.sum.how !== "dense" ? new KernelGrid(layer, (row) => this.move(0, Math.min(row, result.kept[0] - 1))) : null;
    this.words = el("dl", {class: "maps-lessons"});
    this.slices = result.extents[1] > 1 ? el("input", {type: "range", min: 0, max: result.kept[1] - 1, "aria-label": "Slice", title: "Slice (keys , and .)", oninput: () => this.move(1, Number(this.slices.value))}) : null;
    this.caption = el("span", {class: "maps-place"});
    const arrow = () => el("div", {class: "maps-arrow", "aria-hidden": "true"}, "→");
    const flow = el("div", {class: "maps-flow"}, ...this.operands.map((box) => box.element));
    if (this.operands.length) flow.append(arrow());
    if (this.kernels) flow.append(el("figure", {}, el("figcaption", {}, el("b", {}, "kernels")), this.kernels.element,
      el("div", {class: "maps-key"}, el("i", {class: "below"}), "negative", el("i", {class: "above"}), "positive"), el("p", {class: "maps-remark narrow"}, leftOutKernels(this.kernels.tensor, layer.sum.how === "transposed"))), arrow());
    this.screen.element.addEventListener("click", () => { this.held = !this.held; this.draw(); });
    flow.append(this.box(name, result, [this.strip && this.strip.canvas, this.slices, this.screen.element, this.caption], "result"));
    this.upper.replaceChildren(el("h2", {}, name, el("span", {}, op ? op + (layer.sum ? "" : " " + (model.layers[i].attributes || "")) : "input")), this.words, flow);
    this.upper.scrollTop = 0;
    this.cards.forEach((card, c) => card.setAttribute("aria-selected", String(c === i)));
    this.cards[i].scrollIntoView({block: "nearest"});
    this.draw();
  }
  box(name, tensor, parts, role) {
    const range = `${tensor.text(tensor.low)} to ${tensor.text(tensor.high)}`;
    return el("figure", {"data-role": role}, el("figcaption", {}, el("b", {}, name), ` ${tensor.shapeText()} `, el("small", {}, range)), ...parts.filter(Boolean), leftOutText(tensor) ? el("p", {class: "maps-remark"}, leftOutText(tensor)) : "");
  }
  screenOf(tensor, name, {margin, read, onPoint}) {
    if (tensor.isVector) return new Bars({tensor, name, onPoint: onPoint && ((c) => onPoint(c, false))});
    return new Screen({tensor, name, margin, read, onPoint, room: this.room});
  }
  operandBox(operand) {
    const tensor = pictures.tensors[operand.tensor], {sum} = this.facts, i = this.layerOfTensor.get(operand.tensor), colour = isColour(i);
    const windowed = sum && sum.before && sum.how !== "transposed";
    const box = {operand, tensor, colour, chosen: colour ? "rgb" : 0};
    const margin = windowed ? [1, 2].map((axis) => [sum.before[axis].length, sum.after[axis].length]) : undefined;
    const read = windowed && ((c, s, y, x) => {
      if (y < -margin[0][0] || x < -margin[1][0] || y >= tensor.extents[2] + margin[0][1] || x >= tensor.extents[3] + margin[1][1]) return undefined;
      if (sum.how === "max") return null;
      const source = [underBorder(sum, 1, y, tensor.extents[2]), underBorder(sum, 2, x, tensor.extents[3])];
      return source.includes(-1) ? (sum.how === "mean" ? null : sum.constant) : tensor.at(c, s, ...source) ?? null;
    });
    box.screen = this.screenOf(tensor, operand.name, {margin, read, onPoint: windowed ? (at, near) => this.pointInput(at, near) : null});
    box.strip = tensor.isVector || tensor.kept[0] === 1 ? null : new Strip(tensor, {colour, onChoose: (c) => { box.chosen = c; this.draw(); }});
    box.element = this.box(operand.name, tensor, [box.strip && box.strip.canvas, box.screen.element], "operand");
    box.element.querySelector("figcaption b").addEventListener("click", () => this.choose(i));
    return box;
  }

  // ---- where the result is looked at ----

  point(at, near) {
    if (this.held) return;
    if (this.result.isVector) this.move(0, at);
    else this.go([this.place[0], this.place[1], ...at], near);
  }
  // The result whose window's middle is nearest.
  pointInput(at, near) {
    if (this.held) return;
    const {sum} = this.facts, place = [1, 2].map((axis) => {
      const middle = (sum.kernel[axis] - 1) * sum.dilation[axis] / 2, o = Math.round((at[axis - 1] + sum.pad[axis] - middle) / sum.stride[axis]);
      return Math.max(0, Math.min(o, this.result.extents[axis + 1] - 1));
    });
    this.go([this.place[0], this.place[1], ...place], near);
  }
  move(axis, index) {
    const place = [...this.place];
    place[axis] = index;
    this.go(place, false);
  }
  go(place, near) {
    const {kept, from} = this.result, low = [0, 0, ...from];
    place = place.map((index, axis) => Math.max(low[axis], Math.min(index, low[axis] + kept[axis] - 1)));
    if (place.every((index, axis) => index === this.place[axis])) return;
    this.place = place;
    this.near = near;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    if (this.layer === undefined) return;
    const {facts, place, result, near} = this, accent = themeColour("--accent"), pin = themeColour("--pin-edge");
    for (const box of this.operands) this.drawOperand(box, accent);
    if (result.isVector) this.screen.draw([place[0], place[0] + 1], pin);
    else this.screen.draw(place[0], place[1], [{y: place[2], x: place[3], h: 1, w: 1, colour: pin}], [place[2], place[3]], near || this.screen.holds([place[2], place[3]]));
    if (this.strip) this.strip.slice = place[1], this.strip.draw(place[0]);
    if (this.kernels) this.kernels.draw(place[0]);
    const axes = ["channel", "slice", "row", "column"].map((name, axis) => result.extents[axis] > 1 || axis > 4 - result.rank && axis > 0 ? `${name} ${place[axis]}` : "").filter(Boolean);
    this.caption.textContent = `${axes.join(", ")} — ${this.held ? "held; a click lets go" : "a click holds it"}`;
    if (this.slices) this.slices.value = place[1];
    const {total, html, made} = explainResult(facts, place, this.all);
    this.sum.innerHTML = `<p class="maps-total"><span>${esc(model.layers[this.layer].name)}[${place.filter((_, axis) => axis === 0 || axis > 4 - result.rank).join(", ")}]</span> ${total}</p><div class="maps-terms-box">${html}</div>`;
    Object.assign(this.sum.dataset, {result: result.at(...place), made: made === undefined ? "" : made});
    this.words.innerHTML = lessonsOf(facts, place).map(([title, words]) => `<div><dt>${title}</dt><dd>${esc(words)}</dd></div>`).join("");
  }
  drawOperand(box, accent) {
    const {tensor, operand, screen, strip} = box, region = readRegion(this.facts, operand, this.place);
    const {sum} = this.facts, read = region && (sum && sum.kernel ? channelsRead(sum, tensor.extents[0], this.result.extents[0], this.place[0]) : region[0]);
    if (tensor.isVector) return screen.draw(read || [0, 0], accent);
    const chosen = read && box.chosen !== "rgb" && (box.chosen < read[0] || box.chosen >= read[1]) ? Math.min(read[0], tensor.kept[0] - 1) : read && box.chosen === "rgb" && read[1] - read[0] < 3 ? read[0] : box.chosen;
    const boxes = region ? this.boxesOf(region, tensor, accent) : [], slice = region ? Math.max(0, Math.min(region[1][0], tensor.kept[1] - 1)) : 0;
    const focus = region ? [(region[2][0] + region[2][1] - 1) / 2, (region[3][0] + region[3][1] - 1) / 2] : [0, 0];
    const still = screen.nearView && region && screen.holds([region[2][0], region[3][0]]) && screen.holds([region[2][1] - 1, region[3][1] - 1]);
    screen.draw(chosen, slice, boxes, focus, still);
    if (strip) strip.draw(chosen, read);
  }
  // Outlines in an operand: the window, with a dilation each of its taps; and, dashed, the window of the next result.
  boxesOf([, , [y0, y1], [x0, x1]], tensor, colour) {
    const {sum} = this.facts, whole = {y: y0, x: x0, h: y1 - y0, w: x1 - x0, colour};
    if (!sum || !sum.before || sum.how === "transposed") return [whole];
    const boxes = [], apart = sum.dilation[1] > 1 && sum.kernel[1] > 1 || sum.dilation[2] > 1 && sum.kernel[2] > 1;
    if (this.place[3] + 1 < this.result.extents[3]) boxes.push({...whole, x: x0 + sum.stride[2], colour: themeColour("--faint"), width: 1.5, dashed: true});
    if (apart)
      for (let y = y0; y < y1; y += sum.dilation[1]) for (let x = x0; x < x1; x += sum.dilation[2]) boxes.push({y, x, h: 1, w: 1, colour, width: 2});
    return [...boxes, {...whole, width: apart ? 1.5 : 2.5}];
  }

  // ---- keys, and the window that slides by itself ----

  key(event) {
    const steps = {ArrowLeft: [3, -1], ArrowRight: [3, 1], ArrowUp: [2, -1], ArrowDown: [2, 1], PageUp: [0, -1], PageDown: [0, 1], ",": [1, -1], ".": [1, 1]};
    if (event.key === " ") this.play();
    else if (event.key === "Home") this.go([this.place[0], 0, 0, 0], false);
    else if (event.key === "j" || event.key === "k") {
      const next = this.layer + (event.key === "j" ? 1 : -1);
      if (pictures.layers[next]) this.choose(next);
    } else if (steps[event.key]) {
      let [axis, by] = steps[event.key];
      if (this.result.isVector && axis >= 2) axis = 0;
      this.stop();
      this.move(axis, this.place[axis] + by * (event.shiftKey ? 8 : 1));
    } else return false;
    return true;
  }
  play() {
    if (this.timer) return this.stop();
    this.player.textContent = "❚❚ Stop";
    this.timer = setInterval(() => {
      const {kept, from} = this.result, place = [...this.place];
      if (this.result.isVector) place[0] = (place[0] + 1) % kept[0];
      else if (++place[3] >= from[1] + kept[3]) {
        place[3] = from[1];
        if (++place[2] >= from[0] + kept[2]) place[2] = from[0];
      }
      this.go(place, false);
    }, 260);
  }
  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    this.player.textContent = "▶ Slide";
  }

  show() {
    const theme = document.documentElement.dataset.theme;
    this.cards.forEach((card, i) => {
      card.classList.toggle("h2", Boolean(app.hover && app.hover.layers.has(i)));
      card.classList.toggle("p2", Boolean(app.pin && app.pin.layers.has(i)));
      if (theme !== this.theme && card.canvas.width !== 300) this.drawCard(i);
    });
    if (theme !== this.theme && this.theme) this.draw();
    this.theme = theme;
  }
  resize() {
    if (!this.width || Math.abs(this.pane.body.clientWidth - this.width) < 60) return;
    const {layer, place} = this;
    this.layer = undefined;
    this.open(layer);
    this.go(place, false);
  }
  reveal(selection) {
    const [layer] = selection.layers;
    if (layer !== undefined && !selection.layers.has(this.layer)) this.open(layer);
  }
  close() {
    this.stop();
    this.seen.disconnect();
  }
}
view({id: "maps", title: "Pictures", hint: "Kernels and feature maps of each layer, and how each of their numbers comes about", needs: "maps", wide: true,
  async create(pane) {
    await pictures.open();
    return new MapsPane(pane);
  }});
