// Runs the signing script of each tool on cases, with a stand-in for what the tool offers to a script.
const crypto = require("node:crypto");
const hmac = (secret, text) => crypto.createHmac("sha256", secret).update(text).digest("hex");
const modules = { "crypto-js": { HmacSHA256: (text, secret) => ({ toString: () => hmac(secret, text) }) } };
const required = (name) => modules[name];
const clock = (timestamp) => ({ now: () => timestamp });

const tools = {
  postman(script, { method, given, secret, timestamp }) {
    const pairs = method === "GET" ? given.map(([key, value]) => ({ key, value })) : [];
    const query = Object.assign(pairs, { clear: () => {} });
    let sent;
    const request = {
      method,
      headers: { has: () => true },
      url: { query },
      addQueryParams: (text) => (sent = text),
      body: { raw: given, update: ({ raw }) => (sent = raw) },
    };
    const pm = { request, variables: { get: () => secret, replaceIn: (text) => text } };
    new Function("pm", "require", "Date", script)(pm, required, clock(timestamp));
    return sent;
  },
  bruno(script, { method, given, secret, timestamp }) {
    let sent;
    const req = {
      disableParsingResponseJson: () => {},
      getHeader: () => "key",
      getMethod: () => method,
      getBody: () => given,
      setBody: (body) => (sent = body),
      getUrl: () => `/?${given.map((pair) => pair.join("=")).join("&")}`,
      setUrl: (url) => (sent = url.slice(2)),
    };
    const bru = { getEnvVar: () => secret, interpolate: (text) => text };
    new Function("req", "bru", "require", "Date", script)(req, bru, required, clock(timestamp));
    return sent;
  },
  http(script, { given, secret, timestamp }) {
    let sent;
    const request = { environment: { get: () => secret }, variables: { set: (_name, text) => (sent = text) } };
    const digest = (text) => ({ digest: () => ({ toHex: () => hmac(secret, text) }) });
    const signing = { withTextSecret: () => ({ updateWithText: digest }) };
    const own = script.replace(/^const parameters = .*$/m, "");
    const offered = { hmac: { sha256: () => signing } };
    const run = new Function("parameters", "request", "crypto", "Date", own);
    run(given, request, offered, clock(timestamp));
    return sent;
  },
};

const { tool, script, cases } = JSON.parse(require("node:fs").readFileSync(0));
const results = cases.map((each) => {
  try {
    return { sent: tools[tool](script, each) };
  } catch (error) {
    return { refused: error.message };
  }
});
console.log(JSON.stringify(results));
