// ---- Pictures: numbers of tensors, and which of them make a result ----
//
// A tensor has four axes here: channels, slices, rows, columns; a place in it is a list of four numbers.

class MapTensor {
  constructor(facts, bytes) {
    Object.assign(this, facts); // extents, kept, from, rank, encoding, low, high, offset
    this.from = facts.from || [0, 0];
    this.bytes = bytes;
    this.decoded = null;
    this.isVector = this.extents[1] * this.extents[2] * this.extents[3] === 1;
    this.isWhole = this.kept.every((kept, axis) => kept === this.extents[axis]);
    this.decimals = this.encoding === "bytes" ? 3 : decimalsOf(Math.max(Math.abs(this.low), Math.abs(this.high)));
  }
  get numbers() {
    if (this.decoded) return this.decoded;
    const count = this.kept.reduce((a, b) => a * b, 1), size = {f32: 4, levels: 2, bytes: 1}[this.encoding];
    const bytes = new Uint8Array(this.bytes, this.offset, count * size), words = new Uint32Array(count);
    for (let plane = 0; plane < size; plane++)
      for (let i = 0, at = plane * count; i < count; i++) words[i] = words[i] << 8 | bytes[at + i];
    if (this.encoding === "f32") return this.decoded = new Float32Array(words.buffer);
    const numbers = this.decoded = new Float32Array(count), mask = size === 2 ? 0xffff : 0xff;
    const step = size === 2 ? (this.high - this.low) / 65535 : 0;
    for (let i = 0, now = 0; i < count; i++) {
      now = now + words[i] & mask;
      numbers[i] = size === 2 ? this.low + now * step : now / 255;
    }
    return numbers;
  }
  // The number at a place; undefined: the page leaves it out.
  at(c, s, y, x) {
    const {kept, from} = this;
    y -= from[0], x -= from[1];
    if (c < 0 || s < 0 || y < 0 || x < 0 || c >= kept[0] || s >= kept[1] || y >= kept[2] || x >= kept[3]) return undefined;
    return this.numbers[((c * kept[1] + s) * kept[2] + y) * kept[3] + x];
  }
  // A place of the same number in a tensor of another shape.
  linear(place) { return place.reduce((sum, index, axis) => sum * this.extents[axis] + index, 0); }
  placeOf(linear) {
    const place = [0, 0, 0, 0];
    for (let axis = 3; axis >= 0; axis--) place[axis] = linear % this.extents[axis], linear = Math.floor(linear / this.extents[axis]);
    return place;
  }
  text(number) { return numberText(number, this.decimals); }
  shapeText() { return this.extents.slice(0, 1).concat(this.extents.slice(5 - this.rank)).join("×"); }
}

// So many that the largest number has three digits, or four.
function decimalsOf(most) {
  const digits = most > 0 ? Math.floor(Math.log10(most)) : 0;
  return Math.min(Math.max(digits < 1 ? 2 - digits : 3 - digits, 0), 8);
}

function numberText(number, decimals) {
  if (number === undefined) return "?";
  if (number === null) return "";
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "NaN" : number > 0 ? "∞" : "−∞";
  let text = Math.abs(number) >= 1e6 ? number.toExponential(2) : number.toFixed(decimals);
  if (text.includes(".") && !text.includes("e")) text = text.replace(/0+$/, "").replace(/\.$/, "");
  return text.replace(/^-(?=0$)/, "").replace("-", "−");
}

const pictures = {
  async open() {
    if (this.layers) return this;
    const [facts, bytes] = await Promise.all([sectionJson("maps"), sectionBytes("maps.numbers")]);
    this.tensors = facts.tensors.map((tensor) => new MapTensor(tensor, bytes));
    return Object.assign(this, {layers: facts.layers, docs: facts.docs, remarks: facts.remarks});
  },
  tensorOf(layer) { return this.tensors[this.layers[layer].tensor]; },
};

// ---- what a result reads ----

// From and behind the last index of one axis of an operand that the result at `place` reads; `axis` as access maps say.
function readInterval(access, place, rank, extent) {
  const o = access.of === undefined ? 0 : place[access.of === 0 ? 0 : 4 - rank + access.of];
  switch (access.is) {
  case "same": return [o, o + 1];
  case "one": return [0, 1];
  case "offset": return [o - access.by, o - access.by + 1];
  case "window": return [o * access.stride - access.pad, o * access.stride - access.pad + access.dilation * (access.kernel - 1) + 1];
  case "transposed": return [Math.max(0, Math.ceil((o + access.pad - (access.kernel - 1) * access.dilation) / access.stride)), Math.min(extent, Math.floor((o + access.pad) / access.stride) + 1)];
  case "scaled": return [Math.floor((o * access.stride + access.least) / access.unit) - access.pad, Math.floor((o * access.stride + access.most) / access.unit) - access.pad + access.kernel];
  default: return [0, extent];
  }
}

