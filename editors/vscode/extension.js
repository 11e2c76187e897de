// Starts `convoy lsp` for scripts, and hands the rest to the language client.
const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

function makeClient() {
  const settings = vscode.workspace.getConfiguration("convoy");
  const command = settings.get("path");
  const server = { command, args: ["lsp", ...settings.get("arguments")], transport: TransportKind.stdio };
  return new LanguageClient("convoy", "Convoy", server, { documentSelector: [{ language: "convoy" }] });
}

async function start() {
  client = makeClient();
  try {
    await client.start();
  } catch (error) {
    vscode.window.showErrorMessage(`'convoy lsp' does not start; set convoy.path to the command. (${error.message})`);
  }
}

async function restart() {
  if (client) await client.stop().catch(() => {});
  await start();
}

exports.activate = async (context) => {
  context.subscriptions.push(vscode.commands.registerCommand("convoy.restart", restart));
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("convoy") && restart()),
  );
  await start();
};

exports.deactivate = () => client?.stop();
