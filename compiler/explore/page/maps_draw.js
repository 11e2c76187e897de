// ---- Pictures: planes of tensors on canvases ----

const mapColours = {
  // Of a share from -1 to 1: below zero orange, above blue; zero is the ground.
  signed(share) {
    const dark = document.documentElement.dataset.theme === "dark", ground = dark ? [22, 27, 38] : [250, 250, 252];
    const ink = share < 0 ? (dark ? [255, 150, 60] : [214, 96, 0]) : (dark ? [88, 160, 255] : [20, 92, 214]);
    const part = Math.min(Math.abs(share), 1) ** 0.75; // so that small numbers are seen too
    return ground.map((from, i) => Math.round(from + (ink[i] - from) * part));
  },
  gray(share) {
    const level = Math.round(255 * Math.min(Math.max(share, 0), 1));
    return [level, level, level];
  },
  leftOut: [128, 128, 128],
};

// How numbers of a tensor are coloured: pictures and what is never negative from black to white.
function toneOf(tensor) {
  if (tensor.encoding === "bytes") return (number) => mapColours.gray(number);
  if (tensor.low >= 0) return (number) => mapColours.gray(tensor.high > 0 ? number / tensor.high : 0);
  const most = Math.max(-tensor.low, tensor.high) || 1;
  return (number) => mapColours.signed(number / most);
}
const cssOf = ([r, g, b]) => `rgb(${r} ${g} ${b})`;
const inkOn = ([r, g, b]) => 0.3 * r + 0.59 * g + 0.11 * b > 140 ? "#10141f" : "#f4f6fb";

// A plane of a tensor, a pixel for each number that the page has, on a canvas that is kept. Of a picture in colour `c` may be
// "rgb": three channels at once.
const planeCache = new Map();
function planePicture(tensor, c, s) {
  const key = `${tensor.offset}:${c}:${s}:${document.documentElement.dataset.theme}`;
  if (planeCache.has(key)) return planeCache.get(key);
  const [, , h, w] = tensor.kept, tone = toneOf(tensor), canvas = el("canvas", {width: Math.max(w, 1), height: Math.max(h, 1)});
  const image = new ImageData(Math.max(w, 1), Math.max(h, 1)), {numbers} = tensor, plane = h * w;
  const offsets = (c === "rgb" ? [0, 1, 2] : [c]).map((channel) => (channel * tensor.kept[1] + s) * plane);
  const single = offsets.length === 1;
  for (let i = 0; i < plane; i++) {
    const number = numbers[offsets[0] + i];
    const colour = single ? (Number.isNaN(number) ? mapColours.leftOut : tone(number)) : offsets.map((offset) => tone(numbers[offset + i])[0]);
    image.data.set(colour, 4 * i);
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  if (planeCache.size > 600) planeCache.clear();
  planeCache.set(key, canvas);
  return canvas;
}

// A canvas of so many pixels of the page, sharp on any screen; its context.
function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio), canvas.height = Math.round(height * ratio);
    canvas.style.width = width + "px", canvas.style.height = height + "px";
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  return context;
}
const themeColour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A cell that holds no number of the tensor itself: padding, or what the page leaves out.
function hatch(context, x, y, w, h, colour, step = 5) {
  context.save();
  context.beginPath();
  context.rect(x, y, w, h);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  for (let i = -h; i < w; i += step) context.moveTo(x + i, y + h), context.lineTo(x + i + h, y);
  context.stroke();
  context.restore();
}

// Cells of a plane, large enough to be told apart, with what lies around it: rows and columns from `top`, `left`.
//   number(y, x) -> {value, kind}: kind "inside", "padding" (value: what is read there) or "out"
function drawCells(context, tensor, {top, left, rows, columns, cell}, number) {
  const tone = toneOf(tensor), edge = themeColour("--edge"), soft = themeColour("--faint"), ground = themeColour("--raised");
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `${cell >= 34 ? 10.5 : 9}px ${themeColour("--sans")}`;
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const {value, kind} = number(top + r, left + c), x = c * cell, y = r * cell;
      if (kind === "out") continue;
      const known = value !== undefined && value !== null, colour = known ? tone(value) : null;
      context.fillStyle = known ? cssOf(colour) : ground;
      context.globalAlpha = kind === "padding" ? 0.55 : 1;
      context.fillRect(x, y, cell - 1, cell - 1);
      context.globalAlpha = 1;
      if (kind === "padding" || !known) hatch(context, x, y, cell - 1, cell - 1, kind === "padding" ? themeColour("--pin-edge") : soft, kind === "padding" ? 6 : 4);
      if (cell >= 28 && known) {
        const text = numberText(value, Math.min(tensor.decimals, cell >= 34 ? 2 : 1));
        if (kind === "padding") context.fillStyle = ground, context.fillRect(x + 3, y + cell / 2 - 7, cell - 7, 13), context.fillStyle = themeColour("--ink");
        else context.fillStyle = inkOn(colour);
        context.fillText(text, x + (cell - 1) / 2, y + cell / 2);
      }
    }
  context.strokeStyle = edge;
}

