// ---- Layered drawings of graphs without cycles ----
//
// layered(items, edges, space): items have w and h, and may be ports, "top" or "bottom", through which lines go in and out;
// `space` is kept between items; edges are pairs of their numbers, from what is above. Gives the items x and y,
// and returns {w, h, lines}: for each edge the points between its ends, where it goes straight past rows of others.

function layered(items, edges, space) {
  if (items.length === 0) return {w: 0, h: 0, lines: []};
  const ranks = ranksOf(items, edges);
  const nodes = items.map((item, i) => ({w: item.w, h: item.h, rank: ranks[i], up: [], down: [], item}));
  const chains = edges.map(([from, to]) => chainOf(nodes, from, to));
  const rows = [];
  for (const node of nodes) (rows[node.rank] = rows[node.rank] || []).push(node);
  for (let i = 0; i < rows.length; i++) rows[i] = rows[i] || [];
  orderRows(rows);
  placeAcross(rows, space.x);
  let y = 0;
  for (const row of rows) {
    const height = Math.max(...row.map((node) => node.h), 0);
    for (const node of row) node.y = y + (height - node.h) / 2, node.row = [y, y + height];
    y += height + space.y;
  }
  const left = Math.min(...nodes.map((node) => node.x - node.w / 2));
  let width = 0;
  for (const node of nodes) {
    node.x -= left;
    width = Math.max(width, node.x + node.w / 2);
    if (node.item) node.item.x = node.x - node.w / 2, node.item.y = node.y, node.item.row = node.row;
  }
  return {w: width, h: y - space.y, lines: chains.map((chain) => chain.flatMap((node) => node.row.map((y) => [node.x, y])))};
}

// As far down as what is read requires; what reads nothing stands just above its first reader.
function ranksOf(items, edges) {
  const count = items.length, ranks = new Array(count).fill(0), readers = Array.from({length: count}, () => []), reads = new Array(count).fill(0);
  for (const [from, to] of edges) readers[from].push(to), reads[to]++;
  const left = [...reads], ready = [];
  for (let i = 0; i < count; i++) if (left[i] === 0) ready.push(i);
  while (ready.length) {
    const i = ready.pop();
    for (const reader of readers[i]) {
      ranks[reader] = Math.max(ranks[reader], ranks[i] + 1);
      if (--left[reader] === 0) ready.push(reader);
    }
  }
  for (let i = 0; i < count; i++)
    if (reads[i] === 0 && readers[i].length) ranks[i] = Math.min(...readers[i].map((reader) => ranks[reader])) - 1;
  const last = Math.max(...ranks.filter((_, i) => items[i].port !== "bottom"));
  items.forEach(({port}, i) => {
    if (port) ranks[i] = port === "top" ? 0 : last;
  });
  return ranks;
}

// The nodes without an item through which an edge passes the rows between its ends.
function chainOf(nodes, from, to) {
  const chain = [];
  let before = nodes[from];
  for (let rank = nodes[from].rank + 1; rank < nodes[to].rank; rank++) {
    const node = {w: 6, h: 0, rank, up: [before], down: [], item: null};
    before.down.push(node);
    nodes.push(node);
    chain.push(node);
    before = node;
  }
  before.down.push(nodes[to]);
  nodes[to].up.push(before);
  return chain;
}

// Each row by the mean place of its neighbours in the row before, down and up again a few times.
function orderRows(rows) {
  const number = (row) => row.forEach((node, i) => node.place = i);
  rows.forEach(number);
  const sort = (row, side) => {
    for (const node of row)
      node.mean = node[side].length ? node[side].reduce((sum, other) => sum + other.place, 0) / node[side].length : node.place;
    row.sort((a, b) => a.mean - b.mean);
    number(row);
  };
  for (let sweep = 0; sweep < 6; sweep++) {
    for (let r = 1; r < rows.length; r++) sort(rows[r], "up");
    for (let r = rows.length - 2; r >= 0; r--) sort(rows[r], "down");
  }
  for (let r = 1; r < rows.length; r++) sort(rows[r], "up");
}

// Near the neighbours, in order, without overlap: the least sum of squared distances of each row in turn.
function placeAcross(rows, space) {
  for (const row of rows) {
    let x = 0;
    for (const node of row) node.x = x + node.w / 2, x += node.w + space;
  }
  const settle = (row, sides) => {
    for (const node of row) {
      const near = sides.flatMap((side) => node[side]);
      // Long lines want to be straight.
      const weight = (other) => node.item || other.item ? 1 : 4;
      const total = near.reduce((sum, other) => sum + weight(other), 0);
      node.wish = total ? near.reduce((sum, other) => sum + weight(other) * other.x, 0) / total : node.x;
    }
    keepOrder(row, space);
  };
  for (let sweep = 0; sweep < 8; sweep++) {
    for (let r = 1; r < rows.length; r++) settle(rows[r], ["up"]);
    for (let r = rows.length - 2; r >= 0; r--) settle(rows[r], sweep < 6 ? ["down"] : ["up", "down"]);
  }
}

// Wishes as far as the order and the distances allow: neighbours that would collide share the mean of their wishes.
function keepOrder(row, space) {
  const blocks = [];
  let offset = 0;
  row.forEach((node, i) => {
    if (i > 0) offset += row[i - 1].w / 2 + space + node.w / 2;
    node.offset = offset;
    blocks.push({sum: node.wish - offset, count: 1});
    while (blocks.length > 1) {
      const last = blocks[blocks.length - 1], before = blocks[blocks.length - 2];
      if (before.sum / before.count <= last.sum / last.count) break;
      before.sum += last.sum, before.count += last.count;
      blocks.pop();
    }
  });
  let i = 0;
  for (const {sum, count} of blocks)
    for (let k = 0; k < count; k++, i++) row[i].x = sum / count + row[i].offset;
}
