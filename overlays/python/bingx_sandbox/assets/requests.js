// Requests: as they come in, each opening into the stages of its verification.

import { announce, ask, byId, count, keep, make, prose, say, timeOfDay } from "./dom.js";
import { stagesOf } from "./stages.js";

const OPERATIONS = {
  "/openApi/spot/v1/trade/cancel": "cancel",
  "/openApi/spot/v1/trade/query": "query",
  "/openApi/swap/v2/server/time": "time",
};
let newest = 0;

/** Show the last requests, the latest first. */
export function showRequests(requests) {
  keep(byId("requests"), requests, (request) => String(request.number), create, update);
  byId("no-requests").hidden = requests.length > 0;
  const refused = requests.filter(isRefused).length;
  const total = requests.length ? requests[0].number : 0;
  const shown = requests.length < total ? `, the last ${requests.length} shown` : "";
  say(byId("request-counts"), total ? `${count(total, "request")}${shown}; ${refused} refused` : "");
  tellOf(requests[0]);
}

function tellOf(request) {
  if (request && request.number > newest && newest > 0) announce(`Request ${request.number}: ${inShort(request)}`);
  newest = request ? request.number : 0;
}

/** Tell what became of a request in a few words. */
function inShort(request) {
  const operation = OPERATIONS[request.path] ?? request.path;
  const because = request.mistakes.length ? `, ${request.mistakes.map(words).join(" and ")}` : "";
  return `${operation}, ${isRefused(request) ? `refused with ${request.code}` : outcome(request)}${because}`;
}

const words = (name) => name.replaceAll("-", " ");

const isRefused = (request) => request.code !== null && request.code !== 0;

function outcome(request) {
  if (request.code === null) return request.fault ? "not executed" : "waiting";
  if (request.code !== 0) return String(request.code);
  return request.executed ? "executed" : "answered";
}

function create(request) {
  const stages = make("div", { className: "stages" });
  const details = make(
    "details",
    {},
    make(
      "summary",
      {},
      make("span", { className: "line" }),
      make("span", { className: "said" }),
    ),
    stages,
  );
  details.addEventListener("toggle", () => {
    if (details.open) fill(stages, request.number);
  });
  return make("li", {}, details);
}

function update(item, request) {
  const seen = JSON.stringify(request);
  if (item.dataset.seen === seen) return;
  item.dataset.seen = seen;
  const details = item.firstElementChild;
  details.querySelector(".line").replaceChildren(...line(request));
  const said = details.querySelector(".said");
  const told = request.words || (isRefused(request) ? request.msg : "");
  said.replaceWith(prose("span", { className: request.words ? "said doctor" : "said", hidden: !told }, told));
  if (details.open) fill(details.querySelector(".stages"), request.number);
}

function line(request) {
  const chip = (className, text) => (text ? make("span", { className: `chip ${className}` }, text) : null);
  return [
    make("span", { className: "hash" }, `#${request.number}`),
    make("time", {}, timeOfDay(request.receivedAt)),
    make("strong", {}, OPERATIONS[request.path] ?? `${request.method} ${request.path}`),
    chip("placement", request.placement),
    chip(isRefused(request) ? "bad" : request.code === null ? "odd" : "good", outcome(request)),
    chip("odd", request.fault && `fault: ${request.fault}`),
    chip("odd", request.limit && `limit: ${request.limit}`),
    ...request.mistakes.map((name) => chip("doctor", words(name))),
  ].filter(Boolean);
}

async function fill(stages, number) {
  try {
    stages.replaceChildren(...stagesOf(await ask("GET", `/requests/${number}`)));
  } catch (error) {
    stages.replaceChildren(make("p", { className: "wrong" }, error.message));
  }
}
