// ---- Differences of two texts, line by line ----

// Pairs of numbers of lines that are the same in both, in order: lines that each text has once hold the others in place
// (the longest run of them that is in order in both), and what lies between is compared again.
function sameLines(a, b) {
  const pairs = [];
  matchRange(a, b, 0, a.length, 0, b.length, pairs);
  return pairs;
}

function matchRange(a, b, a0, a1, b0, b1, pairs) {
  while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) pairs.push([a0++, b0++]);
  const tail = [];
  while (a0 < a1 && b0 < b1 && a[a1 - 1] === b[b1 - 1]) tail.push([--a1, --b1]);
  if (a0 < a1 && b0 < b1) {
    const anchors = anchorsOf(a, b, a0, a1, b0, b1);
    if (anchors.length) {
      for (const [x, y] of anchors) {
        matchRange(a, b, a0, x, b0, y, pairs);
        pairs.push([x, y]);
        a0 = x + 1, b0 = y + 1;
      }
      matchRange(a, b, a0, a1, b0, b1, pairs);
    } else if ((a1 - a0) * (b1 - b0) <= 1e6) longestCommon(a, b, a0, a1, b0, b1, pairs);
  }
  for (let i = tail.length - 1; i >= 0; i--) pairs.push(tail[i]);
}

// Lines that occur once in each range, as far as their order is the same.
function anchorsOf(a, b, a0, a1, b0, b1) {
  const places = new Map(); // of a line: how often and where it is in each
  const count = (lines, from, to, side) => {
    for (let i = from; i < to; i++) {
      let place = places.get(lines[i]);
      if (!place) places.set(lines[i], place = [0, 0, 0, 0]);
      place[side]++;
      place[side + 2] = i;
    }
  };
  count(a, a0, a1, 0);
  count(b, b0, b1, 1);
  const once = [];
  for (const [inA, inB, x, y] of places.values()) if (inA === 1 && inB === 1) once.push([x, y]);
  once.sort((p, q) => p[0] - q[0]);
  const piles = [], before = new Array(once.length);
  once.forEach(([, y], i) => {
    let low = 0, high = piles.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (once[piles[middle]][1] < y) low = middle + 1;
      else high = middle;
    }
    before[i] = low > 0 ? piles[low - 1] : -1;
    piles[low] = i;
  });
  const longest = [];
  for (let i = piles.length ? piles[piles.length - 1] : -1; i >= 0; i = before[i]) longest.push(once[i]);
  return longest.reverse();
}

function longestCommon(a, b, a0, a1, b0, b1, pairs) {
  const width = b1 - b0 + 1, lengths = new Uint32Array((a1 - a0 + 1) * width);
  for (let i = a1 - a0 - 1; i >= 0; i--)
    for (let k = b1 - b0 - 1; k >= 0; k--)
      lengths[i * width + k] = a[a0 + i] === b[b0 + k] ? lengths[(i + 1) * width + k + 1] + 1 : Math.max(lengths[(i + 1) * width + k], lengths[i * width + k + 1]);
  for (let i = 0, k = 0; i < a1 - a0 && k < b1 - b0;) {
    if (a[a0 + i] === b[b0 + k]) pairs.push([a0 + i++, b0 + k++]);
    else if (lengths[(i + 1) * width + k] >= lengths[i * width + k + 1]) i++;
    else k++;
  }
}

// Rows of a unified difference: sign (" ", "-", "+"), text, and the lines (from 1) in the old and the new text. What is the
// same further away than `context` lines becomes a row with the sign "…" and how many lines it stands for.
function differenceOf(a, b, context = 3) {
  const rows = [];
  let i = 0, k = 0;
  for (const [x, y] of [...sameLines(a, b), [a.length, b.length]]) {
    while (i < x) rows.push({sign: "-", text: a[i], old: ++i});
    while (k < y) rows.push({sign: "+", text: b[k], now: ++k});
    if (x < a.length) rows.push({sign: " ", text: a[x], old: ++i, now: ++k});
  }
  const near = new Uint8Array(rows.length);
  rows.forEach((row, r) => {
    if (row.sign !== " ") near.fill(1, Math.max(0, r - context), Math.min(rows.length, r + context + 1));
  });
  const shown = [];
  rows.forEach((row, r) => {
    const last = shown[shown.length - 1];
    if (near[r]) shown.push(row);
    else if (last && last.sign === "…") last.count++;
    else shown.push({sign: "…", count: 1});
  });
  return shown;
}

// The words of a line that another line has not, marked.
function markedWords(line, other) {
  const words = (text) => text.match(/\s+|[%@]?[\w.\/]+|./g) || [], mine = words(line), theirs = words(other);
  if (mine.length > 120 || theirs.length > 120) return esc(line);
  const pairs = [];
  longestCommon(mine, theirs, 0, mine.length, 0, theirs.length, pairs);
  const common = new Set(pairs.map(([x]) => x));
  const inked = (places) => places.filter((i) => mine[i].trim()).length;
  if (inked([...common]) * 2 <= inked([...mine.keys()])) return esc(line);
  return mine.map((word, i) => common.has(i) ? esc(word) : `<em>${esc(word)}</em>`).join("");
}
