// ---- Sections of the page's data: deflated, and in base64 ----

function bytesOfBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

const sectionElement = (name) => document.querySelector(`script[data-section="${CSS.escape(name)}"]`);
const hasSection = (name) => sectionElement(name) !== null;
const opened = new Map(); // promises of sections

// The bytes of a section. Each is inflated once, when it is first wanted.
function sectionBytes(name) {
  if (!opened.has(name)) {
    const packed = new Blob([bytesOfBase64(sectionElement(name).textContent)]);
    opened.set(name, new Response(packed.stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
  }
  return opened.get(name);
}
const sectionText = async (name) => new TextDecoder().decode(await sectionBytes(name));
const sectionJson = async (name) => JSON.parse(await sectionText(name));
