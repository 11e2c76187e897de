// ---- The start ----

function applyTheme(name) {
  document.documentElement.dataset.theme = name;
  for (const pane of app.panes.values()) pane.show();
}
function storedTheme() {
  try {
    return localStorage.getItem("convoy-theme");
  } catch (error) { // a page of a file may have no storage
    return null;
  }
}
function toggleTheme() {
  const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  applyTheme(next);
  try {
    localStorage.setItem("convoy-theme", next);
  } catch (error) {} // then it holds for this visit
}

function showHead() {
  document.getElementById("name").textContent = model.pipeline;
  document.getElementById("file").textContent = model.file;
  document.getElementById("facts").replaceChildren(...model.facts.map(([name, value]) => el("span", {title: `${name} ${value}`}, `${name} `, el("b", {}, value))));
  document.getElementById("theme").onclick = toggleTheme;
  document.getElementById("help").onclick = toggleKeys;
  const link = document.getElementById("link");
  link.onclick = async () => {
    writeAddress();
    try {
      await navigator.clipboard.writeText(location.href);
      link.textContent = "Copied";
    } catch (error) {
      link.textContent = "It is in the address";
    }
    setTimeout(() => link.textContent = "Link", 1500);
  };
}

async function start() {
  applyTheme(storedTheme() || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  await model.open();
  showHead();
  await Promise.all([...model.stages.values()].filter((stage) => stage.id === "loops" || stage.spans).map((stage) => stage.load()));
  const {place, columns} = readAddress();
  if (place && place.stage) await model.stages.get(place.stage).load();
  layOut(columns || arrangements().Pictures || arrangements().Code);
  listenToKeys();
  listenToSearch();
  if (place) pinAt(place);
  showStatus();
  await Promise.all([...app.panes.values()].map((pane) => pane.ready));
  if (place && app.pin) for (const pane of app.panes.values()) pane.reveal(app.pin);
  document.documentElement.dataset.ready = "true";
  addEventListener("hashchange", async () => {
    if (location.hash === addressNow()) return;
    const next = readAddress();
    if (next.place && next.place.stage) await model.stages.get(next.place.stage).load();
    if (next.columns) layOut(next.columns);
    pinAt(next.place);
  });
}
// For who looks into the page from a console, and for tests.
window.convoyPage = {app, model, differenceOf, pictures, explainResult};
start();
