// Requests: the last ones, each of which opens to the stages of its verification.

import { announce, byId, count, make, prose, request as callControl, setText, syncChildren, timeOfDay } from "./dom.js";
import { stagesOf } from "./stages.js";

/** Return the name that a fault rule has for a path, or the path. */
const nameOf = (path) =>
  path === "/openApi/swap/v2/server/time"
    ? "time"
    : path.replace(/^\/openApi\/spot\/v1\/trade\/(\w+)$/, (_, name) =>
        name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      );
let newest = 0;

/** Show the last requests, the latest first. */
export function showRequests(requests) {
  syncChildren(byId("requests"), requests, (request) => String(request.number), create, update);
  byId("no-requests").hidden = requests.length > 0;
  const rejected = requests.filter(isRejected).length;
  const total = requests.length ? requests[0].number : 0;
  const shown = requests.length < total ? `, the last ${requests.length} shown` : "";
  setText(byId("request-counts"), total ? `${count(total, "request")}${shown}; ${rejected} rejected` : "");
  announceRequest(requests[0]);
}

function announceRequest(request) {
  if (request && request.number > newest && newest > 0) announce(`Request ${request.number}: ${summary(request)}`);
  newest = request ? request.number : 0;
}

/** Return the result of a request in a few words. */
function summary(request) {
  const operation = nameOf(request.path);
  const found = verdicts(request);
  const because = found.length ? `, ${found.join(" and ")}` : "";
  return `${operation}, ${isRejected(request) ? `rejected with ${request.code}` : outcome(request)}${because}`;
}

/** Return the verdict of the signature doctor: each mistake in a few words. */
function verdicts(request) {
  if (request.words && request.mistakes.length === 0) return ["no usual mistake"];
  return request.mistakes.map((name) => name.replaceAll("-", " "));
}

const isRejected = (request) => request.code !== null && request.code !== 0;

function outcome(request) {
  if (request.code === null) return request.fault ? "not executed" : "waiting";
  if (request.code !== 0) return String(request.code);
  return request.executed ? "executed" : "succeeded";
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
      make("span", { className: "reason" }),
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
  const reason = details.querySelector(".reason");
  // A diagnosis stands in the line as a verdict, and in full among the stages.
  const text = isRejected(request) && !request.words ? request.msg : "";
  reason.replaceWith(prose("span", { className: "reason", hidden: !text }, text));
  if (details.open) fill(details.querySelector(".stages"), request.number);
}

function line(request) {
  const name = nameOf(request.path);
  const chip = (className, text) => (text ? make("span", { className: `chip ${className}` }, text) : null);
  return [
    make("span", { className: "hash" }, `#${request.number}`),
    make("time", {}, timeOfDay(request.receivedAt)),
    make("strong", {}, name === request.path ? `${request.method} ${name}` : name),
    chip("placement", request.placement),
    chip(isRejected(request) ? "bad" : request.code === null ? "odd" : "good", outcome(request)),
    chip("odd", request.fault && `fault: ${request.fault}`),
    chip("odd", request.limit && `limit: ${request.limit}`),
    ...verdicts(request).map((verdict) => chip("doctor", verdict)),
  ].filter(Boolean);
}

async function fill(stages, number) {
  try {
    stages.replaceChildren(...stagesOf(await callControl("GET", `/requests/${number}`)));
  } catch (error) {
    stages.replaceChildren(make("p", { className: "wrong" }, error.message));
  }
}
