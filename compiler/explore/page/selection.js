// ---- What is pointed at, and what belongs to it everywhere ----
//
// A place is written as in the address: "loops:123", "script:4:18", "layer:conv_1", "kernel:3", "group:0".

function parsePlace(text) {
  const colon = text.indexOf(":"), kind = text.slice(0, colon), rest = text.slice(colon + 1);
  if (colon < 0) return null;
  if (kind === "layer") return model.byName.has(rest) ? {layer: model.byName.get(rest)} : null;
  const numbers = rest.split(":").map(Number);
  if (!numbers.every(Number.isInteger)) return null;
  if (kind === "kernel") return model.kernels[numbers[0]] ? {kernel: numbers[0]} : null;
  if (kind === "group") return model.groups[numbers[0]] ? {group: numbers[0]} : null;
  if (!model.stages.has(kind) || numbers[0] < 1) return null;
  return {stage: kind, line: numbers[0] - 1, column: numbers.length > 1 ? numbers[1] - 1 : undefined};
}

function placeText(place) {
  if (place.layer !== undefined) return "layer:" + model.layers[place.layer].name;
  if (place.kernel !== undefined) return "kernel:" + place.kernel;
  if (place.group !== undefined) return "group:" + place.group;
  return `${place.stage}:${place.line + 1}` + (place.column === undefined ? "" : `:${place.column + 1}`);
}

// The layers, kernels and lines of loop IR that a place is about.
class Selection {
  constructor(place) {
    this.place = place;
    this.layers = new Set();
    this.kernels = new Set();
    this.loopLines = null; // lines, from 0, when the place is one of code; else all lines of its layers
    this.cache = new Map();
    this.key = placeText(place);
  }
  addLayer(layer) {
    this.layers.add(layer);
    const {kernel} = model.layers[layer];
    if (kernel !== undefined) this.kernels.add(kernel);
  }
  addKernel(kernel) {
    this.kernels.add(kernel);
    if (model.kernels[kernel].conversion) return;
    for (const layer of model.kernels[kernel].layers) if (layer >= 0) this.layers.add(layer);
    model.layers.forEach((layer, i) => layer.kernel === kernel && this.layers.add(i));
  }
  get empty() { return this.layers.size === 0 && this.kernels.size === 0 && !this.loopLines; }

  // For each line of a stage: 2, it belongs to the place; 1, it is of the same kernel; 0.
  levels(stage) {
    if (!this.cache.has(stage.id)) this.cache.set(stage.id, this.computeLevels(stage));
    return this.cache.get(stage.id);
  }
  computeLevels(stage) {
    const levels = new Uint8Array(stage.lines.length);
    const {layers, kernels, origins} = stage;
    if (stage.id === "loops") this.loopLevels(stage, levels);
    else if (origins) this.codeLevels(stage, levels);
    else for (let i = 0; i < levels.length; i++) {
      const layer = layers ? layers[i] : -1, kernel = kernels ? kernels[i] : layer >= 0 ? model.layers[layer].kernel : -1;
      if (layer >= 0 ? this.layers.has(layer) : this.wholly(kernel)) levels[i] = 2;
      else if (kernel >= 0 && this.kernels.has(kernel)) levels[i] = 1;
    }
    if (stage.id === this.place.stage) levels[this.place.line] = Math.max(levels[this.place.line], stage.spans ? 0 : 2);
    return levels;
  }
  // Whether the place is about all layers of a kernel.
  wholly(kernel) {
    if (kernel === undefined || kernel < 0 || !this.kernels.has(kernel)) return false;
    const {layers, conversion} = model.kernels[kernel];
    return conversion || layers.every((layer) => layer < 0 || this.layers.has(layer) || this.layers.has(model.standing(layer)));
  }
  loopLevels(stage, levels) {
    const standing = new Set([...this.layers].map((layer) => model.standing(layer)));
    forEachFunction(stage, (f, begin, end) => {
      const kernels = f < 0 ? [] : model.functions[f].kernels.filter((k) => this.kernels.has(k));
      if (kernels.length === 0) return;
      const told = stage.parts && stage.parts.subarray(begin, end).some((part) => part > 0);
      const whole = !told || kernels.some((k) => this.wholly(k));
      for (let i = begin; i < end; i++) {
        const part = stage.parts ? stage.parts[i] : 0;
        const its = part > 0 ? kernels.map((k) => model.kernels[k].layers[part - 1]) : [];
        levels[i] = whole || its.some((layer) => standing.has(layer)) ? 2 : 1;
      }
    });
    if (!this.loopLines) return;
    for (let i = 0; i < levels.length; i++) levels[i] = this.loopLines.has(i) ? 2 : Math.min(levels[i], 1);
  }
  codeLevels(stage, levels) {
    const loops = model.stages.get("loops"), above = this.levels(loops);
    forEachFunction(stage, (f, begin, end) => {
      const base = f >= 0 && model.functions[f].kernels.some((k) => this.kernels.has(k)) ? 1 : 0;
      for (let i = begin; i < end; i++) {
        const origin = stage.origins[i];
        levels[i] = origin > 0 && origin <= above.length ? above[origin - 1] : base;
      }
    });
  }
}