// Four intervals of an operand; null: nothing of it is read.
function readRegion(layer, operand, place) {
  const result = pictures.tensors[layer.tensor], tensor = pictures.tensors[operand.tensor];
  if (layer.view) return tensor.placeOf(result.linear(place)).map((index) => [index, index + 1]);
  const region = tensor.extents.map((extent) => [0, extent]);
  (operand.access || []).forEach((access, axis) => {
    const own = axis === 0 ? 0 : operand.parameter ? axis : 4 - tensor.rank + axis;
    if (own < 4) region[own] = readInterval(access, place, result.rank, tensor.extents[own]);
  });
  const [from, to] = region[0];
  return to <= 0 || from >= tensor.extents[0] ? null : region;
}

// ---- windows ----

// What stands for a position of an axis under a window's border: a position inside; -1: none does.
function underBorder(sum, axis, position, size) {
  const before = sum.before[axis], after = sum.after[axis];
  if (position >= 0 && position < size) return position;
  const found = position < 0 ? before[position + before.length] : after[position - size];
  return found === undefined ? -1 : found;
}

// The channels of the operand that a result's channel reads.
function channelsRead(sum, inputs, results, c) {
  if (sum.how === "max" || sum.how === "mean") return [c, c + 1];
  const groups = sum.groups || 1, each = inputs / groups, g = Math.floor(c / (results / groups));
  return [g * each, (g + 1) * each];
}

// Where a tap of a result reads along an axis: the position, which may be outside; null: nowhere.
function tapPosition(sum, axis, o, k) {
  if (sum.how !== "transposed") return o * sum.stride[axis] + k * sum.dilation[axis] - sum.pad[axis];
  const at = o + sum.pad[axis] - k * sum.dilation[axis];
  return at >= 0 && at % sum.stride[axis] === 0 ? at / sum.stride[axis] : null;
}

// The taps of one result in one channel of the operand, slice by slice of the kernel: {place, inside, x, w}. x: what is read;
// null: nothing is there; undefined: left out of the page. w: likewise.
function tapsOf(layer, place, c) {
  const {sum} = layer, input = pictures.tensors[layer.operands[0].tensor], result = pictures.tensors[layer.tensor];
  const weight = sum.weight === undefined ? null : pictures.tensors[sum.weight], [, d, h, w] = input.extents;
  const [first] = channelsRead(sum, input.extents[0], result.extents[0], place[0]), [kd, kh, kw] = sum.kernel;
  const perGroup = result.extents[0] / (sum.groups || 1), slices = [];
  for (let z = 0; z < kd; z++) {
    const rows = [];
    for (let y = 0; y < kh; y++) {
      const row = [];
      for (let x = 0; x < kw; x++) {
        const at = [tapPosition(sum, 0, place[1], z), tapPosition(sum, 1, place[2], y), tapPosition(sum, 2, place[3], x)];
        const reads = !at.includes(null);
        const inside = reads && at[0] >= 0 && at[0] < d && at[1] >= 0 && at[1] < h && at[2] >= 0 && at[2] < w;
        const source = reads ? [underWindow(sum, 0, at[0], d), underWindow(sum, 1, at[1], h), underWindow(sum, 2, at[2], w)] : [-1];
        const tap = {place: at, inside, reads, x: source.includes(-1) ? outsideOf(sum, reads) : input.at(c, ...source), w: null};
        if (weight) tap.w = sum.how === "transposed" ? weight.at(c, place[0] % perGroup, z * kh + y, x) : weight.at(place[0], c - first, z * kh + y, x);
        row.push(tap);
      }
      rows.push(row);
    }
    slices.push(rows);
  }
  return slices;
}
function underWindow(sum, axis, position, size) {
  if (sum.how !== "transposed") return underBorder(sum, axis, position, size);
  return position < size ? position : -1;
}
function outsideOf(sum, reads) {
  return sum.how === "products" && reads ? sum.constant : null;
}

// What a window of an average divides by.
function divisorOf(sum, place, taps) {
  if (sum.divisor) return sum.divisor;
  if (!sum.counts_padding) return taps.filter((tap) => tap.inside).length;
  return [0, 1, 2].reduce((count, axis) => {
    let along = 0;
    for (let k = 0; k < sum.kernel[axis]; k++) if (tapPosition(sum, axis, place[axis + 1], k) < sum.end[axis]) along++;
    return count * along;
  }, 1);
}
