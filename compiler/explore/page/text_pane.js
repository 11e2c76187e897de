// ---- A pane of text: rows for the lines that are seen, highlights, and a map of the whole at its edge ----

const ROW = 18; // pixels: --line-height
const MORE = 8; // rows beyond those that are seen

class TextPane {
  constructor(pane, stage) {
    Object.assign(this, {pane, stage, first: 0, last: -1});
    this.language = stage.language;
    this.gutter = 22 + 7.4 * String(stage.lines.length).length;
    this.rows = el("div", {class: "rows"});
    this.marks = el("div", {class: "marks"});
    this.sizer = el("div", {class: "sizer"}, this.rows, this.marks);
    this.box = el("div", {class: "text", tabindex: "0"}, this.sizer);
    this.box.style.setProperty("--gutter", this.gutter + "px");
    this.map = el("canvas", {class: "map"});
    pane.body.append(this.box, this.map);
    const longest = stage.lines.reduce((most, line) => Math.max(most, line.length), 0);
    this.sizer.style.height = stage.lines.length * ROW + 40 + "px";
    this.sizer.style.width = `calc(${this.gutter + 30}px + ${Math.min(longest, 4000)}ch)`;
    this.letter = this.measureLetter();
    this.colours = this.kernelColours();
    this.listen();
    this.tool();
  }

  measureLetter() {
    const probe = el("span", {style: "position:absolute;visibility:hidden;font:12px var(--mono)"}, "x".repeat(100));
    document.body.append(probe);
    const width = probe.getBoundingClientRect().width / 100;
    probe.remove();
    return width;
  }

  // Of each line the kernel whose colour it has; -1: none.
  kernelColours() {
    const {stage} = this, colours = new Int32Array(stage.lines.length).fill(-1);
    if (stage.kernels) return stage.kernels;
    if (stage.layers) stage.layers.forEach((layer, i) => colours[i] = layer >= 0 ? model.layers[layer].kernel ?? -1 : -1);
    else if (stage.spans) {
      for (let i = 0; i < stage.spans.length; i += 3) {
        const {kernel} = model.layers[stage.spans[i + 2]];
        if (kernel !== undefined) colours[stage.lineOf(stage.spans[i])] = kernel;
      }
    } else forEachFunction(stage, (f, begin, end) => {
      if (f >= 0 && model.functions[f].kernels.length) colours.fill(model.functions[f].kernels[0], begin, end);
    });
    return colours;
  }

  listen() {
    const {box} = this;
    box.addEventListener("scroll", () => this.draw());
    box.addEventListener("pointermove", (event) => {
      if (event.buttons === 0) hoverAt(this.placeAt(event));
    });
    box.addEventListener("pointerleave", () => hoverAt(null));
    box.addEventListener("click", (event) => {
      if (!getSelection().isCollapsed) return; // text is being selected
      const place = this.placeAt(event);
      if (place) pinAt(place, {from: this.pane});
    });
    this.map.addEventListener("pointerdown", (event) => {
      const scroll = (move) => this.box.scrollTop = move.offsetY / this.map.clientHeight * this.stage.lines.length * ROW - this.box.clientHeight / 2;
      scroll(event);
      this.map.setPointerCapture(event.pointerId);
      this.map.onpointermove = scroll;
      this.map.onpointerup = () => this.map.onpointermove = null;
    });
    this.pane.where.addEventListener("click", () => this.toggleOutline());
  }

  tool() {
    const step = (by, mark, hint) => el("button", {title: hint, "aria-label": hint, onclick: () => this.step(by)}, mark);
    this.count = el("span", {class: "count"});
    this.pane.tools.append(this.count, step(-1, "↑", "Previous place that is highlighted"), step(1, "↓", "Next place that is highlighted"));
  }

  placeAt(event) {
    const box = this.box.getBoundingClientRect();
    const line = Math.floor((event.clientY - box.top + this.box.scrollTop) / ROW);
    if (line < 0 || line >= this.stage.lines.length) return null;
    const column = Math.floor((event.clientX - box.left + this.box.scrollLeft - this.gutter - 6) / this.letter);
    const exact = (this.stage.spans || this.stage.id === "schedule") && column >= 0;
    return {stage: this.stage.id, line, column: exact ? column : undefined};
  }

  // ---- drawing ----

  show() {
    this.levels = {h: app.hover && app.hover.levels(this.stage), p: app.pin && app.pin.levels(this.stage)};
    this.draw(true);
    this.drawMap();
    this.showCount();
  }
  resize() {
    this.draw();
    this.drawMap();
  }