function outline(context, x, y, w, h, colour, width = 2.5, dashed = false) {
  context.save();
  context.setLineDash(dashed ? [4, 3] : []);
  context.lineWidth = width + 2;
  context.strokeStyle = themeColour("--panel");
  if (!dashed) context.strokeRect(x, y, w, h);
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.strokeRect(x, y, w, h);
  context.restore();
}

// ---- a plane with a place on it: the whole, and its surroundings where cells of the whole are too small ----

const SCREEN = {width: 330, cell: 12, largest: 40, rows: 7, nearCell: 30};

class Screen {
  // margin: [before, after] of rows and columns that lie around the plane; `border(y, x)` what is read there.
  // room: {width, height, cellHeight, beside}: what is there for it, cellHeight where it is drawn as cells; beside: how wide the whole
  // and what is near, beside it, may be together.
  constructor({tensor, margin = [[0, 0], [0, 0]], read = null, onPoint = null, name, room}) {
    Object.assign(this, {tensor, margin, read, onPoint});
    const [, , h, w] = tensor.extents;
    this.h = h, this.w = w;
    const rows = h + margin[0][0] + margin[0][1], columns = w + margin[1][0] + margin[1][1];
    const cell = Math.floor(Math.min(room.width / columns, room.cellHeight / rows, SCREEN.largest));
    this.whole = el("canvas", {class: "maps-whole", "data-part": "whole", role: "img", "aria-label": name});
    this.element = el("div", {class: "maps-screen"}, this.whole);
    this.cells = cell >= SCREEN.cell ? {top: -margin[0][0], left: -margin[1][0], rows, columns, cell} : null;
    this.near = null;
    if (!this.cells) {
      this.columns = Math.max(7, Math.min(11, Math.floor(room.width / SCREEN.nearCell)));
      const near = this.columns * SCREEN.nearCell + 10, beside = room.beside >= near + 110;
      this.scale = Math.min((beside ? Math.min(room.beside - near, 320) : room.width) / w, (beside ? SCREEN.rows * SCREEN.nearCell : room.height) / h, 8);
      if (beside) this.element.classList.add("beside");
      this.near = el("canvas", {class: "maps-near", "data-part": "near"});
      this.element.append(this.near);
      this.nearView = null;
    }
    if (onPoint) this.listen();
  }
  listen() {
    const point = (canvas, find) => {
      canvas.addEventListener("pointermove", (event) => {
        const box = canvas.getBoundingClientRect(), found = find(event.clientX - box.left, event.clientY - box.top);
        if (found && found[0] >= 0 && found[0] < this.h && found[1] >= 0 && found[1] < this.w) this.onPoint(found, canvas === this.near);
      });
    };
    point(this.whole, (x, y) => this.cells ? [Math.floor(y / this.cells.cell) + this.cells.top, Math.floor(x / this.cells.cell) + this.cells.left] : [Math.floor(y / this.scale), Math.floor(x / this.scale)]);
    if (this.near) point(this.near, (x, y) => this.nearView && [Math.floor(y / this.nearView.cell) + this.nearView.top, Math.floor(x / this.nearView.cell) + this.nearView.left]);
  }

