// The document: makes elements, keeps lists of them in step with data, and asks the control interface.
// Text only ever becomes text: nothing here reads HTML, so no symbol or id can be any.

/** Find the element of an id. */
export const byId = (id) => document.getElementById(id);

/** Make an element: a tag, its properties and attributes, its children. */
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

/** Make a sentence in which what stands between backticks is code. */
export function prose(tag, properties, text) {
  const parts = text.split("`").map((part, place) => (place % 2 ? make("code", {}, part) : part));
  return make(tag, properties, ...parts);
}

/** Change an element's text, if it is another. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Keep the children of an element in step with items, each told apart by its key.
 *
 * What stays keeps its place, its focus and whether it is open.
 *
 * @param parent The element.
 * @param items What it shows, in order.
 * @param key Gives the key of an item, a text.
 * @param create Makes the element of an item.
 * @param update Shows the item in its element.
 */
export function keep(parent, items, key, create, update) {
  const wanted = new Set(items.map(key));
  const known = new Map();
  for (const child of [...parent.children]) {
    // First of all, for an element that is moved loses its focus.
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

/** Say that the control interface refused something: which field, and why. */
export class Refused extends Error {
  constructor(field, reason) {
    super(reason);
    this.field = field;
  }
}

/** Ask the control interface; gives its JSON, or throws what it refuses. */
export async function ask(method, path, body) {
  const response = await fetch(`/_sandbox${path}`, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.field, answer.error);
  return answer;
}

/** Tell a person who cannot see the page what has happened. */
export function announce(text) {
  byId("said").textContent = text;
}

/** Show a problem above everything, or show none. */
export function complain(text) {
  const problem = byId("problem");
  problem.hidden = !text;
  say(problem, text);
}

/** Do what a person asked for, and complain if it is refused. */
export async function tryTo(doing) {
  try {
    complain("");
    await doing();
  } catch (error) {
    complain(error instanceof Refused ? error.message : "The sandbox does not answer.");
  }
}

/** Count something in words: 1 order, 2 orders. */
export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** Write a time of day from Unix milliseconds. */
export function timeOfDay(milliseconds) {
  const time = new Date(milliseconds);
  const two = (number) => String(number).padStart(2, "0");
  const seconds = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${seconds}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
