// ---- Search: layers, and every line of every stage ----

const MOST = 40; // lines that are listed of a stage
let matches = [], matchNow = -1;

function listenToSearch() {
  const query = document.getElementById("query");
  let waiting = 0;
  query.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(runSearch, 120);
  });
  query.addEventListener("focus", () => { if (query.value) document.getElementById("found").hidden = false; });
  query.addEventListener("keydown", (event) => {
    const by = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (by) stepMatch(by, false);
    else if (event.key === "Enter") openMatch(Math.max(matchNow, 0));
    else return;
    event.preventDefault();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest("#finder")) document.getElementById("found").hidden = true;
  });
}

async function runSearch() {
  const words = document.getElementById("query").value.trim(), found = document.getElementById("found");
  matches = [], matchNow = -1;
  app.find = app.findNow = null;
  if (words.length < 2) {
    found.hidden = true;
    return showNow();
  }
  app.find = new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi");
  const parts = [layerMatches(app.find)];
  for (const stage of model.stages.values()) parts.push(lineMatches(await stage.load(), app.find));
  if (document.getElementById("query").value.trim() !== words) return; // a later search is on its way
  found.innerHTML = parts.join("") || `<p>Nothing has “${esc(words)}”.</p>`;
  found.hidden = false;
  found.querySelectorAll("a").forEach((link, i) => link.onclick = () => openMatch(i));
  showNow();
}

const marked = (text, find) => {
  let html = "", at = 0;
  for (const match of text.matchAll(find)) {
    html += esc(text.slice(at, match.index)) + `<mark>${esc(match[0])}</mark>`;
    at = match.index + match[0].length;
  }
  return html + esc(text.slice(at));
};

function layerMatches(find) {
  const rows = [];
  model.layers.forEach((layer, i) => {
    const text = `${layer.name}  ${layer.op || "input"} ${layer.shape}`;
    if (!layer.name.match(find) && !(layer.op || "").match(find)) return;
    if (rows.length < MOST) matches.push({layer: i});
    rows.push(`<a><i><span class="dot" style="--hue:${layer.kernel === undefined ? "" : hueOf(layer.kernel)}"></span></i><span>${marked(text, find)}</span></a>`);
  });
  return rows.length ? `<h3><span>Layers</span><span>${rows.length}</span></h3>` + rows.slice(0, MOST).join("") : "";
}

function lineMatches(stage, find) {
  const rows = [];
  let count = 0;
  stage.lines.forEach((line, i) => {
    if (line.search(find) < 0) return;
    if (count++ >= MOST) return;
    matches.push({stage: stage.id, line: i});
    rows.push(`<a><i>${i + 1}</i><span>${marked(untabbed(line).trim().slice(0, 200), find)}</span></a>`);
  });
  return count ? `<h3><span>${esc(stage.title)}</span><span>${grouped(count)}</span></h3>` + rows.join("") : "";
}

function showMatch(i) {
  matchNow = i;
  document.getElementById("found").querySelectorAll("a").forEach((link, k) => {
    link.classList.toggle("now", k === i);
    if (k === i) link.scrollIntoView({block: "nearest"});
  });
}
function stepMatch(by, opens = true) {
  if (matches.length === 0) return;
  showMatch((matchNow + by + matches.length) % matches.length);
  if (opens) openMatch(matchNow);
}

// Opens the pane of a match, scrolls there, and keeps what the line is about.
async function openMatch(i) {
  const place = matches[i];
  if (!place) return;
  showMatch(i);
  document.getElementById("found").hidden = true;
  if (!place.stage) return pinAt(place);
  app.findNow = place;
  const pane = openPane(place.stage);
  await pane.ready;
  pinAt({...place, column: undefined}, {from: pane});
  pane.content.scrollTo(place.line, true);
  showNow();
}

function closeSearch() {
  document.getElementById("found").hidden = true;
  document.getElementById("query").value = "";
  matches = [], matchNow = -1;
  app.find = app.findNow = null;
  showNow();
}
