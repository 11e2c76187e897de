// ---- Pictures: how a result is made, term by term, and what attributes mean, in words ----

const mostRows = 8, mostTerms = 14; // of channels and of products that are shown before "all" is asked for

function cellHtml(text, colour, kind) {
  const style = colour ? ` style="background:${cssOf(colour)};color:${inkOn(colour)}"` : "";
  return `<td${kind ? ` class="${kind}"` : ""}${style}><span>${text}</span></td>`;
}
const gridHtml = (rows, cell) => `<table class="maps-grid">${rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("")}</table>`;

// Text of terms that are added: "0.5 − 0.25 + 1".
function addedText(terms) {
  return terms.map((term, i) => i === 0 ? term : term.startsWith("−") ? " − " + term.slice(1) : " + " + term).join("");
}

// {total, html, made}: the last line of the sum; its terms; the number that they give: undefined where some are left out of the page.
function explainResult(layer, place, all) {
  const how = layer.sum ? layer.sum.how : "";
  if (how === "dense") return explainDense(layer, place, all);
  if (how === "max" || how === "mean") return explainPool(layer, place);
  if (how) return explainProducts(layer, place, all);
  return explainOther(layer, place);
}

const kindOfTap = (tap) => !tap.reads ? "none" : tap.inside ? (tap.x === undefined ? "out" : "") : "pad";
const textOfTap = (tensor, tap) => tap.x === null ? "" : tensor.text(tap.x);

function explainProducts(layer, place, all) {
  const {sum} = layer, input = pictures.tensors[layer.operands[0].tensor], result = pictures.tensors[layer.tensor], weight = pictures.tensors[sum.weight];
  const [from, to] = channelsRead(sum, input.extents[0], result.extents[0], place[0]);
  const rows = [];
  let leftOut = 0;
  for (let c = from; c < to; c++) {
    const slices = tapsOf(layer, place, c), taps = slices.flat(2);
    if (c >= input.kept[0] || taps.every((tap) => tap.w === undefined)) {
      leftOut++;
      continue;
    }
    let total = 0, missing = false;
    for (const tap of taps) {
      if (tap.x === undefined || tap.w === undefined) missing = true;
      tap.product = tap.x === undefined || tap.w === undefined ? undefined : tap.x === null ? null : tap.x * tap.w;
      total += tap.product || 0;
    }
    rows.push({c, slices, taps, total, missing});
  }
  const tone = toneOf(input), most = Math.max(...rows.flatMap((row) => row.taps.map((tap) => Math.abs(tap.product || 0))), 1e-30);
  const decimals = Math.min(Math.max(result.decimals, decimalsOf(most)), 4);
  const weights = Math.max(Math.abs(weight.low), Math.abs(weight.high)) || 1;
  const x = (tap) => cellHtml(textOfTap(input, tap), tap.x === null || tap.x === undefined ? null : tone(tap.x), kindOfTap(tap));
  const w = (tap) => cellHtml(weight.text(tap.w), tap.w === undefined ? null : mapColours.signed(tap.w / weights), tap.reads ? "" : "faded");
  const p = (tap) => cellHtml(tap.product === null ? "" : numberText(tap.product, decimals), tap.product === undefined || tap.product === null ? null : mapColours.signed(tap.product / most), kindOfTap(tap) === "none" ? "none" : tap.product === undefined ? "out" : "");
  const shown = all ? rows : rows.slice(0, mostRows);
  const many = to - from > 1;
  const html = shown.map((row) => row.slices.map((slice, z) =>
    `<div class="maps-row"><span class="maps-label">${many ? "channel " + row.c : ""}${row.slices.length > 1 ? `<br>slice ${slice[0][0].place[0] ?? ""}` : ""}</span>` +
    `${gridHtml(slice, x)}<i>×</i>${gridHtml(slice, w)}<i>=</i>${gridHtml(slice, p)}` +
    (z === row.slices.length - 1 ? `<i>→</i><b class="maps-part">${numberText(row.total, result.decimals)}</b>` : "") + "</div>").join("")).join("");
  const more = rows.length > shown.length ? `<button class="maps-all" data-all="1">All ${rows.length} channels</button>` : "";
  const bias = sum.bias === undefined ? null : pictures.tensors[sum.bias].at(place[0], 0, 0, 0);
  return {total: totalHtml(layer, place, rows, bias, leftOut), html: `<small>what the window reads × the kernel = products → their sum</small><div class="maps-rows">${html}</div>` + more, made: madeOf(rows, bias, leftOut)};
}