  draw(restyled = false) {
    const {box, stage} = this, top = Math.floor(box.scrollTop / ROW), seen = Math.ceil(box.clientHeight / ROW);
    const first = Math.max(0, top - MORE), last = Math.min(stage.lines.length, top + seen + MORE);
    if (first !== this.first || last !== this.last) {
      this.first = first, this.last = last;
      let html = "";
      for (let i = first; i < last; i++) html += this.rowHtml(i);
      this.rows.innerHTML = html;
      this.rows.style.top = first * ROW + "px";
      restyled = true;
    }
    if (restyled) this.style();
    this.showWhere(top);
  }
  rowHtml(i) {
    const kernel = this.colours[i], hue = kernel >= 0 ? ` style="--hue:${hueOf(kernel)}"` : "";
    return `<div class="row" data-line="${i + 1}"><i${hue}>${i + 1}</i><span>${coloured(untabbed(this.stage.lines[i]), this.language)}</span></div>`;
  }
  style() {
    const {h, p} = this.levels || {}, rows = this.rows.children, marked = Boolean(this.stage.spans);
    const here = app.pin && app.pin.place.stage === this.stage.id ? app.pin.place.line : -1;
    for (let i = this.first, r = 0; i < this.last; i++, r++) {
      let name = "row";
      if (!marked) name += " " + levelName(h ? h[i] : 0, p ? p[i] : 0);
      if (i === here) name += " here";
      if (rows[r].className !== name) rows[r].className = name;
    }
    this.drawMarks();
  }

  // Boxes behind parts of lines: expressions of a script, and what was searched for.
  drawMarks() {
    const boxes = [];
    if (this.stage.spans) this.spanBoxes(boxes);
    if (app.find) this.findBoxes(boxes);
    this.marks.innerHTML = boxes.join("");
  }
  spanBoxes(boxes) {
    const {spans} = this.stage;
    const level = (selection, layer) => !selection ? 0 : selection.layers.has(layer) ? 2 : selection.kernels.has(model.layers[layer].kernel) ? 1 : 0;
    const pieces = [];
    for (let i = 0; i < spans.length; i += 3) {
      const layer = spans[i + 2], h = level(app.hover, layer), p = level(app.pin, layer);
      if (h || p) pieces.push([Math.max(h, p), levelName(h, p), spans[i], spans[i + 1]]);
    }
    pieces.sort((a, b) => a[0] - b[0] || (b[3] - b[2]) - (a[3] - a[2])); // what is meant lies on top
    for (const [, name, begin, end] of pieces) this.boxesOf(begin, end, name, boxes);
  }
  boxesOf(begin, end, name, boxes) {
    const {stage} = this;
    for (let line = stage.lineOf(begin); line < this.last && stage.lineStarts[line] < end; line++) {
      if (line < this.first) continue;
      const text = stage.lines[line], start = stage.lineStarts[line];
      const from = Math.max(begin - start, text.length - text.trimStart().length), to = Math.min(end - start, text.length);
      if (from < to) boxes.push(this.boxHtml(line, from, to, name));
    }
  }
  boxHtml(line, from, to, name) {
    const left = this.gutter + 6 + from * this.letter;
    return `<div class="${name}" style="top:${line * ROW}px;left:${left.toFixed(1)}px;width:${((to - from) * this.letter).toFixed(1)}px"></div>`;
  }
  findBoxes(boxes) {
    for (let i = this.first; i < this.last; i++)
      for (const match of untabbed(this.stage.lines[i]).matchAll(app.find)) {
        const now = app.findNow && app.findNow.stage === this.stage.id && app.findNow.line === i;
        boxes.push(this.boxHtml(i, match.index, match.index + match[0].length, now ? "f now" : "f"));
      }
  }

  // Where the highlights lie in the whole text.
  drawMap() {
    const {map, stage} = this, ratio = devicePixelRatio || 1, height = map.clientHeight, total = Math.max(stage.lines.length, height / ROW);
    if (!height) return;
    map.width = 9 * ratio, map.height = height * ratio;
    const pen = map.getContext("2d"), style = getComputedStyle(document.documentElement);
    const fill = (levels, colour) => {
      if (!levels) return;
      pen.fillStyle = style.getPropertyValue(colour);
      for (let i = 0; i < levels.length; i++) {
        if (levels[i] < 2) continue;
        let end = i;
        while (end < levels.length && levels[end] === 2) end++;
        pen.fillRect(2 * ratio, i / total * map.height, 7 * ratio, Math.max((end - i) / total * map.height, 2 * ratio));
        i = end;
      }
    };
    const levels = this.levels || {};
    fill(stage.spans ? this.spanLines(app.pin) : levels.p, "--pin-edge");
    fill(stage.spans ? this.spanLines(app.hover) : levels.h, "--hover-edge");
  }
  // Of a script the lines in which layers of the selection begin.
  spanLines(selection) {
    if (!selection) return null;
    const lines = new Uint8Array(this.stage.lines.length), {spans} = this.stage;
    for (let i = 0; i < spans.length; i += 3) if (selection.layers.has(spans[i + 2])) lines[this.stage.lineOf(spans[i])] = 2;
    return lines;
  }

