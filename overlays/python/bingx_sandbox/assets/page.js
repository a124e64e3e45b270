// The page: hears of every change and lets each part show it.

import { ask, byId, complain, count, say, tryTo } from "./dom.js";
import { listenToFaults, showFaults } from "./faults.js";
import { listenToLimits, showLimits } from "./limits.js";
import { listenToOrders, showOrders } from "./orders.js";
import { showRequests } from "./requests.js";

function show(view) {
  const keys = view.accounts.reduce((sum, account) => sum + account.keys.length, 0);
  say(byId("accounts"), ` · ${count(view.accounts.length, "account")}, ${count(keys, "API key")}`);
  showOrders(view.orders, view.counts);
  showRequests(view.requests);
  showLimits(view.limits, view.now);
  showFaults(view.faults);
}

function live(state, words) {
  const element = byId("live");
  element.dataset.state = state;
  say(element, words);
}

function listen() {
  // The browser connects again by itself after the connection was lost.
  const events = new EventSource("/_sandbox/events");
  events.onopen = () => live("live", "live");
  events.onerror = () => live("lost", "connecting again");
  events.onmessage = (event) => show(JSON.parse(event.data));
}

byId("reset").addEventListener("click", () => {
  if (confirm("Go back to the seeded orders, and forget all requests, faults and lock-outs?")) {
    tryTo(() => ask("POST", "/reset"));
  }
});

say(byId("url"), location.origin);
say(
  byId("try"),
  `export BINGX_ENV=${location.origin}\nbingx-spot cancel BTC-USDT --order-id …`,
);
complain("");
listenToOrders();
listenToLimits();
listenToFaults();
listen();