function madeOf(rows, bias, leftOut) {
  if (leftOut || bias === undefined || rows.some((row) => row.missing)) return undefined;
  return rows.reduce((sum, row) => sum + row.total, bias || 0);
}

function totalHtml(layer, place, rows, bias, leftOut) {
  const result = pictures.tensors[layer.tensor], value = result.at(...place), number = (x) => numberText(x, result.decimals);
  const known = rows.reduce((sum, row) => sum + row.total, 0) + (bias || 0), parts = rows.length > 1 && rows.length <= 6 ? rows.map((row) => number(row.total)) : [number(rows.reduce((sum, row) => sum + row.total, 0))];
  const about = rows.length > 6 ? `the sums of ${rows.length} channels ` : rows.length === 1 && !leftOut ? `${rows[0].taps.filter((tap) => tap.reads).length} products add up to ` : "";
  if (bias !== null && bias !== undefined) parts.push(number(bias) + " <small>bias</small>");
  const misses = leftOut > 0 || bias === undefined || rows.some((row) => row.missing);
  if (misses) parts.push(`${number(value - known)} <small>${leftOut ? `from ${counted(leftOut, "channel")}` : "from positions"} that this page leaves out</small>`);
  return `${about}${addedText(parts)} = <b>${result.text(value)}</b>`;
}

function explainPool(layer, place) {
  const {sum} = layer, input = pictures.tensors[layer.operands[0].tensor], result = pictures.tensors[layer.tensor], tone = toneOf(input);
  const slices = tapsOf(layer, place, place[0]), taps = slices.flat(2), inside = taps.filter((tap) => tap.inside);
  const known = inside.every((tap) => tap.x !== undefined), numbers = inside.map((tap) => tap.x);
  const best = sum.how === "max" && known && inside.length ? inside.reduce((a, b) => b.x > a.x ? b : a) : null;
  const cell = (tap) => cellHtml(tap.inside ? input.text(tap.x) : "", tap.inside && tap.x !== undefined ? tone(tap.x) : null, (tap === best ? "best " : "") + kindOfTap(tap));
  const grids = slices.map((slice) => `<div class="maps-row">${gridHtml(slice, cell)}</div>`).join("");
  const value = result.text(result.at(...place));
  if (sum.how === "max")
    return {total: `the largest of ${counted(numbers.length, "number")} is <b>${value}</b>${inside.length < taps.length ? " <small>padding never counts</small>" : ""}`, html: `<small>what the window reads</small>${grids}`, made: best ? best.x : undefined};
  const divisor = divisorOf(sum, place, taps), total = numbers.reduce((a, b) => a + b, 0);
  const text = numbers.length <= 9 ? addedText(numbers.map((x) => input.text(x))) : `sum of ${numbers.length} numbers ${numberText(total, input.decimals)}`;
  return {total: `(${text}) ÷ ${divisor} = <b>${value}</b>${inside.length < taps.length ? ` <small>padding ${divisor > numbers.length ? "counts as 0" : "does not count"}</small>` : ""}`, html: `<small>what the window reads</small>${grids}`, made: known ? total / divisor : undefined};
}

function explainDense(layer, place, all) {
  const {sum} = layer, input = pictures.tensors[layer.operands[0].tensor], result = pictures.tensors[layer.tensor], weight = pictures.tensors[sum.weight];
  const bias = sum.bias === undefined ? null : pictures.tensors[sum.bias].at(place[0], 0, 0, 0), terms = [];
  for (let i = 0; i < Math.min(input.kept[0], weight.kept[1]); i++) {
    const x = input.at(i, 0, 0, 0), w = weight.at(place[0], i, 0, 0);
    if (w !== undefined) terms.push({i, x, w, product: x * w});
  }
  terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product) || a.i - b.i);
  const shown = all ? terms : terms.slice(0, mostTerms), rest = terms.slice(shown.length), most = Math.max(Math.abs(terms.length ? terms[0].product : 0), 1e-30);
  const number = (x) => numberText(x, result.decimals), total = (list) => list.reduce((a, term) => a + term.product, 0);
  const rows = shown.map((term) => `<tr><th>${term.i}</th>${cellHtml(input.text(term.x), toneOf(input)(term.x))}<td class="sign">×</td>` +
    `${cellHtml(weight.text(term.w), mapColours.signed(term.w / (Math.max(-weight.low, weight.high) || 1)))}<td class="sign">=</td>${cellHtml(number(term.product), mapColours.signed(term.product / most))}</tr>`).join("");
  const leftOut = input.extents[0] - terms.length, parts = [number(total(shown))];
  if (rest.length) parts.push(`${number(total(rest))} <small>${counted(rest.length, "smaller product")}</small>`);
  if (bias !== null && bias !== undefined) parts.push(number(bias) + " <small>bias</small>");
  const value = result.at(...place), made = total(terms) + (bias || 0);
  if (leftOut) parts.push(`${number(value - made)} <small>from ${counted(leftOut, "input")} that this page leaves out</small>`);
  return {total: `${addedText(parts)} = <b>${result.text(value)}</b>`, html: `<small>${rest.length ? `the largest of ${terms.length} products` : "all products"}: number of the input, the input × its weight = the product</small><table class="maps-grid maps-terms">${rows}</table>` +
    (rest.length ? `<button class="maps-all" data-all="1">All ${terms.length} products</button>` : ""), made: leftOut ? undefined : made};
}