  // c: a channel or "rgb"; boxes: [{y, x, h, w, colour, dashed}]; focus: [y, x], which is in the middle of the surroundings
  // unless `still`.
  draw(c, s, boxes, focus, still = false) {
    const channel = c === "rgb" ? 0 : c;
    const number = (y, x) => {
      if (y >= 0 && x >= 0 && y < this.h && x < this.w) return {value: this.tensor.at(channel, s, y, x), kind: "inside"};
      const value = this.read ? this.read(channel, s, y, x) : undefined;
      return value === undefined ? {kind: "out"} : {value, kind: "padding"};
    };
    if (this.cells) return this.drawIn(this.whole, this.cells, number, boxes);
    const {scale} = this, context = sized(this.whole, this.w * scale, this.h * scale), [, , keptH, keptW] = this.tensor.kept, {from} = this.tensor;
    if (keptH < this.h || keptW < this.w) hatch(context, 0, 0, this.w * scale, this.h * scale, themeColour("--edge"), 8);
    context.imageSmoothingEnabled = scale < 1;
    if (channel < this.tensor.kept[0] && s < this.tensor.kept[1])
      context.drawImage(planePicture(this.tensor, c, s), from[1] * scale, from[0] * scale, keptW * scale, keptH * scale);
    else hatch(context, 0, 0, this.w * scale, this.h * scale, themeColour("--edge"), 8);
    if (!still || !this.nearView) this.look(focus);
    const {top, left, rows, columns, cell} = this.nearView;
    outline(context, left * scale, top * scale, columns * scale, rows * scale, themeColour("--pin-edge"), 1.5);
    this.drawIn(this.near, {top, left, rows, columns, cell}, number, boxes);
  }
  look([y, x]) {
    const {columns} = this, {rows} = SCREEN, fit = (at, count, size, [before, after]) => Math.max(-before, Math.min(Math.round(at - count / 2 + 0.5), size + after - count));
    const r = Math.min(rows, this.h + this.margin[0][0] + this.margin[0][1]), c = Math.min(columns, this.w + this.margin[1][0] + this.margin[1][1]);
    this.nearView = {top: fit(y, r, this.h, this.margin[0]), left: fit(x, c, this.w, this.margin[1]), rows: r, columns: c, cell: SCREEN.nearCell};
  }
  holds([y, x]) {
    const view = this.nearView;
    return !view || y >= view.top && x >= view.left && y < view.top + view.rows && x < view.left + view.columns;
  }
  drawIn(canvas, view, number, boxes) {
    const {top, left, rows, columns, cell} = view, context = sized(canvas, columns * cell, rows * cell);
    drawCells(context, this.tensor, view, number);
    for (const box of boxes) outline(context, (box.x - left) * cell, (box.y - top) * cell, box.w * cell - 1, box.h * cell - 1, box.colour, box.width || 2.5, box.dashed);
  }
}

// ---- numbers without positions: a bar for each of a few, a cell for each of many ----

class Bars {
  constructor({tensor, onPoint = null, name}) {
    this.tensor = tensor;
    const count = this.count = tensor.kept[0];
    this.columns = count <= 20 ? 1 : Math.ceil(Math.sqrt(count * 1.3));
    this.cell = this.columns === 1 ? [250, 19] : [Math.max(5, Math.min(16, Math.floor(SCREEN.width / this.columns))), 0];
    if (this.columns > 1) this.cell[1] = this.cell[0];
    this.canvas = el("canvas", {class: "maps-bars", "data-part": "bars", role: "img", "aria-label": name});
    this.element = el("div", {class: "maps-screen"}, this.canvas);
    if (onPoint)
      this.canvas.addEventListener("pointermove", (event) => {
        const box = this.canvas.getBoundingClientRect(), x = Math.floor((event.clientX - box.left) / this.cell[0]), y = Math.floor((event.clientY - box.top) / this.cell[1]);
        if (x < this.columns && y * this.columns + x < count && x >= 0 && y >= 0) onPoint(y * this.columns + x);
      });
  }
  // marked: from and behind the last one that has an outline.
  draw([from, to], colour) {
    const {columns, cell: [w, h], count, tensor} = this, context = sized(this.canvas, columns * w, Math.ceil(count / columns) * h);
    const tone = toneOf(tensor), ink = themeColour("--ink"), most = Math.max(-tensor.low, tensor.high) || 1;
    context.font = `11px ${themeColour("--sans")}`;
    context.textBaseline = "middle";
    const zero = tensor.low < 0 ? 24 + 160 * -tensor.low / (tensor.high - tensor.low || 1) : 24, unit = 160 / (tensor.low < 0 ? tensor.high - tensor.low || 1 : most);
    for (let i = 0; i < count; i++) {
      const x = i % columns * w, y = Math.floor(i / columns) * h, value = tensor.at(i, 0, 0, 0);
      if (columns === 1) {
        context.fillStyle = themeColour("--soft");
        context.textAlign = "right";
        context.fillText(String(i), 18, y + h / 2);
        context.fillStyle = cssOf(mapColours.signed(value < 0 ? -0.8 : 0.8));
        context.fillRect(Math.min(zero, zero + value * unit), y + 3, Math.max(Math.abs(value * unit), 1), h - 6);
        context.fillStyle = ink;
        context.fillText(tensor.text(value), w - 4, y + h / 2);
      } else {
        context.fillStyle = cssOf(tone(value));
        context.fillRect(x, y, w - 1, h - 1);
      }
    }
    if (to <= from) return;
    if (to - from >= count) outline(context, 1, 1, columns * w - 2, Math.ceil(count / columns) * h - 2, colour, 2);
    else for (let i = from; i < Math.min(to, count); i++) outline(context, i % columns * w + 1, Math.floor(i / columns) * h + 1, w - 3, h - 3, colour, 2);
  }
}
