// What differs between base and variant, in words, one chip each.

import { byId, el } from "./dom.js";
import { setting, unit } from "./format.js";
import { split } from "./parameters.js";
import { differences, withValue } from "./sides.js";

function word(value) {
  return value === undefined ? "no change" : setting(value);
}

/** Shows the chips; a chip of a setting has a button that takes it away. */
export function showChips(store, scenarios) {
  const { base, variant } = store.state;
  const list = byId("chips");
  const items = [];
  const units = new Map(store.model.parameters.map((one) => [one.key, unit(one.unit)]));
  const chip = (text, name, remove) =>
    el("li", { class: "chip", data: { testid: `chip-${name}` } }, el("span", {}, text),
      remove ? el("button", { type: "button", "aria-label": `Take away ${text}`, onclick: remove }, "\u00d7") : null);
  for (const [name, value] of Object.entries(base.set)) {
    const remove = () => store.set({ base: withValue(base, scenarios.base, name, undefined) }, `${name}-`);
    items.push(chip(`base: ${name} = ${setting(value)}`, `base-${name}`, remove));
  }
  if (variant) {
    const title = (name) => store.model.scenarios.find((one) => one.name === name)?.title ?? name;
    if (variant.scenario !== base.scenario) {
      items.push(chip(`${title(base.scenario)} \u2192 ${title(variant.scenario)}`, "scenario", null));
    }
    for (const { name, from, to } of differences(base, scenarios.base, variant, scenarios.variant)) {
      const sign = units.get(split(name)[0]);
      const remove = name in variant.set
        ? () => store.set({ variant: withValue(variant, scenarios.variant, name, undefined) }, `${name}-`)
        : null;
      items.push(chip(`${name} ${word(from)} \u2192 ${word(to)}${sign ? ` ${sign}` : ""}`, name, remove));
    }
  }
  const said = variant ? "Variant equals base." : "No variant yet: change a rule, or choose another scenario as variant.";
  list.replaceChildren(...(items.length > 0 ? items : [el("li", { class: "soft" }, said)]));
}
