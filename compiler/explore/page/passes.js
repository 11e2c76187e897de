// ---- The passes: what each of them changed ----

// The functions of a text of loop IR, or the whole text: name and lines.
function chaptersOf(text) {
  const chapters = [];
  for (const line of text.split("\n")) {
    const head = /^(?:export )?func @([^(]+)\(/.exec(line);
    if (head || chapters.length === 0) chapters.push({name: head ? head[1] : "", lines: []});
    chapters[chapters.length - 1].lines.push(line);
  }
  for (const {lines} of chapters) while (lines.length && lines[lines.length - 1] === "") lines.pop();
  return chapters;
}

// The rows of what changed between two texts, chapter by chapter.
function changesOf(before, after) {
  const old = new Map(chaptersOf(before).map((chapter) => [chapter.name, chapter.lines]));
  const rows = [];
  let added = 0, removed = 0;
  const compare = (name, a, b) => {
    if (a.length === b.length && a.every((line, i) => line === b[i])) return;
    const changes = differenceOf(a, b);
    for (const {sign} of changes) added += sign === "+", removed += sign === "-";
    rows.push({sign: "#", text: name || "graph", name}, ...changes.map((row) => ({...row, name})));
  };
  for (const {name, lines} of chaptersOf(after)) {
    compare(name, old.get(name) || [], lines);
    old.delete(name);
  }
  for (const [name, lines] of old) compare(name, lines, []);
  // A line that takes the place of another is shown with what is different in it.
  for (let i = 0; i < rows.length; i++) {
    if (rows[i].sign !== "-") continue;
    let minus = i;
    while (rows[minus] && rows[minus].sign === "-") minus++;
    let plus = minus;
    while (rows[plus] && rows[plus].sign === "+") plus++;
    for (let k = 0; k < Math.min(minus - i, plus - minus); k++) {
      rows[i + k].other = rows[minus + k].text;
      rows[minus + k].other = rows[i + k].text;
    }
    i = plus - 1;
  }
  return {rows, added, removed};
}

class PassesPane {
  constructor(pane, passes) {
    this.pane = pane;
    this.passes = passes;
    this.changes = new Map();
    this.list = el("ol", {class: "passes"});
    this.rows = el("div", {class: "rows"});
    this.sizer = el("div", {class: "sizer"}, this.rows);
    this.box = el("div", {class: "text diff", tabindex: "0"}, this.sizer);
    this.empty = el("p", {class: "empty", hidden: ""});
    this.box.style.setProperty("--gutter", "92px");
    pane.body.append(el("div", {class: "passes-view"}, this.list, el("div", {class: "body"}, this.box, this.empty)));
    passes.forEach((pass, i) => this.list.append(el("li", {"data-pass": pass.name, title: pass.why, onclick: () => this.choose(i)},
      el("b", {}, pass.name), el("span", {class: "count"}), el("small", {}, pass.why))));
    this.box.addEventListener("scroll", () => this.draw());
    this.box.addEventListener("pointermove", (event) => hoverAt(this.placeAt(event)));
    this.box.addEventListener("pointerleave", () => hoverAt(null));
    this.box.addEventListener("click", (event) => {
      const place = getSelection().isCollapsed && this.placeAt(event);
      if (place) pinAt(place, {from: pane});
    });
    this.names = new Map(model.functions.map((f, i) => [f.name, i]));
    this.count(0);
  }

  // The text that a pass found: that of the last pass before it with a text of the same stage.
  before(i) {
    for (let k = i - 1; k >= 0; k--) if (this.passes[k].stage === this.passes[i].stage) return this.passes[k];
    return null;
  }
  textOf(i) {
    for (let k = i; k >= 0; k--) if (this.passes[k].stage === this.passes[i].stage && this.passes[k].text !== undefined) return this.passes[k].text;
    return "";
  }
  changesOf(i) {
    if (!this.changes.has(i)) {
      const before = this.before(i), same = this.passes[i].text === undefined;
      this.changes.set(i, same ? {rows: [], added: 0, removed: 0} : before ? changesOf(this.textOf(this.passes.indexOf(before)), this.passes[i].text) : null);
    }
    return this.changes.get(i);
  }

  // How much each changed, one after another, so that the page stays awake.
  count(i) {
    if (i >= this.passes.length) return;
    const changes = this.changesOf(i), mark = this.list.children[i].querySelector(".count");
    if (!changes) mark.textContent = "makes the " + this.passes[i].stage;
    else if (changes.added + changes.removed === 0) mark.textContent = "no change";
    else mark.innerHTML = `<ins>+${grouped(changes.added)}</ins> <del>−${grouped(changes.removed)}</del>`;
    this.list.children[i].classList.toggle("idle", !changes || changes.rows.length === 0);
    if (this.chosen === undefined && changes && changes.rows.length) this.choose(i);
    setTimeout(() => this.count(i + 1), 0);
  }

  choose(i) {
    this.chosen = i;
    [...this.list.children].forEach((item, k) => item.setAttribute("aria-current", String(k === i)));
    const changes = this.changesOf(i);
    this.shown = changes ? changes.rows : this.textOf(i).split("\n").map((text, k) => ({sign: " ", text, now: k + 1}));
    this.empty.hidden = this.shown.length > 0;
    this.empty.textContent = `“${this.passes[i].name}” changed nothing here.`;
    this.first = this.last = -1;
    const longest = this.shown.reduce((most, row) => Math.max(most, (row.text || "").length), 0);
    this.sizer.style.height = this.shown.length * ROW + 20 + "px";
    this.sizer.style.width = `calc(${Math.min(longest, 3000)}ch + 130px)`;
    this.box.scrollTop = 0;
    this.pane.where.textContent = this.passes[i].name;
    this.draw();
  }
  draw() {
    if (!this.shown) return;
    const top = Math.floor(this.box.scrollTop / ROW), first = Math.max(0, top - MORE), last = Math.min(this.shown.length, top + Math.ceil(this.box.clientHeight / ROW) + MORE);
    if (first === this.first && last === this.last) return;
    this.first = first, this.last = last;
    this.rows.innerHTML = this.shown.slice(first, last).map((row) => this.rowHtml(row)).join("");
    this.rows.style.top = first * ROW + "px";
  }
  rowHtml({sign, text, other, old, now, count, name}) {
    const kind = {"+": "added", "-": "removed", "…": "gap", "#": "chapter"}[sign] || "";
    if (sign === "#") {
      const f = this.names.get(name), kernels = f === undefined ? [] : model.functions[f].kernels;
      return `<div class="row chapter"><i style="--hue:${kernels.length ? hueOf(kernels[0]) : "transparent"}"></i><span>${esc(text)}</span></div>`;
    }
    if (sign === "…") return `<div class="row gap"><i>⋯</i><span>${counted(count, "line")} as before</span></div>`;
    const html = other === undefined ? coloured(text, this.passes[this.chosen].stage) : markedWords(text, other);
    return `<div class="row ${kind}"><i><u>${old || ""}</u><u>${now || ""}</u></i><span><q>${sign}</q>${html}</span></div>`;
  }
  placeAt(event) {
    const row = this.shown && this.shown[Math.floor((event.clientY - this.box.getBoundingClientRect().top + this.box.scrollTop) / ROW)];
    const f = row && row.name ? this.names.get(row.name) : undefined;
    const kernels = f === undefined ? [] : model.functions[f].kernels;
    return kernels.length ? {kernel: kernels[0]} : null;
  }
  resize() { this.draw(); }
  key(event) {
    const by = {ArrowDown: 1, j: 1, ArrowUp: -1, k: -1}[event.key];
    if (!by) return false;
    const next = (this.chosen ?? -1) + by;
    if (this.passes[next]) this.choose(next);
    return true;
  }
}
view({id: "passes", title: "Passes", hint: "What each pass changed", needs: "passes", wide: true, create: async (pane) => new PassesPane(pane, await sectionJson("passes"))});
