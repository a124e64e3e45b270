// The page: receives every change and updates each part.

import { attempt, byId, count, request, setText, showError } from "./dom.js";
import { initFaults, showFaults } from "./faults.js";
import { initLimits, showLimits } from "./limits.js";
import { initOrders, showOrders } from "./orders.js";
import { showRequests } from "./requests.js";

function show(view) {
  const keys = view.accounts.reduce((sum, account) => sum + account.keys.length, 0);
  setText(byId("accounts"), ` · ${count(view.accounts.length, "account")}, ${count(keys, "API key")}`);
  showOrders(view.orders, view.counts);
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
  events.onmessage = (event) => show(JSON.parse(event.data));
}

byId("reset").addEventListener("click", () => {
  if (confirm("Restore the seed orders, and remove all requests, faults and lock-outs?")) {
    attempt(() => request("POST", "/reset"));
  }
});

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
