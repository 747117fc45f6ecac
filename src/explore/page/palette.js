// Colours of drawings come from the style sheet, so that they follow light and dark.

/** The value of a colour variable of the style sheet. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
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
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listener);
}
