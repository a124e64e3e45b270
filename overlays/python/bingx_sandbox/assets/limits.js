// Limits: how strict they are, how many requests are used, and current lock-outs.

import { attempt, byId, change, make, request, setText, syncChildren } from "./dom.js";

const CALLERS = { uid: "account", equalErrors: "account", ipEndpoint: "address", ipGroup: "address", ban: "address" };
const REASONS = {
  uid: "locked out of",
  ipEndpoint: "locked out of",
  ipGroup: "locked out of",
  equalErrors: "locked out, after twenty errors with one code, of",
  ban: "banned from",
};
let factor = "1";
let locks = [];
let ahead = 0;

/** Show the limits; `now` is the sandbox's time in Unix milliseconds. */
export function showLimits(limits, now) {
  ahead = now - Date.now();
  locks = limits.lockedOut;
  const enforced = limits.limits !== "off";
  byId("enforced").checked = enforced;
  if (enforced) factor = limits.limits === "documented" ? "1" : String(limits.limits);
  select(byId("factor"), factor, (value) => `${value} times as many`);
  select(byId("lock-seconds"), String(limits.lockSeconds ?? ""), (value) => `${value} seconds`);
  byId("copy-trading").checked = limits.copyTrading;
  for (const id of ["copy-trading", "factor", "lock-seconds"]) byId(id).disabled = !enforced;
  const rejected = Object.values(limits.refused).reduce((sum, number) => sum + number, 0);
  setText(byId("rejected"), `${rejected.toLocaleString("en")} rejected`);
  const counted = limits.counted.filter((limit) => limit.remain < limit.requests);
  syncChildren(byId("counted"), counted, (limit) => `${limit.limit} ${limit.of} ${limit.for}`, createMeter, updateMeter);
  showLocks();
}

/** Let the switches change the limits, and count down the lock-outs. */
export function initLimits() {
  for (const id of ["enforced", "copy-trading", "factor", "lock-seconds"]) byId(id).addEventListener("change", update);
  byId("clear-lock-outs").addEventListener("click", () => attempt(() => request("DELETE", "/limits/lock-outs")));
  setInterval(showLocks, 1000);
}

function update(event) {
  const chosen = event.target.id === "factor" ? byId("factor").value : factor;
  const seconds = byId("lock-seconds").value;
  return change(() =>
    request("PUT", "/limits", {
      limits: byId("enforced").checked ? Number(chosen) : "off",
      lockSeconds: seconds === "" ? null : Number(seconds),
      copyTrading: byId("copy-trading").checked,
    }),
  );
}

/** Select a value, and add an option for it if there is none. */
function select(element, value, words) {
  if (document.activeElement === element && element.value === value) return;
  if (![...element.options].some((option) => option.value === value)) {
    element.append(make("option", { value }, words(value)));
  }
  element.value = value;
}

function createMeter(limit) {
  return make(
    "li",
    {},
    make("span", { className: "name" }, make("code", {}, shortName(limit.for)), callerOf(limit)),
    make("meter", { min: 0, "aria-label": `Used by ${callerOf(limit)}: ${shortName(limit.for)}` }),
    make("span", { className: "used" }),
  );
}

function updateMeter(item, limit) {
  const meter = item.querySelector("meter");
  meter.max = limit.requests;
  meter.high = limit.requests * 0.75;
  meter.optimum = 0;
  meter.value = limit.requests - limit.remain;
  setText(item.querySelector(".used"), `${meter.value} of ${limit.requests} used in ${limit.seconds} s`);
}

function showLocks() {
  const current = locks.filter((lock) => lock.until > Date.now() + ahead);
  syncChildren(
    byId("locked-out"),
    current,
    (lock) => `${lock.limit} ${lock.of} ${lock.for}`,
    () => make("li"),
    (item, lock) => {
      const seconds = Math.ceil((lock.until - Date.now() - ahead) / 1000);
      setText(item, `${callerOf(lock)} is ${REASONS[lock.limit]} ${shortName(lock.for)} for ${seconds} s`);
    },
  );
}

const callerOf = (limit) => `${CALLERS[limit.limit]} ${limit.of}`;

const shortName = (what) => what.replace(/(GET|POST) \/openApi\/spot\/v1\/trade\//, "");
