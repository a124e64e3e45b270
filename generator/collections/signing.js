// Signing, as signing.md says. A value stays the text of its JSON token: a reader of numbers would round an order id.
const REFUSED = " cannot be signed";

function readObject(text) {
  const member = /\s*("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*"|[-+.\w]+)\s*(,|\}\s*$)/y;
  const pairs = [];
  for (member.lastIndex = text.indexOf("{") + 1; member.lastIndex < text.length; ) {
    const start = member.lastIndex;
    const found = member.exec(text);
    if (found === null) {
      if (/^\s*\}\s*$/.test(text.slice(start))) return pairs;
      throw new Error(text.slice(start) + REFUSED);
    }
    pairs.push([JSON.parse(found[1]), found[2]]);
  }
  return pairs;
}

function plainNumber(token) {
  const [, minus, digits, fraction, exponent] = Number(token).toExponential().match(/^(-?)(\d)\.?(\d*)e(.*)$/) || [];
  if (digits === undefined) throw new Error(token + REFUSED);
  const all = digits + fraction;
  const point = 1 + Number(exponent);
  if (point <= 0) return minus + "0." + "0".repeat(-point) + all;
  return minus + (all.length > point ? all.slice(0, point) + "." + all.slice(point) : all.padEnd(point, "0"));
}

function valueText(name, token) {
  if (token[0] === '"') return JSON.parse(token);
  if (token === "true" || token === "false") return token;
  if (!/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(token)) throw new Error(`${name}: ${token}` + REFUSED);
  return /^-?\d+$/.test(token) ? token.replace(/^-0$/, "0") : plainNumber(token);
}

function sign(pairs, hmac) {
  const texts = pairs.filter(([name]) => name !== "signature").map(([name, token]) => [name, valueText(name, token), token]);
  texts.sort(([one], [other]) => (one < other ? -1 : 1));
  const names = new Set(texts.map(([name]) => name));
  if (names.size < texts.length) throw new Error("a parameter that is given twice" + REFUSED);
  for (const [name, text] of texts) {
    const forbidden = /[&=?#\r\n]/.test(name) || /[&=?\r\n]/.test(text) || /[\ud800-\udfff]/u.test(name + text);
    if (forbidden) throw new Error(name + REFUSED);
  }
  const canonical = texts.map(([name, text]) => `${name}=${text}`).join("&");
  const signature = hmac(canonical);
  const encoded = (text) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (mark) => "%" + mark.charCodeAt(0).toString(16).toUpperCase());
  const members = texts.map(([name, text, token]) => [name, token[0] === '"' ? JSON.stringify(text) : text]);
  return {
    canonical,
    signature,
    json: `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text},`).join("")}"signature":"${signature}"}`,
    query: [...texts.map(([name, text]) => `${name}=${encoded(text)}`), `signature=${signature}`].join("&"),
  };
}

function stamped(pairs) {
  return [...pairs.filter(([name]) => name !== "timestamp"), ["timestamp", String(Date.now())]];
}
