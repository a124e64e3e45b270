// The document: creates elements, syncs lists of them with data, and calls the control interface.
// Text stays text: nothing here parses HTML, so no symbol or id can become an element.

/** Return the element with an id. */
export const byId = (id) => document.getElementById(id);

/** Create an element from a tag, properties and attributes, and children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Create a sentence in which text between backticks is code. */
export function prose(tag, properties, text) {
  const parts = text.split("`").map((part, place) => (place % 2 ? make("code", {}, part) : part));
  return make(tag, properties, ...parts);
}

/** Set an element's text, unless it is the same. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Sync the children of an element with items, identified by keys.
 *
 * Elements that stay keep their place, focus and open state.
 *
 * @param parent The element.
 * @param items The items, in order.
 * @param key Returns the key of an item, a text.
 * @param create Creates the element of an item.
 * @param update Updates the element of an item.
 */
export function syncChildren(parent, items, key, create, update) {
  const wanted = new Set(items.map(key));
  const known = new Map();
  for (const child of [...parent.children]) {
    // Remove first, because an element that is moved loses its focus.
    if (wanted.has(child.dataset.key)) known.set(child.dataset.key, child);
    else child.remove();
  }
  let next = parent.firstElementChild;
  for (const item of items) {
    let child = known.get(key(item));
    if (child === undefined) {
      child = create(item);
      child.dataset.key = key(item);
    }
    update(child, item);
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}

/** An error of the control interface: the field that is wrong, and why. */
export class RequestError extends Error {
  constructor(field, reason) {
    super(reason);
    this.field = field;
  }
}

/** Call the control interface; return its JSON, or throw a RequestError. */
export async function request(method, path, body) {
  const response = await fetch(`/_sandbox${path}`, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const json = await response.json();
  if (!response.ok) throw new RequestError(json.field, json.error);
  return json;
}

/** Announce an event to screen readers. */
export function announce(text) {
  byId("announcement").textContent = text;
}

/** Show an error at the top of the page; an empty text hides it. */
export function showError(text) {
  const problem = byId("problem");
  problem.hidden = !text;
  setText(problem, text);
}

/** Run an action of the user, and show its error. */
export async function attempt(action) {
  try {
    showError("");
    await action();
  } catch (error) {
    showError(error instanceof RequestError ? error.message : "The sandbox does not respond.");
  }
}

let changes = 0;

/** Return whether a change of the user is under way, so that an event may be of the state before it. */
export const isChanging = () => changes > 0;

/** Run a change of the user, show its error, and let the page show the state after it. */
export async function change(action) {
  changes += 1;
  await attempt(action);
  changes -= 1;
  document.dispatchEvent(new Event("changed"));
}

/** Return a count with its noun: 1 order, 2 orders. */
export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** Return the time of day of Unix milliseconds. */
export function timeOfDay(milliseconds) {
  const time = new Date(milliseconds);
  const two = (number) => String(number).padStart(2, "0");
  const seconds = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${seconds}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
