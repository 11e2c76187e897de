// ---- The pipeline: layers, kernels, functions, and the texts of its stages ----

function sums(differences) {
  const numbers = new Int32Array(differences.length);
  for (let i = 0, sum = 0; i < differences.length; i++) numbers[i] = sum += differences[i];
  return numbers;
}

// One text. Its lines count from 0 here, and from 1 where people see them.
class Stage {
  constructor(facts) {
    Object.assign(this, facts); // id, title, language
    const {layers, kernels, origins, parts, spans, functions} = facts.links;
    this.layers = layers && sums(layers);
    this.kernels = kernels && sums(kernels);
    this.origins = origins && sums(origins); // lines of loop IR, from 1; 0: none
    this.parts = parts && sums(parts);       // of loop IR: which layer of its kernel, from 1; 0: all of them
    this.spans = spans;                      // of the script: begin, end, layer
    this.starts = functions || [];           // line, function
    this.lines = null;
    this.lineStarts = null;
  }
  // Its lines, when they are there.
  async load() {
    if (this.lines) return this;
    const text = await sectionText("text." + this.id);
    this.lines = text.split("\n");
    if (this.lines[this.lines.length - 1] === "") this.lines.pop();
    this.lineStarts = new Int32Array(this.lines.length + 1);
    this.lines.forEach((line, i) => this.lineStarts[i + 1] = this.lineStarts[i] + line.length + 1);
    return this;
  }
  // The function that a line is in; -1: none.
  functionAt(line) {
    const at = this.startAt(line);
    return at < 0 ? -1 : this.starts[at + 1];
  }
  // The place in `starts` of what begins last up to a line.
  startAt(line) {
    let low = 0, high = this.starts.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[2 * middle] <= line) low = middle + 1;
      else high = middle;
    }
    return 2 * (low - 1);
  }
  lineOf(offset) {
    let low = 0, high = this.lines.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.lineStarts[middle] <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}

const model = {
  stages: new Map(),
  async open() {
    Object.assign(this, await sectionJson("core"));
    for (const facts of this.stages) facts.links = facts.links || {};
    this.stages = new Map(this.stages.map((facts) => [facts.id, new Stage(facts)]));
    this.byName = new Map(this.layers.map((layer, i) => [layer.name, i]));
    this.kernels.forEach((kernel, k) => Object.assign(kernel, this.plan.kernels[k], {layers: kernel.layers, functions: []}));
    this.functions.forEach((f, i) => f.kernels.forEach((k) => this.kernels[k].functions.push(i)));
    this.planOf = new Map(this.plan.layers.map((layer) => [layer.name, layer]));
    this.groups = this.plan.groups || [];
    this.groupKernels = this.groups.map((_, g) => this.kernels.flatMap((kernel, k) => kernel.group === g ? [k] : []));
  },
  // What the work of a layer that was folded into another is part of.
  standing(layer) {
    const {folded} = this.layers[layer];
    return folded === undefined || folded < 0 ? layer : folded;
  },
};

// Neighbours in number are far apart in colour.
const hueOf = (kernel) => `hsl(${(kernel * 137.508 + 215) % 360} 62% var(--kernel-light))`;
