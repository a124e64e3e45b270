// Faults: each type as a switch, with its settings, in groups that a word can search.

import { attempt, byId, change, count, make, prose, request, setText } from "./dom.js";

// Values of required settings: the response of an overloaded exchange.
const BUSY = { code: 100500, msg: "The current system is busy, please try again later" };

/** Show which faults are active. */
export function showFaults(rules) {
  for (const item of items()) {
    const own = rules.filter((rule) => rule.fault === item.dataset.kind);
    const input = item.querySelector("[role=switch]");
    input.checked = own.length > 0;
    item.classList.toggle("on", own.length > 0);
    const acted = own.reduce((sum, rule) => sum + rule.acted, 0);
    setText(item.querySelector(".acted"), own.length ? `acted ${count(acted, "time")}` : "");
    setText(item.querySelector(".rule"), own.map((rule) => rule.text).join("\n"));
    item.querySelector(".rule").hidden = own.length === 0;
  }
  for (const group of byId("faults").children) {
    const on = group.querySelectorAll(".on").length;
    setText(group.querySelector(".group-on"), on ? `${on} on` : "");
    // What is on must be seen; closing it again is up to the person.
    if (on && group.dataset.on !== String(on)) group.open = true;
    group.dataset.on = String(on);
  }
  const kinds = new Set(rules.map((rule) => rule.fault)).size;
  setText(byId("fault-counts"), kinds ? `${kinds} on` : "all off");
}

/** Create a switch for every type of fault. */
export function initFaults() {
  return attempt(async () => {
    const { kinds, groups } = await request("GET", "/faults/kinds");
    byId("faults").replaceChildren(...Object.entries(groups).map(([title, names]) => createGroup(title, names, kinds)));
    byId("find-fault").addEventListener("input", find);
    showFaults((await request("GET", "/view")).faults);
  });
}

const items = () => byId("faults").querySelectorAll("[data-kind]");

function createGroup(title, names, kinds) {
  return make(
    "details",
    { className: "group" },
    make("summary", {}, make("span", {}, title), make("span", { className: "note group-on" })),
    make("ul", { className: "switches" }, ...names.map((name) => create(name, kinds[name]))),
  );
}

/** Show only the faults with every word in their name or description, their groups open. */
function find() {
  const words = byId("find-fault").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of items()) {
    const text = `${item.dataset.kind} ${item.querySelector(".about").textContent}`.toLowerCase();
    item.hidden = !words.every((word) => text.includes(word));
  }
  for (const group of byId("faults").children) {
    group.hidden = !group.querySelector("[data-kind]:not([hidden])");
    group.open = words.length > 0 || group.dataset.on !== "0";
  }
  byId("no-faults").hidden = Boolean(byId("faults").querySelector(":scope > details:not([hidden])"));
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
  return change(() =>
    toggle.checked ? request("PUT", `/faults/${name}`, rule(form)) : request("DELETE", `/faults/${name}`),
  );
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
