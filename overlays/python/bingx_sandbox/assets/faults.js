// Faults: each type as a switch, with its settings.

import { attempt, byId, count, make, prose, request, setText } from "./dom.js";

// Values of required settings: the response of an overloaded exchange.
const BUSY = { code: 100500, msg: "The current system is busy, please try again later" };

/** Show which faults are active. */
export function showFaults(rules) {
  for (const item of byId("faults").children) {
    const own = rules.filter((rule) => rule.fault === item.dataset.kind);
    const input = item.querySelector("[role=switch]");
    input.checked = own.length > 0;
    item.classList.toggle("on", own.length > 0);
    const acted = own.reduce((sum, rule) => sum + rule.acted, 0);
    setText(item.querySelector(".acted"), own.length ? `acted ${count(acted, "time")}` : "");
    setText(item.querySelector(".rule"), own.map((rule) => rule.text).join("\n"));
    item.querySelector(".rule").hidden = own.length === 0;
  }
  const kinds = new Set(rules.map((rule) => rule.fault)).size;
  setText(byId("fault-counts"), kinds ? `${kinds} on` : "all off");
}

/** Create a switch for every type of fault. */
export function initFaults() {
  return attempt(async () => {
    const { kinds } = await request("GET", "/faults/kinds");
    byId("faults").replaceChildren(...Object.entries(kinds).map(([name, kind]) => create(name, kind)));
    showFaults((await request("GET", "/view")).faults);
  });
}

function create(name, kind) {
  const toggle = make("input", { type: "checkbox", role: "switch", "aria-describedby": `about-${name}` });
  const settings = Object.entries(kind.settings).map(([setting, { default: preset, allowed, required }]) => {
    const value = preset ?? (required ? BUSY[setting] : "");
    const input = make("input", { name: setting, value: String(value), title: allowed, autocomplete: "off" });
    input.dataset.type = typeof value;
    input.dataset.optional = String(preset === null && !required);
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
  toggle.addEventListener("change", () => update(name, toggle, form));
  form.addEventListener("change", () => {
    if (toggle.checked) update(name, toggle, form);
  });
  return item;
}

function update(name, toggle, form) {
  return attempt(async () => {
    try {
      if (toggle.checked) await request("PUT", `/faults/${name}`, rule(form));
      else await request("DELETE", `/faults/${name}`);
    } catch (error) {
      // Nothing has changed, so no event follows; show the state as it is.
      showFaults((await request("GET", "/view")).faults);
      throw error;
    }
  });
}

function rule(form) {
  const inputs = [...form.querySelectorAll("input")].filter(isSet);
  const settings = inputs.map((input) => [input.name, valueOf(input)]);
  return {
    operation: byId("fault-operation").value,
    ...JSON.parse(byId("fault-often").value),
    ...Object.fromEntries(settings),
  };
}

/** Leave out an optional setting without a value. */
const isSet = (input) => input.dataset.optional !== "true" || input.value !== "";

/** Read a setting in the type of its default; anything else is sent as text, to be rejected with the reason. */
function valueOf(input) {
  const text = input.value.trim();
  if (input.dataset.type === "number" && text !== "" && !Number.isNaN(Number(text))) return Number(text);
  if (input.dataset.type === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  return input.value;
}