// Of other layers: the numbers that are read, as far as they are few, and what comes out.
function explainOther(layer, place) {
  const result = pictures.tensors[layer.tensor], value = result.text(result.at(...place)), {symbol, formula, summary} = pictures.docs[layer.op] || {};
  const ones = [], rows = [];
  for (const operand of layer.operands || []) {
    const tensor = pictures.tensors[operand.tensor], region = readRegion(layer, operand, place);
    if (!region) continue;
    const inside = region.map(([from, to], axis) => [Math.max(from, 0), Math.min(to, tensor.extents[axis])]), counts = inside.map(([from, to]) => Math.max(to - from, 0)), count = counts.reduce((a, b) => a * b, 1);
    const name = operand.literal ? "" : `<span class="maps-label" title="${esc(operand.name)}">${esc(operand.name)}</span>`;
    if (count === 1) ones.push(tensor.text(tensor.at(...inside.map(([from]) => from))));
    if (count > 100) rows.push(`<div class="maps-row">${name}<span>${grouped(count)} numbers</span></div>`);
    else if (count > 0 && !operand.literal) {
      const tone = toneOf(tensor), list = [], wide = counts[0] > 1 ? counts[0] : counts[3];
      for (let c = inside[0][0]; c < inside[0][1]; c++) for (let s = inside[1][0]; s < inside[1][1]; s++) for (let y = inside[2][0]; y < inside[2][1]; y++) for (let x = inside[3][0]; x < inside[3][1]; x++) list.push(tensor.at(c, s, y, x));
      const table = [];
      for (let i = 0; i < list.length; i += Math.min(wide, 10)) table.push(list.slice(i, i + Math.min(wide, 10)));
      rows.push(`<div class="maps-row">${name}${gridHtml(table, (x) => cellHtml(tensor.text(x), x === undefined ? null : tone(x), x === undefined ? "out" : ""))}${counts[0] > 1 ? `<span class="maps-label left">channels ${inside[0][0]} to ${inside[0][1] - 1}</span>` : ""}</div>`);
    } else if (count === 0) rows.push(`<div class="maps-row">${name}<span>nothing of it: here is padding</span></div>`);
  }
  const line = symbol && ones.length === 2 ? `${ones[0]} ${esc({"*": "×", "-": "−", "/": "÷"}[symbol] || symbol)} ${ones[1]} = ` : layer.operands ? "gives " : "";
  return {total: `${line}<b>${value}</b>`, html: (rows.length ? `<small>what it reads</small><div class="maps-rows">${rows.join("")}</div>` : "") +
    (layer.operands ? `<p class="${formula ? "maps-formula" : "maps-summary"}">${esc(formula || summary || "")}</p>` : ""), made: undefined};
}

// ---- words ----

const along = (numbers) => new Set(numbers).size === 1 ? String(numbers[0]) : numbers.join("×");
const ordinals = (numbers) => numbers.length > 1 ? `${numbers.slice(0, -1).join(", ")} and ${numbers[numbers.length - 1]}` : String(numbers[0]);

