// ---- Keys, and what appears beside the pointer ----

const keyTable = [
  ["/", "search"], ["n  N", "next and previous match"], ["Enter", "open a match"], ["Esc", "let go"],
  ["↓ ↑  j k", "next line, kernel or row in the pane"], ["] [", "next and previous kernel"],
  ["f F", "next and previous highlight in the pane"], ["1 … 9", "open or close a pane"],
  ["Shift+1 … 4", "panes for code, speed, passes, pictures"], ["← ↑ → ↓", "move the result in the pictures"], ["Space", "slide the window over the input"], ["x", "close the pane"], ["t", "light or dark"], ["?", "this list"],
];

function toggleKeys() {
  const sheet = document.getElementById("keys");
  sheet.hidden = !sheet.hidden;
  if (sheet.hidden) return;
  const rows = keyTable.map(([keys, does]) => `<dt>${keys.split(/  ?/).map((key) => key === "…" ? "…" : `<kbd>${esc(key)}</kbd>`).join(" ")}</dt><dd>${esc(does)}</dd>`);
  sheet.innerHTML = `<div role="dialog" aria-label="Keys"><h2>Keys</h2><dl>${rows.join("")}</dl></div>`;
  sheet.onclick = toggleKeys;
}

// The kernel behind or before those that are kept.
function stepKernel(by) {
  const kept = app.pin ? [...app.pin.kernels] : [];
  const now = kept.length === 0 ? (by > 0 ? -1 : model.kernels.length) : by > 0 ? Math.max(...kept) : Math.min(...kept);
  if (model.kernels[now + by]) pinAt({kernel: now + by});
}

function onKey(event) {
  const typing = event.target.matches("input, select, textarea");
  if (event.key === "Escape") {
    if (!document.getElementById("keys").hidden) return toggleKeys();
    if (typing) event.target.blur();
    closeSearch();
    if (!typing) pinAt(null);
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const pane = app.focused, content = pane ? pane.content : {};
  const shifted = "!@#$".indexOf(event.key);
  const digit = event.code && event.code.startsWith("Digit") ? Number(event.code.slice(5)) : 0;
  const arrangement = event.shiftKey ? Object.values(arrangements())[digit ? digit - 1 : shifted] : undefined;
  if (arrangement) layOut(arrangement);
  else if (digit >= 1 && viewsHere()[digit - 1]) togglePane(viewsHere()[digit - 1].id);
  else if (event.key === "/") document.getElementById("query").focus();
  else if (event.key === "n" || event.key === "N") stepMatch(event.key === "n" ? 1 : -1);
  else if (event.key === "]" || event.key === "[") stepKernel(event.key === "]" ? 1 : -1);
  else if ((event.key === "f" || event.key === "F") && content.step) content.step(event.key === "f" ? 1 : -1);
  else if (event.key === "x" && pane) togglePane(pane.row.id);
  else if (event.key === "t") toggleTheme();
  else if (event.key === "?") toggleKeys();
  else if (!(content.key && content.key(event))) return;
  event.preventDefault();
}
const listenToKeys = () => document.addEventListener("keydown", onKey);

let tip = null;
function showTip(html, {clientX, clientY}) {
  if (!tip) document.body.append(tip = el("div", {class: "tip"}));
  tip.innerHTML = html;
  tip.hidden = false;
  const {offsetWidth, offsetHeight} = tip;
  tip.style.left = Math.min(clientX + 14, innerWidth - offsetWidth - 8) + "px";
  tip.style.top = (clientY + 18 + offsetHeight > innerHeight ? clientY - offsetHeight - 10 : clientY + 18) + "px";
}
function hideTip() {
  if (tip) tip.hidden = true;
}
