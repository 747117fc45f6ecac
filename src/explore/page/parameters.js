// What the table of parameters allows, and how sliders span it.

/** Tells what a parameter allows. */
export function allowed(parameter) {
  switch (parameter.kind) {
    case "switch":
      return "true or false";
    case "choice":
      return parameter.names.join(" or ");
    case "count":
      return `a whole number from ${parameter.min} to ${parameter.max}`;
    default:
      return `a number from ${parameter.min} to ${parameter.max}`;
  }
}

/** Reads a value from a field or a link; undefined where the parameter does not allow it. */
export function read(parameter, text) {
  const trimmed = text.trim();
  switch (parameter.kind) {
    case "switch":
      return { true: true, false: false }[trimmed];
    case "choice":
      return parameter.names.includes(trimmed) ? trimmed : undefined;
    default: {
      const value = trimmed === "" ? NaN : Number(trimmed);
      const fits = value >= parameter.min && value <= parameter.max;
      return fits && (parameter.kind !== "count" || Number.isInteger(value)) ? value : undefined;
    }
  }
}

function niceStep(span, parts) {
  const raw = span / parts;
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((one) => one * power >= raw * 0.999) ?? 10;
  return factor * power;
}

/**
 * Ends and step of a parameter's slider: its uncertain range with as much again on either side, as far as it is
 * allowed and so that the values at hand are in it. What is allowed beyond can be typed.
 */
export function span(parameter, ...values) {
  let { min, max } = parameter;
  if (parameter.uncertain) {
    const [low, high] = parameter.uncertain;
    min = Math.max(min, low - (high - low));
    max = Math.min(max, high + (high - low));
  } else if (max / Math.max(parameter.default, 1e-9) > 1000) {
    max = Math.min(max, 10 * (parameter.default || 1));
  }
  min = Math.min(min, ...values);
  max = Math.max(max, ...values);
  const step = parameter.kind === "count" ? Math.max(1, Math.round(niceStep(max - min, 200))) : niceStep(max - min, 200);
  const down = Math.max(parameter.min, Math.floor(min / step) * step);
  const up = Math.min(parameter.max, Math.ceil(max / step) * step);
  return { min: tidy(down, step), max: tidy(up, step), step };
}

/** A number on the grid of a step, without the dust of binary fractions. */
export function tidy(value, step) {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)) + 1);
  return Number(value.toFixed(Math.min(digits, 20)));
}

/** Key and quarter of `budgets.retention@2018Q1`. */
export function split(name) {
  const at = name.indexOf("@");
  return at < 0 ? [name, null] : [name.slice(0, at), name.slice(at + 1)];
}
