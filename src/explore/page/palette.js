// Colours of drawings come from the style sheet, so that they follow light and dark.

const dark = matchMedia("(prefers-color-scheme: dark)");
const known = new Map();
dark.addEventListener("change", () => known.clear());

/** The value of a colour variable of the style sheet. */
export function colour(name) {
  if (!known.has(name)) {
    known.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  }
  return known.get(name);
}

/** The same, let through to some extent. */
export function veil(name, alpha) {
  const hex = colour(name).slice(1);
  const part = (place) => Number.parseInt(hex.slice(place, place + 2), 16);
  return `rgba(${part(0)}, ${part(2)}, ${part(4)}, ${alpha})`;
}

/** Colour variables of the sides. */
export const SIDES = { base: "s0", variant: "s1", difference: "s5" };

/** Calls a listener when the reader's system turns light or dark. */
export function onScheme(listener) {
  dark.addEventListener("change", listener);
}
