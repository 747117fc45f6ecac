// The fragment of the address holds all that a link shares.

import { allowed, read, split } from "./parameters.js";

const QUARTER = /^\d{4}Q[1-4]$/;

/** What a link without a word means. */
export function start(model) {
  return {
    base: { scenario: model.start, set: {} },
    variant: null,
    edit: "variant",
    seed: null,
    n: 100,
    view: "charts",
    show: "levels",
    q: null,
    charts: null,
    side: "variant",
    replicate: 0,
    city: null,
    sector: null,
    colour: null,
  };
}

const CHOICES = {
  edit: ["variant", "base"],
  view: ["charts", "player"],
  show: ["levels", "difference"],
  side: ["variant", "base"],
};

const escape = (text) => encodeURIComponent(text).replaceAll("%3A", ":").replaceAll("%40", "@").replaceAll("%2C", ",");

function formatSet(set) {
  return Object.entries(set)
    .map(([name, value]) => `${escape(name)}:${escape(String(value))}`)
    .join(",");
}

/** The fragment of a state, with its hash sign. What is as at the start is left out. */
export function format(state, model) {
  const first = start(model);
  const parts = [`base=${escape(state.base.scenario)}`];
  const add = (name, text) => parts.push(`${name}=${text}`);
  if (Object.keys(state.base.set).length > 0) {
    add("baseset", formatSet(state.base.set));
  }
  if (state.variant) {
    add("variant", escape(state.variant.scenario));
    if (Object.keys(state.variant.set).length > 0) {
      add("set", formatSet(state.variant.set));
    }
  }
  for (const name of ["seed", "n", "edit", "view", "show", "q", "side", "replicate", "city", "sector", "colour"]) {
    if (state[name] !== first[name]) {
      add(name, escape(String(state[name])));
    }
  }
  if (state.charts) {
    add("charts", state.charts.map(escape).join(","));
  }
  return `#${parts.join("&")}`;
}

function parseSet(text, name, model, ignored) {
  const set = {};
  for (const piece of text.split(",").filter((one) => one !== "")) {
    const colon = piece.indexOf(":");
    const key = colon < 0 ? piece : piece.slice(0, colon);
    const [plain, quarter] = split(key);
    const parameter = model.parameters.find((one) => one.key === plain);
    const value = parameter && colon >= 0 ? read(parameter, piece.slice(colon + 1)) : undefined;
    if (!parameter) {
      ignored.push(`${name}: there is no parameter “${plain}”`);
    } else if (quarter !== null && (!QUARTER.test(quarter) || parameter.timing === "start")) {
      ignored.push(`${name}: ${plain} cannot change from “${quarter}” on`);
    } else if (value === undefined) {
      ignored.push(`${name}: ${piece} is not allowed; ${plain} is ${allowed(parameter)}`);
    } else {
      set[key] = value;
    }
  }
  return set;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** State of a fragment, and sentences about what was ignored in it. */
export function parse(fragment, model) {
  const state = start(model);
  const ignored = [];
  const given = {};
  for (const part of fragment
    .replace(/^#/, "")
    .split("&")
    .filter((one) => one !== "")) {
    const equals = part.indexOf("=");
    given[decode(equals < 0 ? part : part.slice(0, equals))] = equals < 0 ? "" : decode(part.slice(equals + 1));
  }
  const scenario = (name) => {
    if (model.scenarios.some((one) => one.name === given[name])) {
      return given[name];
    }
    ignored.push(`${name}: there is no scenario “${given[name]}”`);
    return null;
  };
  const whole = (name, low, high) => {
    const value = Number(given[name]);
    if (given[name] !== "" && Number.isInteger(value) && value >= low && value <= high) {
      state[name] = value;
    } else {
      ignored.push(`${name}: ${given[name]} is not a whole number from ${low} to ${high}`);
    }
  };
  let variant = null;
  for (const name of Object.keys(given)) {
    if (name === "base") {
      state.base.scenario = scenario(name) ?? state.base.scenario;
    } else if (name === "variant") {
      variant = scenario(name);
    } else if (name === "seed") {
      whole(name, 0, Number.MAX_SAFE_INTEGER);
    } else if (name === "n") {
      whole(name, 1, model.limits.replicates);
    } else if (name === "replicate") {
      whole(name, 0, model.limits.replicates - 1);
    } else if (name in CHOICES) {
      if (CHOICES[name].includes(given[name])) {
        state[name] = given[name];
      } else {
        ignored.push(`${name}: ${given[name]} is neither of ${CHOICES[name].join(", ")}`);
      }
    } else if (name === "charts") {
      const names = given[name].split(",").filter((one) => one !== "");
      const known = names.filter((one) => model.responses.some((response) => response.name === one));
      names.filter((one) => !known.includes(one)).forEach((one) => ignored.push(`charts: there is no response “${one}”`));
      state.charts = known;
    } else if (["q", "city", "sector", "colour"].includes(name)) {
      state[name] = given[name];
    } else if (name !== "set" && name !== "baseset") {
      ignored.push(`there is no setting “${name}”`);
    }
  }
  state.base.set = parseSet(given.baseset ?? "", "baseset", model, ignored);
  const set = parseSet(given.set ?? "", "set", model, ignored);
  if (variant !== null || Object.keys(set).length > 0) {
    state.variant = { scenario: variant ?? state.base.scenario, set };
  }
  return { state, ignored };
}
