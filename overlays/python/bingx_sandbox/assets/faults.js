// Faults: each kind as a switch, with what it can be told.

import { ask, byId, count, make, prose, say, tryTo } from "./dom.js";

// What has no default must be said; this is what the exchange says when it is busy.
const BUSY = { code: 100500, msg: "The current system is busy, please try again later" };

/** Show which faults are in force. */
export function showFaults(rules) {
  for (const item of byId("faults").children) {
    const own = rules.filter((rule) => rule.fault === item.dataset.kind);
    const input = item.querySelector("[role=switch]");
    input.checked = own.length > 0;
    item.classList.toggle("on", own.length > 0);
    const acted = own.reduce((sum, rule) => sum + rule.acted, 0);
    say(item.querySelector(".acted"), own.length ? `acted ${count(acted, "time")}` : "");
    say(item.querySelector(".rule"), own.map((rule) => rule.text).join("\n"));
    item.querySelector(".rule").hidden = own.length === 0;
  }
  const kinds = new Set(rules.map((rule) => rule.fault)).size;
  say(byId("fault-counts"), kinds ? `${kinds} on` : "all off");
}

/** Make a switch for every kind that there is. */
export function listenToFaults() {
  return tryTo(async () => {
    const { kinds } = await ask("GET", "/faults/kinds");
    byId("faults").replaceChildren(...Object.entries(kinds).map(([name, kind]) => create(name, kind)));
    showFaults((await ask("GET", "/view")).faults);
  });
}

function create(name, kind) {
  const toggle = make("input", { type: "checkbox", role: "switch", "aria-describedby": `about-${name}` });
  const settings = Object.entries(kind.settings).map(([setting, { default: usual, allowed }]) => {
    const value = usual ?? (name === "error" ? BUSY[setting] : "");
    const input = make("input", { name: setting, value: String(value), title: allowed, autocomplete: "off" });
    input.dataset.type = typeof value;
    return make("label", {}, setting, " ", input);
  });
  const form = make("div", { className: "fields" }, ...settings);
  const item = make(
    "li",
    { "data-kind": name },
    make("label", { className: "switch" }, toggle, " ", make("span", {}, name)),
    make("span", { className: "acted" }),
    prose("p", { className: "about", id: `about-${name}` }, kind.about),
    make("code", { className: "rule", hidden: true }),
    settings.length ? make("details", {}, make("summary", {}, "Settings"), form) : null,
  );
  toggle.addEventListener("change", () => turn(name, toggle, form));
  form.addEventListener("change", () => {
    if (toggle.checked) turn(name, toggle, form);
  });
  return item;
}

function turn(name, toggle, form) {
  return tryTo(async () => {
    try {
      if (toggle.checked) await ask("PUT", `/faults/${name}`, rule(form));
      else await ask("DELETE", `/faults/${name}`);
    } catch (error) {
      // Nothing has changed, so that nothing would be told; what is switched stays as it was.
      showFaults((await ask("GET", "/view")).faults);
      throw error;
    }
  });
}

function rule(form) {
  const inputs = [...form.querySelectorAll("input")];
  const settings = inputs.map((input) => [input.name, valueOf(input)]);
  return {
    operation: byId("fault-operation").value,
    ...JSON.parse(byId("fault-often").value),
    ...Object.fromEntries(settings),
  };
}

/** Read a setting as what its default is; what is none is sent as it stands, to be refused with the reason. */
function valueOf(input) {
  const text = input.value.trim();
  if (input.dataset.type === "number" && text !== "" && !Number.isNaN(Number(text))) return Number(text);
  if (input.dataset.type === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  return input.value;
}
