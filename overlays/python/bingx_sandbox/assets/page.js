// The page: receives every change and updates each part.

import { announce, attempt, byId, count, isChanging, request, setText, showError } from "./dom.js";
import { initFaults, showFaults } from "./faults.js";
import { initLimits, showLimits } from "./limits.js";
import { initOrders, showCountdowns, showOrders } from "./orders.js";
import { showRequests } from "./requests.js";

function show(view) {
  const keys = view.accounts.reduce((sum, account) => sum + account.keys.length, 0);
  setText(byId("accounts"), ` · ${count(view.accounts.length, "account")}, ${count(keys, "API key")}`);
  openOrder = view.orders.find((order) => order.open) ?? null;
  showOrders(view.orders, view.counts);
  showCountdowns(view.countdowns, view.now);
  showRequests(view.requests);
  showLimits(view.limits, view.now);
  showFaults(view.faults);
}

function showConnection(state, words) {
  const element = byId("live");
  element.dataset.state = state;
  setText(element, words);
}

function connect() {
  // The browser reconnects by itself after the connection was lost.
  const events = new EventSource("/_sandbox/events");
  events.onopen = () => showConnection("live", "live");
  events.onerror = () => showConnection("lost", "reconnecting");
  events.onmessage = (event) => isChanging() || show(JSON.parse(event.data));
}

let refreshes = 0;

document.addEventListener("changed", async () => {
  const own = ++refreshes;
  const view = await request("GET", "/view");
  // A newer change has its own.
  if (own === refreshes && !isChanging()) show(view);
});

byId("reset").addEventListener("click", () => {
  if (confirm("Restore the seed orders, and remove all requests, faults and lock-outs?")) {
    attempt(() => request("POST", "/reset"));
  }
});

// The order that the copied command cancels: the newest that is open.
let openOrder = null;

/** Return a text to copy; the secret comes from the sandbox only now, and is never shown. */
async function textToCopy(what) {
  if (what === "url") return location.origin;
  const symbol = openOrder ? `"${openOrder.symbol}"` : "BTC-USDT";
  if (what === "command") return `bingx-spot cancel ${symbol} --order-id ${openOrder?.orderId ?? 1} --env ${location.origin}`;
  const { apiKey, apiSecret } = (await request("GET", "/credentials")).accounts[0].keys[0];
  return `export BINGX_ENV=${location.origin} BINGX_API_KEY=${apiKey} BINGX_API_SECRET=${apiSecret}`;
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () =>
    attempt(async () => {
      await navigator.clipboard.writeText(await textToCopy(button.dataset.copy));
      announce("Copied");
      const words = button.textContent;
      button.textContent = "Copied";
      button.disabled = true;
      setTimeout(() => Object.assign(button, { textContent: words, disabled: false }), 1200);
    }),
  );
}

setText(byId("url"), location.origin);
setText(
  byId("try"),
  `export BINGX_ENV=${location.origin}\nbingx-spot cancel BTC-USDT --order-id …`,
);
showError("");
initOrders();
initLimits();
initFaults();
connect();
