// What differs between base and variant, in words, one chip each.

import { byId, el } from "./dom.js";
import { setting, unit } from "./format.js";
import { split } from "./parameters.js";
import { differences, valueBefore, withValue } from "./sides.js";

function word(value, side, scenario, name) {
  return setting(value ?? valueBefore(side, scenario, name));
}

/** Shows the chips; a chip of a setting has a button that takes it away. */
export function showChips(store, scenarios) {
  const { base, variant } = store.state;
  const items = [];
  const units = new Map(store.model.parameters.map((one) => [one.key, unit(one.unit)]));
  const chip = (text, name, remove) =>
    el(
      "li",
      { class: "chip", data: { testid: `chip-${name}` } },
      el("span", {}, text),
      remove ? el("button", { type: "button", "aria-label": `Take away ${text}`, onclick: remove }, "\u00d7") : null,
    );
  for (const [name, value] of Object.entries(base.set)) {
    const remove = () => store.set({ base: withValue(base, scenarios.base, name, undefined) }, `${name}-`);
    items.push(chip(`base: ${name} = ${setting(value)}`, `base-${name}`, remove));
  }
  if (variant) {
    const title = (name) => store.model.scenarios.find((one) => one.name === name)?.title ?? name;
    if (variant.scenario !== base.scenario) {
      items.push(chip(`${title(base.scenario)} \u2192 ${title(variant.scenario)}`, "scenario", null));
    }
    const order = new Map(store.model.parameters.map((one, place) => [one.key, place]));
    const rank = ({ name }) => order.get(split(name)[0]) ?? -1;
    const list = differences(base, scenarios.base, variant, scenarios.variant).sort((a, b) => rank(a) - rank(b));
    for (const { name, from, to } of list) {
      const sign = units.get(split(name)[0]);
      const remove =
        name in variant.set
          ? () => store.set({ variant: withValue(variant, scenarios.variant, name, undefined) }, `${name}-`)
          : null;
      items.push(
        chip(
          `${name} ${word(from, base, scenarios.base, name)} \u2192 ${word(to, variant, scenarios.variant, name)}${sign ? ` ${sign}` : ""}`,
          name,
          remove,
        ),
      );
    }
  }
  const said = variant ? "Variant equals base." : "No variant yet: change a rule, or choose another scenario as variant.";
  byId("chips").replaceChildren(...(items.length > 0 ? items : [el("li", { class: "soft" }, said)]));
}
