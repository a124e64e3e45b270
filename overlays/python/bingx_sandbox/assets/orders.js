// The order book: orders as they change, and buttons to change them.

import { announce, attempt, byId, count, make, request, RequestError, setText, showError, syncChildren } from "./dom.js";

const PAST_TENSE = { cancel: "cancelled", fill: "filled" };
let countdowns = [];
let ahead = 0;

/** Show the orders, and how many are open. */
export function showOrders(orders, counts) {
  const body = byId("orders").tBodies[0];
  syncChildren(body, orders, (order) => order.orderId, createRow, updateRow);
  byId("no-orders").hidden = orders.length > 0;
  byId("orders").hidden = orders.length === 0;
  const total = Object.values(counts).reduce((sum, number) => sum + number, 0);
  const open = counts.NEW + counts.PENDING + counts.PARTIALLY_FILLED;
  const shown = orders.length < total ? `, the last ${orders.length} shown` : "";
  setText(byId("order-counts"), `${open.toLocaleString("en")} open of ${count(total, "order")}${shown}`);
}

/** Show the dead man's switches that are on; `now` is the sandbox's time in Unix milliseconds. */
export function showCountdowns(current, now) {
  countdowns = current;
  ahead = now - Date.now();
  updateCountdowns();
}

function updateCountdowns() {
  const now = Date.now() + ahead;
  syncChildren(
    byId("countdowns"),
    countdowns.filter((countdown) => countdown.ends > now),
    (countdown) => countdown.uid,
    () => make("li"),
    (item, countdown) => {
      const seconds = Math.ceil((countdown.ends - now) / 1000);
      setText(item, `Dead man's switch of ${countdown.uid} cancels everything in ${seconds} s`);
    },
  );
}

/** Let the form place orders, and count down the switches. */
export function initOrders() {
  setInterval(updateCountdowns, 1000);
  byId("place").addEventListener("submit", (event) => {
    event.preventDefault();
    place(event.target);
  });
}

async function place(form) {
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
  const fields = { ...Object.fromEntries(given), type: "LIMIT" };
  for (const input of form.elements) input.removeAttribute("aria-invalid");
  setText(byId("place-error"), "");
  try {
    showError("");
    const order = await request("POST", "/orders", fields);
    announce(`Placed: ${order.side} ${order.origQty} ${order.symbol}.`);
  } catch (error) {
    const invalid = error instanceof RequestError ? form.elements[error.field] : undefined;
    setText(byId("place-error"), error instanceof RequestError ? error.message : "The sandbox does not respond.");
    if (invalid) {
      invalid.setAttribute("aria-invalid", "true");
      invalid.focus();
    }
  }
}

function createRow(order) {
  const act = (what, words) =>
    make(
      "button",
      { type: "button", className: "small", "aria-label": `${words} ${order.symbol} ${order.orderId}` },
      words,
    );
  const cancel = act("cancel", "Cancel");
  const fill = act("fill", "Fill");
  const row = make(
    "tr",
    { tabindex: "-1" },
    make(
      "th",
      { scope: "row" },
      make("span", { className: `side ${order.side.toLowerCase()}` }, order.side),
      " ",
      make("strong", {}, order.symbol),
      make("code", { className: "id" }, order.orderId),
      order.clientOrderID ? make("code", { className: "id own" }, order.clientOrderID) : null,
    ),
    make(
      "td",
      { className: "number" },
      make("span", { className: "filled" }),
      make("span", { className: "price" }, ` at ${order.price}`),
    ),
    make("td", { className: "state" }, make("span", { className: "badge" })),
    make("td", { className: "acts" }, cancel, fill),
  );
  cancel.addEventListener("click", () => change(row, order, "cancel"));
  fill.addEventListener("click", () => change(row, order, "fill"));
  return row;
}

function updateRow(row, order) {
  const badge = row.querySelector(".badge");
  if (badge.textContent !== "" && badge.textContent !== order.status) flash(row);
  badge.dataset.status = order.status;
  setText(badge, order.status);
  setText(row.querySelector(".filled"), `${order.executedQty} of ${order.origQty}`);
  const acts = row.querySelector(".acts");
  if (!order.open && acts.contains(document.activeElement)) row.focus();
  for (const button of acts.children) button.hidden = !order.open;
}

function flash(row) {
  row.classList.remove("changed");
  // Reading the size restarts the animation.
  void row.offsetWidth;
  row.classList.add("changed");
}

function change(row, order, what) {
  return attempt(async () => {
    await request("POST", `/orders/${order.orderId}/${what}`);
    announce(`${order.symbol} ${order.orderId} is ${PAST_TENSE[what]}.`);
    row.focus();
  });
}