  showWhere(top) {
    const f = this.stage.starts.length ? this.stage.functionAt(top + Math.min(6, Math.floor(this.box.clientHeight / ROW / 3))) : -1;
    const text = f >= 0 ? model.functions[f].name : "";
    if (this.pane.where.textContent !== text) this.pane.where.textContent = text;
  }

  // ---- going through the highlights ----

  // The first lines of the stretches that are highlighted, pinned ones if there are any.
  stretches() {
    const levels = this.stage.spans ? this.spanLines(app.pin || app.hover) : this.levels && (this.levels.p || this.levels.h);
    const found = [];
    if (levels) for (let i = 0; i < levels.length; i++) if (levels[i] === 2 && (i === 0 || levels[i - 1] !== 2)) found.push(i);
    return found;
  }
  showCount() {
    const count = app.pin ? this.stretches().length : 0;
    this.count.textContent = count > 1 ? count + " places" : "";
  }
  step(by) {
    const places = this.stretches(), middle = this.box.scrollTop / ROW + Math.min(6, this.box.clientHeight / ROW / 3);
    if (places.length === 0) return;
    const next = by > 0 ? places.find((line) => line > middle + 0.5) ?? places[0] : places.findLast((line) => line < middle - 0.5) ?? places[places.length - 1];
    this.scrollTo(next, true);
  }
  scrollTo(line, always = false) {
    const top = this.box.scrollTop / ROW, seen = this.box.clientHeight / ROW;
    if (!always && line > top + 1 && line < top + seen - 3) return;
    this.box.scrollTop = (line - Math.min(6, seen / 3)) * ROW;
    this.draw();
  }
  reveal(selection) {
    const {place} = selection;
    if (place.stage === this.stage.id) return this.scrollTo(place.line);
    const places = this.stretches();
    if (places.length === 0) places.push(...this.nearest(selection));
    if (places.length === 0) return;
    const top = this.box.scrollTop / ROW, seen = this.box.clientHeight / ROW;
    if (!places.some((line) => line > top && line < top + seen - 3)) this.scrollTo(places[0]);
  }

  // Where the code goes on for a line of loop IR that has none of its own; else where its kernel begins.
  nearest(selection) {
    const levels = selection.levels(this.stage), {origins} = this.stage;
    const wanted = origins && selection.loopLines ? Math.min(...selection.loopLines) + 1 : 0;
    let best = -1;
    for (let i = 0; i < levels.length; i++) {
      if (levels[i] === 0) continue;
      if (!wanted) return [i];
      if (origins[i] > wanted && (best < 0 || origins[i] < origins[best])) best = i;
    }
    return best < 0 ? [] : [best];
  }

  toggleOutline() {
    const open = this.pane.element.querySelector(".outline");
    if (open) return open.remove();
    const items = [];
    const {starts} = this.stage;
    for (let i = 0; i < starts.length; i += 2) {
      const f = starts[i + 1];
      if (f < 0) continue;
      const {name, kernels} = model.functions[f];
      items.push(el("a", {onclick: () => { this.scrollTo(starts[i], true); list.remove(); }},
        el("span", {class: "dot", style: kernels.length ? `--hue:${hueOf(kernels[0])}` : null}), name));
    }
    if (items.length === 0) return;
    const list = el("div", {class: "outline"}, ...items);
    list.addEventListener("pointerleave", () => list.remove());
    this.pane.element.append(list);
  }

  // A line further down or up, from the one that is pinned.
  key(event) {
    const by = {ArrowDown: 1, j: 1, ArrowUp: -1, k: -1}[event.key];
    if (!by) return false;
    const {place} = app.pin || {place: {}}, start = place.stage === this.stage.id ? place.line + by : Math.floor(this.box.scrollTop / ROW);
    for (let line = start; line >= 0 && line < this.stage.lines.length; line += by) {
      const next = {stage: this.stage.id, line, column: undefined};
      if (!select(next)) continue;
      pinAt(next, {from: this.pane});
      this.scrollTo(line);
      break;
    }
    return true;
  }
}
