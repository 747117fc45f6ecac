// Numbers and names as text.

const MINUS = "\u2212";
const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A number with as many digits as can be read; an en dash where it is not defined. */
export function number(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) {
    return "\u2013";
  }
  const size = Math.abs(value);
  let text;
  if (size === 0) {
    text = "0";
  } else if (size >= 1000) {
    text = WHOLE.format(size);
  } else if (size >= 1e-4) {
    const whole = Math.max(1, Math.floor(Math.log10(size)) + 1);
    text = size.toFixed(Math.max(0, Math.min(digits, digits + 1 - whole)));
    if (size < 0.1) {
      text = size.toPrecision(digits - 1);
    }
  } else {
    text = size.toExponential(1).replace("-", MINUS);
  }
  return value < 0 && Number(text.replaceAll(",", "")) !== 0 ? MINUS + text : text;
}

/** A number with its sign, for differences. */
export function signed(value) {
  const text = number(value);
  return value > 0 && text !== "0" ? `+${text}` : text;
}

/** An interval in brackets; empty where there is none. */
export function interval(low, high, show = number) {
  const there = Number.isFinite(low) && Number.isFinite(high) && low !== null && high !== null;
  return there ? `[${show(low)}, ${show(high)}]` : "";
}

/** A share as per cent. */
export function percent(value, digits = 1) {
  return value === null || !Number.isFinite(value) ? "\u2013" : `${(100 * value).toFixed(digits).replace("-", MINUS)} %`;
}

/** A share as per cent with three digits, for shares that may be small. */
export function finePercent(value) {
  return value === null || !Number.isFinite(value) ? "\u2013" : `${number(100 * value)} %`;
}

const AXES = new Map();

/** A function that writes the numbers of an axis, with the digits that its steps need. */
export function axisNumbers(step) {
  let digits = 0;
  while (digits < 10 && Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6 * step * 10 ** digits) {
    digits += 1;
  }
  if (!AXES.has(digits)) {
    AXES.set(digits, new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  }
  const write = AXES.get(digits);
  return (value) => (value === null ? "" : write.format(value).replace("-", MINUS));
}

/** A difference of shares in percentage points. */
export function points(value) {
  return value === null || !Number.isFinite(value)
    ? "\u2013"
    : `${value > 0 ? "+" : ""}${(100 * value).toFixed(2).replace("-", MINUS)} points`;
}

/** A unit after a number; nothing for pure numbers. */
export function unit(name) {
  return name && name !== "\u2013" && name !== "1" ? name : "";
}

/** The last part of a key in words: `tournament.promotion_slope` is "Promotion slope". */
export function words(key) {
  const text = key
    .slice(key.indexOf(".") + 1)
    .replaceAll("_", " ")
    .replace(/\b(eu|us)\b/g, (name) => name.toUpperCase());
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A value of a parameter, as a person reads it. */
export function setting(value) {
  if (typeof value === "boolean") {
    return value ? "on" : "off";
  }
  return typeof value === "number" ? plain(value) : String(value);
}

/** A number of a setting, in full: what is shown is what is sent. */
export function plain(value) {
  return String(value).replace("-", MINUS);
}
