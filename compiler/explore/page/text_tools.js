// ---- Text: escaping, numbers for people, colours of languages ----

const escapes = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"};
const esc = (text) => String(text).replace(/[&<>"]/g, (c) => escapes[c]);

// An element: el("div", {class: "tip"}, "text", child, ...).
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const grouped = (number) => Math.round(number).toLocaleString("en-US");
// "1.2 k", "3.45 M": three digits.
function short(number, unit = "") {
  const scales = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];
  for (const [scale, letter] of scales)
    if (Math.abs(number) >= scale) return `${+(number / scale).toPrecision(3)} ${letter}${unit}`;
  return `${+number.toPrecision(3)}${unit ? " " + unit : ""}`;
}
function milliseconds(number) {
  if (!(number > 0)) return "";
  return number < 0.1 ? `${+(number * 1e3).toPrecision(3)} µs` : `${+number.toPrecision(3)} ms`;
}

// A letter for each kind of word: the classes of text.css.
const languages = {
  script: /(?<c>\/\/.*)|(?<s>"(?:[^"\\]|\\.)*")|(?<k>\b(?:pipeline|block|weights|import|const|for|in|if|else|return|true|false)\b)|(?<n>\b\d+(?:x\d+)+\b|\b\d[\d.]*(?:e[+-]?\d+)?\b)|(?<f>\b[A-Za-z_]\w*(?=\s*\())|(?<t>\b(?:tensor|image|float|int)\b)|(?<r>\b\w+(?=:))/g,
  graph: /(?<s>"(?:[^"\\]|\\.)*")|(?<k>\b(?:graph|fused|param|check|return|group|as|literal)\b)|(?<f>@[\w.\/-]+|\b[a-z_]\w*(?=\())|(?<v>%[\w.\/-]+)|(?<t>\b(?:tensor|image|f32|i32|u8|i8)\b)|(?<r>\b\w+(?=:))|(?<n>-?\b\d[\d.]*(?:e[+-]?\d+)?\b)/g,
  schedule: /(?<s>"(?:[^"\\]|\\.)*")|(?<k>\b(?:schedule|lanes|items|group|rows|kernel|tile|order|writes|threads|stores|prefetch)\b)|(?<f>@[\w.\/-]+)|(?<n>\b\d+(?:x\d+)*\b)|(?<t>\b(?:planar|blocked|bf16|split|int8)\b)/g,
  loops: /(?<k>\b(?:export|func|for|unroll|to|step|carry|if|else|return|yield|call|parallel|mask)\b)|(?<f>@[\w.\/-]+)|(?<v>%[\w.\/#-]+)|(?<t>\b(?:ptr|tile\w*|(?:f|i|u|bf)\d+(?:x\d+)?)\b)|(?<n>-?\b\d[\d.]*(?:e[+-]?\d+)?\b)|(?<r>\b[a-z_]\w*\b)/g,
  llvm: /(?<c>;.*)|(?<s>c?"(?:[^"\\]|\\.)*")|(?<l>^[\w.$-]+(?=:))|(?<f>@(?:"[^"]*"|[\w.$-]+))|(?<v>%(?:"[^"]*"|[\w.$-]+))|(?<t>\b(?:void|ptr|i\d+|float|double|bfloat|half|label|x)\b)|(?<k>\b(?:define|declare|hidden|internal|noalias|ret|br|phi|load|store|call|tail|getelementptr|icmp|fcmp|select|add|sub|mul|sdiv|srem|fadd|fsub|fmul|fdiv|shufflevector|insertelement|extractelement|sext|zext|trunc|sitofp|fptosi|bitcast|alloca|unreachable|and|or|xor|shl|ashr|lshr|inbounds|nsw|nuw|align|to)\b)|(?<n>-?\b\d[\d.]*(?:e[+-]?\d+)?\b|\b0x[0-9A-Fa-f]+\b)/g,
  asm: /(?<c>(?:\/\/|# |##).*)|(?<s>"(?:[^"\\]|\\.)*")|(?<l>^[^\s#:]+:)|(?<k>^\s+\.[\w.]+)|(?<f>^\s+[a-z][\w.]*)|(?<r>%[a-z]\w*|\b[vxwqdsb]\d+(?:\.\w+)?\b)|(?<v>\.L\w+)|(?<n>[$#]?-?\b(?:0x[0-9a-f]+|\d+)\b)/g,
};

// One line of text as HTML with colours.
function coloured(line, language) {
  const words = languages[language];
  if (!words || line.length > 2000) return esc(line);
  let html = "", at = 0;
  for (const match of line.matchAll(words)) {
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    html += esc(line.slice(at, match.index)) + `<span class="${kind}">${esc(match[0])}</span>`;
    at = match.index + match[0].length;
  }
  return html + esc(line.slice(at));
}

// Columns are counted in letters, so tabs become blanks: four before the first word, then to column 14.
function untabbed(line) {
  if (!line.includes("\t")) return line;
  let out = "";
  for (const letter of line) {
    if (letter !== "\t") out += letter;
    else out += " ".repeat(out.trim() === "" ? 4 : Math.max(1, 14 - out.length));
  }
  return out;
}
