// A side is a scenario and what is set over it: {scenario, set}. Sides are not changed, but replaced.

import { split } from "./parameters.js";

/** The value a scenario itself has under a name, dated or not; undefined where it says nothing at that date. */
export function scenarioValue(scenario, name) {
  if (name in scenario.values) {
    return scenario.values[name];
  }
  const change = scenario.changes.find((one) => `${one.key}@${one.from}` === name);
  return change?.value;
}

/** The value a side has under a name. */
export function valueOf(side, scenario, name) {
  return side.set[name] ?? scenarioValue(scenario, name);
}

/** The value that holds in a quarter of `budgets.retention@2018Q1`, but for what is set under this name itself. */
export function valueBefore(side, scenario, name) {
  const [key, quarter] = split(name);
  const dates = new Set([
    ...scenario.changes.filter((one) => one.key === key).map((one) => one.from),
    ...Object.keys(side.set)
      .map(split)
      .filter(([other, from]) => other === key && from !== null)
      .map(([, from]) => from),
  ]);
  const last = [...dates]
    .filter((from) => from < quarter)
    .sort()
    .at(-1);
  return valueOf(side, scenario, last === undefined ? key : `${key}@${last}`);
}

/** The side with a value set, or with the scenario's own where they are the same. */
export function withValue(side, scenario, name, value) {
  const set = { ...side.set };
  if (value === undefined || value === scenarioValue(scenario, name)) {
    delete set[name];
  } else {
    set[name] = value;
  }
  return { ...side, set };
}

/** Whether two sides are one. */
export function same(a, b) {
  const names = Object.keys(a.set);
  return (
    a.scenario === b.scenario && names.length === Object.keys(b.set).length && names.every((name) => a.set[name] === b.set[name])
  );
}

/** Names under which one of the two sides can differ: parameters and dated changes. */
function names(sides) {
  const all = new Set();
  for (const [side, scenario] of sides) {
    Object.keys(scenario.values).forEach((name) => all.add(name));
    scenario.changes.forEach((change) => all.add(`${change.key}@${change.from}`));
    Object.keys(side.set).forEach((name) => all.add(name));
  }
  return all;
}

/** What differs: [{name, from, to}]; `from` or `to` is undefined where a side says nothing. */
export function differences(base, baseScenario, variant, variantScenario) {
  const out = [];
  for (const name of names([
    [base, baseScenario],
    [variant, variantScenario],
  ])) {
    const from = valueOf(base, baseScenario, name);
    const to = valueOf(variant, variantScenario, name);
    if (from !== to) {
      out.push({ name, from, to });
    }
  }
  return out;
}
