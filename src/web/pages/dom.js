const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element. Children are text or elements, so nothing that comes from outside is ever read as HTML.
 * `on…` attributes are listeners; false and null attributes and children are left out.
 */
export function h(tag, attributes = {}, ...children) {
  return build(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children);
}

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      element[name] = value;
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(
    ...children
      .flat(Number.POSITIVE_INFINITY)
      .filter((child) => child !== null && child !== false && child !== undefined),
  );
  return element;
}

/**
 * Makes `current` look like `next` while keeping what stays the same: focus, scrolling, opened details, typed text.
 * Listeners become those of `next`, so they must find what they need by their event, not by elements they were made with.
 * Children with a `data-key` are found again by it; what draws itself (`data-own`) is handed its new `model`.
 */
export function morph(current, next) {
  const keyed = new Map(
    [...current.children].filter((child) => child.dataset.key).map((child) => [child.dataset.key, child]),
  );
  const wanted = [...next.childNodes].map((child) => {
    const place = child.dataset?.key === undefined ? undefined : keyed.get(child.dataset.key);
    return { child, place };
  });
  let cursor = current.firstChild;
  for (const { child, place } of wanted) {
    const candidate = place ?? (cursor?.dataset?.key === undefined ? cursor : null);
    if (candidate && isSame(candidate, child)) {
      if (candidate === cursor) {
        cursor = cursor.nextSibling;
      } else {
        current.insertBefore(candidate, cursor);
      }
      patch(candidate, child);
    } else {
      current.insertBefore(child, cursor);
    }
  }
  while (cursor) {
    const after = cursor.nextSibling;
    cursor.remove();
    cursor = after;
  }
}

function isSame(left, right) {
  return (
    left.nodeType === right.nodeType &&
    left.nodeName === right.nodeName &&
    left.dataset?.key === right.dataset?.key &&
    left.dataset?.own === right.dataset?.own
  );
}

function patch(current, next) {
  if (current.nodeType !== Node.ELEMENT_NODE) {
    if (current.nodeValue !== next.nodeValue) {
      current.nodeValue = next.nodeValue;
    }
    return;
  }
  if (current.renew !== undefined) {
    current.renew(next.model);
    return;
  }
  for (const { name, value } of next.attributes) {
    if (current.getAttribute(name) !== value) {
      current.setAttribute(name, value);
    }
  }
  for (const { name } of [...current.attributes]) {
    if (!next.hasAttribute(name) && name !== "open") {
      current.removeAttribute(name);
    }
  }
  current.onclick = next.onclick;
  current.onsubmit = next.onsubmit;
  if (!["INPUT", "TEXTAREA", "SELECT"].includes(current.nodeName)) {
    morph(current, next);
  }
}
