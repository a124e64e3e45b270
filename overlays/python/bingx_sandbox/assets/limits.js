// Limits: how strict they are, what is left, and who is locked out until when.

import { ask, byId, keep, make, say, tryTo } from "./dom.js";

const WHOSE = { uid: "account", equalErrors: "account", ipEndpoint: "address", ipGroup: "address", ban: "address" };
const REASONS = {
  uid: "locked out of",
  ipEndpoint: "locked out of",
  ipGroup: "locked out of",
  equalErrors: "locked out, after twenty equal errors, of",
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
  choose(byId("factor"), factor, (value) => `${value} times as many`);
  choose(byId("lock-seconds"), String(limits.lockSeconds ?? ""), (value) => `${value} seconds`);
  byId("factor").disabled = byId("lock-seconds").disabled = !enforced;
  const refused = Object.values(limits.refused).reduce((sum, number) => sum + number, 0);
  say(byId("refused"), `${refused.toLocaleString("en")} refused`);
  const counted = limits.counted.filter((limit) => limit.remain < limit.requests);
  keep(byId("counted"), counted, (limit) => `${limit.limit} ${limit.of} ${limit.for}`, createMeter, updateMeter);
  showLocks();
}

/** Let the switches change the limits, and the lock-outs run down. */
export function listenToLimits() {
  for (const id of ["enforced", "factor", "lock-seconds"]) byId(id).addEventListener("change", change);
  byId("let-in").addEventListener("click", () => tryTo(() => ask("DELETE", "/limits/lock-outs")));
  setInterval(showLocks, 1000);
}

function change(event) {
  const chosen = event.target.id === "factor" ? byId("factor").value : factor;
  const seconds = byId("lock-seconds").value;
  return tryTo(() =>
    ask("PUT", "/limits", {
      limits: byId("enforced").checked ? Number(chosen) : "off",
      lockSeconds: seconds === "" ? null : Number(seconds),
    }),
  );
}

/** Choose a value, which somebody else may have set and no option has yet. */
function choose(select, value, words) {
  if (document.activeElement === select && select.value === value) return;
  if (![...select.options].some((option) => option.value === value)) {
    select.append(make("option", { value }, words(value)));
  }
  select.value = value;
}

function createMeter(limit) {
  return make(
    "li",
    {},
    make("span", { className: "name" }, make("code", {}, short(limit.for)), whose(limit)),
    make("meter", { min: 0, "aria-label": `Left for ${whose(limit)}: ${short(limit.for)}` }),
    make("span", { className: "left" }),
  );
}

function updateMeter(item, limit) {
  const meter = item.querySelector("meter");
  meter.max = limit.requests;
  meter.low = limit.requests / 4;
  meter.optimum = limit.requests;
  meter.value = limit.remain;
  say(item.querySelector(".left"), `${limit.remain} of ${limit.requests} in ${limit.seconds} s`);
}

function showLocks() {
  const current = locks.filter((lock) => lock.until > Date.now() + ahead);
  keep(
    byId("locked-out"),
    current,
    (lock) => `${lock.limit} ${lock.of} ${lock.for}`,
    () => make("li"),
    (item, lock) => {
      const seconds = Math.ceil((lock.until - Date.now() - ahead) / 1000);
      say(item, `${whose(lock)} is ${REASONS[lock.limit]} ${short(lock.for)} for ${seconds} s`);
    },
  );
}

const whose = (limit) => `${WHOSE[limit.limit]} ${limit.of}`;

const short = (what) => what.replace(/(GET|POST) \/openApi\/spot\/v1\/trade\//, "");