// Calls visit(function, begin, end) for each stretch of lines; the function is -1 outside of any.
function forEachFunction(stage, visit) {
  const {starts, lines} = stage;
  for (let i = 0; i < starts.length; i += 2)
    visit(starts[i + 1], starts[i], i + 2 < starts.length ? starts[i + 2] : lines.length);
}

// What a place is about; null: nothing that is known.
function select(place) {
  const selection = new Selection(place);
  if (place.layer !== undefined) selection.addLayer(place.layer);
  else if (place.kernel !== undefined) selection.addKernel(place.kernel);
  else if (place.group !== undefined) model.groupKernels[place.group].forEach((k) => selection.addKernel(k));
  else selectLine(selection, model.stages.get(place.stage), place);
  return selection.empty ? null : selection;
}

function selectLine(selection, stage, {line, column}) {
  if (!stage.lines || line >= stage.lines.length) return;
  if (stage.spans) for (const layer of layersAt(stage, line, column)) selection.addLayer(layer);
  else if (stage.id === "loops") selectLoops(selection, stage, line);
  else if (stage.origins) {
    const origin = stage.origins[line], f = stage.functionAt(line);
    if (origin > 0) selectLoops(selection, model.stages.get("loops"), origin - 1);
    else if (f >= 0) model.functions[f].kernels.forEach((k) => selection.addKernel(k));
  } else if (stage.layers && stage.layers[line] >= 0) selection.addLayer(stage.layers[line]);
  else if (stage.kernels && stage.kernels[line] >= 0) {
    const kernel = stage.kernels[line], name = column === undefined ? -1 : nameAt(stage.lines[line], column);
    const layer = name < 0 ? -1 : model.kernels[kernel].layers[name];
    if (layer >= 0 && !model.kernels[kernel].conversion) selection.addLayer(layer);
    else selection.addKernel(kernel);
  }
}

function selectLoops(selection, loops, line) {
  const f = loops.functionAt(line);
  selection.loopLines = new Set([line]);
  if (f < 0) return;
  const part = loops.parts ? loops.parts[line] : 0;
  for (const kernel of model.functions[f].kernels) {
    const layer = part > 0 ? model.kernels[kernel].layers[part - 1] : -1;
    if (layer >= 0) {
      selection.layers.add(layer);
      selection.kernels.add(kernel);
    } else selection.addKernel(kernel);
  }
}

// The innermost expressions of the script around a letter; without a column, all that begin in the line.
function layersAt(stage, line, column) {
  const {spans, lineStarts} = stage, from = lineStarts[line], to = lineStarts[line + 1];
  const found = [];
  let least = Infinity;
  for (let i = 0; i < spans.length; i += 3) {
    const [begin, end] = [spans[i], spans[i + 1]];
    if (column === undefined) {
      if (begin >= from && begin < to) found.push(spans[i + 2]);
      continue;
    }
    const at = from + column;
    if (begin > at || end <= at || end - begin > least) continue;
    if (end - begin < least) found.length = 0;
    least = end - begin;
    found.push(spans[i + 2]);
  }
  return found;
}

// Which of the names in a schedule's brackets a letter is in; -1: none.
function nameAt(line, column) {
  const open = line.indexOf("["), close = line.indexOf("]");
  if (open < 0 || column <= open || column >= close) return -1;
  return line.slice(open, column).split(",").length - 1;
}

// The class of what is highlighted: by what is pointed at where that is nearer than what is kept.
const levelName = (hover, pin) => hover > pin ? "h" + hover : pin ? "p" + pin : "";