// Sentences about a layer, [title, words]: for who sees such a layer for the first time.
function lessonsOf(layer, place) {
  const {sum} = layer, result = pictures.tensors[layer.tensor];
  if (!sum || sum.how === "dense")
    return sum ? [["Dense", `Each of the ${grouped(result.extents[0])} results is a sum over all ${grouped(pictures.tensors[layer.operands[0].tensor].extents[0])} inputs, each times a weight of its own.`]] : [];
  const input = pictures.tensors[layer.operands[0].tensor], used = [0, 1, 2].filter((axis) => axis > 2 - (input.rank - 1)), of = (list) => used.map((axis) => list[axis]);
  const lessons = [], kernel = of(sum.kernel).join("×"), {how} = sum, transposed = how === "transposed";
  lessons.push(["Window", how === "max" ? `${kernel}: the largest number under it is the result.` : how === "mean" ? `${kernel}: the mean of the numbers under it is the result.`
    : transposed ? `${kernel} on the result: each input is spread over it. One result adds what falls on it.` : `${kernel}: each number under it times a weight, all added up.`]);
  const stride = of(sum.stride);
  if (stride.some((s) => s > 1)) lessons.push(["Stride", transposed ? `${along(stride)}: neighbouring inputs are ${along(stride)} apart in the result, which is so much larger.` : `${along(stride)}: the next result's window is ${along(stride)} further, so ${shapeOf(input)} becomes ${shapeOf(result)}.`]);
  else lessons.push(["Stride", "1: the next result's window is one position further."]);
  const before = of(sum.before).map((list) => list.length), after = of(sum.after).map((list) => list.length);
  if (transposed) lessons.push(["Padding", `${along(of(sum.pad))}: so many positions are cut off around the result.`]);
  else if ([...before, ...after].some((n) => n > 0)) {
    const even = new Set([...before, ...after]).size === 1, outside = {zero: "which counts as zeros", replicate: "which repeats the edge", reflect: "which mirrors the input", reflect101: "which mirrors the input around its edge", wrap: "which is the other end of the input"}[sum.border] || `which holds ${sum.border}`;
    lessons.push(["Padding", `${even ? before[0] + " on each side" : `${along(before)} before and ${along(after)} behind`}, ${how === "max" ? "which never counts" : how === "mean" ? (sum.counts_padding ? "which counts as zeros" : "which does not count") : outside} (striped).`]);
  } else lessons.push(["Padding", "none: the window stays inside, so the result is smaller by what does not fit."]);
  if (of(sum.dilation).some((d) => d > 1)) lessons.push(["Dilation", `${along(of(sum.dilation))}: what the window reads is ${along(of(sum.dilation))} apart, with gaps between.`]);
  const [from, to] = channelsRead(sum, input.extents[0], result.extents[0], place[0]), groups = sum.groups || 1;
  if (how === "max" || how === "mean") lessons.push(["Channels", `each of the ${grouped(result.extents[0])} by itself.`]);
  else if (groups > 1) lessons.push(["Groups", `${groups}: result channel ${place[0]} reads ${to - from === 1 ? `input channel ${from} alone` : `input channels ${from} to ${to - 1}`} of ${grouped(input.extents[0])}.`]);
  else lessons.push(["Channels", input.extents[0] === 1 ? `one comes in; ${result.extents[0] === 1 ? "one kernel" : `each of ${grouped(result.extents[0])} kernels`} makes one of the result.` : `each result channel has a kernel for each of the ${grouped(input.extents[0])} input channels, and adds up what they give.`]);
  return lessons;
}
const shapeOf = (tensor) => tensor.extents.slice(5 - tensor.rank).join("×");

function leftOutKernels(tensor, turned) {
  const [results, inputs] = turned ? [1, 0] : [0, 1], {kept, extents} = tensor;
  if (tensor.isWhole) return "";
  const of = (axis, words) => kept[axis] < extents[axis] ? ` ${grouped(kept[axis])} of ${grouped(extents[axis])} ${words}` : "";
  return `The page has those of${[of(results, "result channels"), of(inputs, "input channels")].filter(Boolean).join(" and")}.`;
}

// What the page leaves out of a tensor; empty: nothing.
function leftOutText(tensor) {
  const {kept, extents, from} = tensor, parts = [];
  if (kept[0] < extents[0]) parts.push(`${tensor.isVector ? "the first " : ""}${grouped(kept[0])} of ${grouped(extents[0])} ${tensor.isVector ? "numbers" : "channels"}`);
  if (kept[2] < extents[2] || kept[3] < extents[3]) parts.push(`the middle ${kept[2]}×${kept[3]} of ${extents[2]}×${extents[3]} positions, from row ${from[0]} and column ${from[1]}`);
  return parts.length ? `The page has ${parts.join(", and of these ")}.` : "";
}
