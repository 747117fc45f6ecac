// Elements. Texts become text nodes, so that a name from a file stays a name whatever it holds.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      node.addEventListener(name.slice(2), value);
    } else if (name === "data") {
      Object.assign(node.dataset, value);
    } else if (value === true) {
      node.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value);
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** An element of HTML. Attributes that begin with `on` are listeners, `data` holds data attributes. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An element of SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** The element of the page with an id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Sets a text only where it differs, so that screen readers are not told twice. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** Replaces what a select offers; keeps the elements where nothing changed, so that an open list stays open. */
export function setOptions(select, options, value) {
  const now = JSON.stringify(options);
  if (select.dataset.options !== now) {
    select.dataset.options = now;
    select.replaceChildren(...options.map(([name, text]) => el("option", { value: name }, text)));
  }
  select.value = value;
}

/** A dot in the colour of a side. */
export function dot(side) {
  return el("span", { class: `dot ${side}`, "aria-hidden": "true" });
}
