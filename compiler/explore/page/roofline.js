// ---- The roofline: what bounds each kernel, as it is predicted and as it was measured ----

class RooflinePane {
  constructor(pane) {
    this.box = el("div", {class: "roofline"});
    pane.body.append(this.box);
    this.pane = pane;
    this.points = model.kernels.flatMap((kernel, k) => {
      const work = 2 * kernel.macs / 1e6, x = kernel.flops_per_byte;
      if (!(work > 0) || !(x > 0)) return [];
      const predicted = kernel.predicted_ms > 0 ? work / kernel.predicted_ms : 0, measured = kernel.measured_ms > 0 ? work / kernel.measured_ms : 0;
      return predicted || measured ? [{k, x, predicted, measured, time: kernel.measured_ms || kernel.predicted_ms}] : [];
    });
    const drawn = new Set(this.points.map((point) => point.k));
    this.moves = model.kernels.flatMap((kernel, k) => !drawn.has(k) && (kernel.measured_ms || kernel.predicted_ms) > 0 ? [k] : []);
    this.listen();
    this.draw();
  }

  // Powers of ten that hold all points and the knees of the roofs.
  scales() {
    const {machine} = model.plan, knee = machine.peak_gflops / machine.memory_gigabytes_per_second;
    const xs = this.points.map((point) => point.x).concat(knee / 8, knee * 4);
    const ys = this.points.flatMap((point) => [point.predicted, point.measured].filter((y) => y > 0)).concat(machine.peak_gflops * 1.15);
    return {x: [Math.log10(Math.min(...xs)) - 0.2, Math.log10(Math.max(...xs)) + 0.2], y: [Math.min(Math.log10(Math.min(...ys)) - 0.25, Math.log10(machine.peak_gflops) - 1.6), Math.log10(Math.max(...ys)) + 0.12]};
  }

