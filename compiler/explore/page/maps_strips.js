// ---- Pictures: channels and kernels to choose from ----

// Small pictures of channels on one canvas, one of which is chosen.
class Strip {
  constructor(tensor, {colour = false, onChoose = null, slice = 0}) {
    Object.assign(this, {tensor, onChoose, slice});
    this.entries = [...(colour ? ["rgb"] : []), ...Array.from({length: tensor.kept[0]}, (_, c) => c)];
    const [, , h, w] = tensor.kept, count = this.entries.length, scale = (count > 24 ? 26 : count > 9 ? 36 : 44) / Math.max(h, w);
    this.size = [Math.max(Math.round(w * scale), 4), Math.max(Math.round(h * scale), 4)];
    this.step = [this.size[0] + 4, this.size[1] + 4];
    this.columns = Math.max(1, Math.min(this.entries.length, Math.floor(SCREEN.width / this.step[0])));
    this.canvas = el("canvas", {class: "maps-strip", role: "img", "aria-label": "Channels"});
    if (onChoose)
      this.canvas.addEventListener("click", (event) => {
        const box = this.canvas.getBoundingClientRect(), entry = this.entries[Math.floor((event.clientY - box.top) / this.step[1]) * this.columns + Math.floor((event.clientX - box.left) / this.step[0])];
        if (entry !== undefined) onChoose(entry);
      });
  }
  draw(chosen, read = null) {
    const context = sized(this.canvas, this.columns * this.step[0], Math.ceil(this.entries.length / this.columns) * this.step[1]);
    this.entries.forEach((entry, i) => {
      const x = i % this.columns * this.step[0] + 2, y = Math.floor(i / this.columns) * this.step[1] + 2, [w, h] = this.size;
      context.imageSmoothingEnabled = w < this.tensor.kept[3];
      context.globalAlpha = read && entry !== "rgb" && (entry < read[0] || entry >= read[1]) ? 0.25 : 1;
      context.drawImage(planePicture(this.tensor, entry, this.slice), x, y, w, h);
      context.globalAlpha = 1;
      context.lineWidth = entry === chosen ? 2 : 1;
      context.strokeStyle = entry === chosen ? themeColour("--accent") : themeColour("--edge");
      context.strokeRect(x - 0.5, y - 0.5, w + 1, h + 1);
    });
  }
}

// All kernels of a layer: a row for each result channel, a column for each input channel.
class KernelGrid {
  constructor(layer, onChoose) {
    const tensor = this.tensor = pictures.tensors[layer.sum.weight];
    this.turned = layer.sum.how === "transposed"; // [inputs][results], and of groups the last axis counts within one
    this.perGroup = this.turned ? tensor.extents[1] : Infinity;
    const [a, b, h, w] = tensor.kept, [rows, columns] = this.turned ? [b, a] : [a, b];
    Object.assign(this, {rows, columns, h, w});
    this.blocks = Math.max(1, Math.min(rows, Math.round(Math.sqrt(rows / columns)))); // of rows, side by side
    this.perBlock = Math.ceil(rows / this.blocks);
    this.tap = Math.max(2, Math.min(16, Math.floor(170 / (this.blocks * columns * (w + 0.6))), Math.floor(230 / (this.perBlock * (h + 0.6)))));
    this.step = [w * this.tap + Math.max(2, this.tap / 2), h * this.tap + Math.max(2, this.tap / 2)];
    this.blockStep = columns * this.step[0] + (columns > 1 ? 8 : 0);
    this.canvas = el("canvas", {class: "maps-kernels", "data-part": "kernels", role: "img", "aria-label": "Kernels: a row for each result channel, a column for each input channel"});
    this.element = el("div", {class: "maps-kernel-box"}, this.canvas);
    this.canvas.addEventListener("click", (event) => {
      const box = this.canvas.getBoundingClientRect(), line = Math.floor((event.clientY - box.top) / this.step[1]), row = Math.floor((event.clientX - box.left) / this.blockStep) * this.perBlock + line;
      if (line >= 0 && line < this.perBlock && row < rows) onChoose(row);
    });
  }
  draw(chosen) {
    const {tensor, step, tap} = this, context = sized(this.canvas, this.blocks * this.blockStep + 4, this.perBlock * step[1] + 4), most = Math.max(-tensor.low, tensor.high) || 1;
    const corner = (r) => [2 + Math.floor(r / this.perBlock) * this.blockStep, 2 + r % this.perBlock * step[1]];
    for (let r = 0; r < this.rows; r++)
      for (let c = 0, [left, top] = corner(r); c < this.columns; c++)
        for (let y = 0; y < this.h; y++)
          for (let x = 0; x < this.w; x++) {
            context.fillStyle = cssOf(mapColours.signed((this.turned ? tensor.at(c, r, y, x) : tensor.at(r, c, y, x)) / most));
            context.fillRect(left + c * step[0] + x * tap, top + y * tap, tap - (tap > 6 ? 1 : 0), tap - (tap > 6 ? 1 : 0));
          }
    if (this.perGroup < Infinity) chosen %= this.perGroup;
    const [left, top] = corner(chosen);
    if (chosen < this.rows) outline(context, left - 0.5, top - 1, this.columns * step[0] - (step[0] - this.w * tap) + 1, this.h * tap + 1, themeColour("--accent"), 2);
  }
}
