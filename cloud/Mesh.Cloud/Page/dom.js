// Small pieces every part of the page uses. Texts from outside only ever become text nodes.

export const $ = (id) => document.getElementById(id);

/** An element with a class and children; strings become text. */
export function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

/** Sets a text only where it changed, so that a selection or a screen reader is not disturbed. */
export function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

export function show(node, visible) {
  node.hidden = !visible;
}

/** Makes the children of a list match items by key: moves and updates what is there, creates and removes the rest. */
export function reconcile(parent, items, keyOf, create, update) {
  const old = new Map([...parent.children].map((c) => [c.dataset.key, c]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let node = old.get(key);
    if (node) {
      old.delete(key);
    } else {
      node = create(item);
      node.dataset.key = key;
    }
    update?.(node, item);
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
  }
  for (const node of old.values()) node.remove();
}

/** Fetches JSON from this cloud; a problem's detail becomes the error's message. */
export async function get(path) {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail ?? response.statusText);
  return body;
}

/** Fetches words; a problem's detail becomes the error's message. */
export async function words(path) {
  const response = await fetch(path);
  const body = await response.text();
  if (response.ok) return body;
  let detail;
  try {
    detail = JSON.parse(body).detail;
  } catch {
    // Not of this cloud, but of something in between.
  }
  throw new Error(detail ?? response.statusText);
}

/** All pages of a list, up to a number of pages; `more` says that there would be further ones. */
export async function list(path, pages = 1) {
  const items = [];
  let next;
  for (let page = 0; page < pages; page++) {
    const from = next === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(next)}`;
    const body = await get(from);
    items.push(...body.items);
    next = body.next;
    if (next === undefined) break;
  }
  return { items, more: next !== undefined };
}