  draw() {
    const width = Math.max(this.box.clientWidth, 240), height = Math.max(this.box.clientHeight, 180);
    const strip = this.moves.length ? 46 : 0, area = {left: 58, right: width - 18, top: 18, bottom: height - 42 - strip};
    const {x, y} = this.scales();
    const px = (value) => area.left + (Math.log10(value) - x[0]) / (x[1] - x[0]) * (area.right - area.left);
    const py = (value) => area.bottom - (Math.log10(value) - y[0]) / (y[1] - y[0]) * (area.bottom - area.top);
    const most = Math.max(...this.points.map((point) => point.time), 1e-9);
    this.box.innerHTML = `<svg viewBox="0 0 ${width} ${height}">` + this.grid(area, x, y, px, py) + this.roofs(area, x, y, px, py) +
      this.points.map((point) => this.pointSvg(point, px, py, 4 + 9 * Math.sqrt(point.time / most))).join("") + this.legend(area) +
      (strip ? this.moveStrip(area, height - strip + 4) : "") + "</svg>";
    this.elements = [...this.box.querySelectorAll("[data-kernel]")];
    this.show();
  }
  grid(area, x, y, px, py) {
    let out = "";
    for (let p = Math.ceil(x[0]); p <= x[1]; p++) out += `<line class="grid" x1="${px(10 ** p)}" x2="${px(10 ** p)}" y1="${area.top}" y2="${area.bottom}"/><text x="${px(10 ** p)}" y="${area.bottom + 15}" text-anchor="middle">${+(10 ** p).toPrecision(1)}</text>`;
    for (let p = Math.ceil(y[0]); p <= y[1]; p++) out += `<line class="grid" y1="${py(10 ** p)}" y2="${py(10 ** p)}" x1="${area.left}" x2="${area.right}"/><text x="${area.left - 7}" y="${py(10 ** p) + 4}" text-anchor="end">${+(10 ** p).toPrecision(1)}</text>`;
    return out + `<path class="axis" fill="none" d="M${area.left} ${area.top}V${area.bottom}H${area.right}"/>` +
      `<text x="${(area.left + area.right) / 2}" y="${area.bottom + 32}" text-anchor="middle">operations for each byte</text>` +
      `<text transform="translate(15 ${(area.top + area.bottom) / 2}) rotate(-90)" text-anchor="middle">GFLOP/s</text>`;
  }
  roofs(area, x, y, px, py) {
    const {machine} = model.plan, peak = machine.peak_gflops;
    const roof = (bandwidth, name, kind, below) => {
      if (!(bandwidth > 0)) return "";
      const knee = peak / bandwidth, first = Math.max(10 ** x[0], 10 ** y[0] / bandwidth);
      const label = Math.min(first * 1.6, knee / 1.3), slope = Math.atan2(py(label * bandwidth) - py(2 * label * bandwidth), px(2 * label) - px(label)) * 180 / Math.PI;
      return `<path class="roof ${kind}" d="M${px(first)} ${py(first * bandwidth)}L${px(knee)} ${py(peak)}"/>` +
        `<text transform="translate(${px(label)} ${py(label * bandwidth)}) rotate(${-slope}) translate(0 ${below ? 14 : -6})">${name} ${short(bandwidth)} GB/s</text>`;
    };
    const memory = machine.memory_gigabytes_per_second, knee = peak / memory, first = Math.max(10 ** x[0], 10 ** y[0] / memory);
    return `<path class="under" d="M${px(first)} ${area.bottom}V${py(first * memory)}L${px(knee)} ${py(peak)}H${area.right}V${area.bottom}z"/>` +
      roof(machine.level2_gigabytes_per_second, "level 2", "cache", false) + roof(machine.level3_gigabytes_per_second, "level 3", "cache", true) + roof(memory, "memory", "", true) +
      `<path class="roof" d="M${px(knee)} ${py(peak)}H${area.right}"/><text class="title" x="${area.right}" y="${py(peak) - 6}" text-anchor="end">peak of one core ${short(peak)} GFLOP/s</text>`;
  }
  pointSvg({k, x, predicted, measured}, px, py, radius) {
    const circle = (value, kind) => value ? `<circle class="${kind}" cx="${px(x).toFixed(1)}" cy="${py(value).toFixed(1)}" r="${radius.toFixed(1)}"/>` : "";
    const line = predicted && measured ? `<line x1="${px(x)}" x2="${px(x)}" y1="${py(predicted)}" y2="${py(measured)}"/>` : "";
    return `<g class="point" data-kernel="${k}" style="--hue:${hueOf(k)}">${line}${circle(predicted, "predicted")}${circle(measured, "measured")}</g>`;
  }
  legend(area) {
    const measured = this.points.some((point) => point.measured), above = this.points.some((point) => model.kernels[point.k].algorithm === "winograd");
    return `<g class="legend"><circle class="predicted" cx="${area.left + 16}" cy="${area.top + 10}" r="5"/><text x="${area.left + 27}" y="${area.top + 14}">predicted</text>` +
      (measured ? `<circle cx="${area.left + 106}" cy="${area.top + 10}" r="5"/><text x="${area.left + 117}" y="${area.top + 14}">measured</text>`
        : `<text x="${area.left + 100}" y="${area.top + 14}">--measure adds what is measured</text>`) +
      (above ? `<text x="${area.left + 11}" y="${area.top + 32}">above the peak: by Winograd's algorithm, which needs fewer products</text>` : "") + "</g>";
  }
  // Kernels without multiply-adds: they have no place in the plot, but take time.
  moveStrip(area, top) {
    const times = this.moves.map((k) => model.kernels[k].measured_ms || model.kernels[k].predicted_ms), total = times.reduce((sum, time) => sum + time, 0);
    let at = area.left;
    const rects = this.moves.map((k, i) => {
      const wide = times[i] / total * (area.right - area.left), rect = `<g class="point" data-kernel="${k}" style="--hue:${hueOf(k)}"><rect x="${at.toFixed(1)}" y="${top + 16}" width="${Math.max(wide - 1.5, 1).toFixed(1)}" height="14" rx="3"/></g>`;
      at += wide;
      return rect;
    });
    return `<g class="moves"><text x="${area.left}" y="${top + 10}">${counted(this.moves.length, "kernel")} without multiply-adds: ${milliseconds(total)}</text>${rects.join("")}</g>`;
  }

  listen() {
    const kernelOf = (event) => {
      const point = event.target.closest("[data-kernel]");
      return point ? Number(point.dataset.kernel) : -1;
    };
    this.box.addEventListener("pointermove", (event) => {
      const k = kernelOf(event);
      hoverAt(k < 0 ? null : {kernel: k});
      if (k < 0) return hideTip();
      showTip(tipOfKernel(k), event);
    });
    this.box.addEventListener("pointerleave", () => { hoverAt(null); hideTip(); });
    this.box.addEventListener("click", (event) => {
      const k = kernelOf(event);
      if (k >= 0) pinAt({kernel: k}, {from: this.pane});
    });
  }
  show() {
    const shown = app.hover || app.pin;
    for (const element of this.elements || []) {
      const k = Number(element.dataset.kernel);
      element.classList.toggle("h2", Boolean(app.hover && app.hover.kernels.has(k)));
      element.classList.toggle("p2", Boolean(app.pin && app.pin.kernels.has(k)));
      element.classList.toggle("dim", Boolean(shown && shown.kernels.size && !shown.kernels.has(k)));
    }
  }
  resize() { this.draw(); }
}
view({id: "roofline", title: "Roofline", hint: "Predicted and measured speed of each kernel, under what bounds it", create: (pane) => new RooflinePane(pane)});
