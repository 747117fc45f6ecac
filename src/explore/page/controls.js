// The rules: groups of fields, the search among them, and what is being edited.

import { byId, el, setOptions, setText } from "./dom.js";
import { Field } from "./field.js";
import { words } from "./format.js";
import { valueOf, withValue } from "./sides.js";

const FIRST = ["mechanisms", "tournament", "regime"];
const USED = { name: "most_used", title: "What is changed most often" };

/** The panel of rules. */
export class Controls {
  /** `scenarios()` gives the scenarios of base and variant that are loaded. */
  constructor(store, scenarios) {
    Object.assign(this, { store, scenarios });
    const { groups, parameters, most_used: used } = store.model;
    const groupOf = (one) => (used.includes(one.key) ? USED.name : one.group);
    const order = [
      USED,
      ...FIRST.map((name) => groups.find((one) => one.name === name)).filter(Boolean),
      ...groups.filter((one) => !FIRST.includes(one.name)),
    ];
    this.fields = [];
    this.groups = order.map((group) => {
      const fields = parameters
        .filter((one) => groupOf(one) === group.name)
        .map((parameter) => new Field(parameter, (name, value, isDiscrete) => this.change(name, value, isDiscrete)));
      this.fields.push(...fields);
      const count = el("span", { class: "count" });
      const details = el(
        "details",
        { class: "group", open: group === USED, data: { testid: `group-${group.name}` } },
        el("summary", {}, el("span", {}, words(group.name)), count),
        el("p", { class: "soft purpose" }, `${group.title}.`),
        ...fields.map((field) => field.node),
      );
      return { details, fields, count };
    });
    this.presets = store.model.presets.map((preset) => {
      const press = () => this.preset(preset);
      const button = el("button", { type: "button", onclick: press, data: { testid: `preset-${preset.key}` } }, preset.title);
      return { ...preset, button };
    });
    byId("presets").replaceChildren(...this.presets.map((one) => one.button));
    byId("groups").replaceChildren(...this.groups.map((group) => group.details));
    byId("search").addEventListener("input", () => this.search());
    for (const input of document.querySelectorAll("input[name=edit]")) {
      input.addEventListener("change", () => store.set({ edit: input.value }, "edit"));
    }
    byId("base-scenario").addEventListener("change", (event) =>
      store.set({ base: { scenario: event.target.value, set: {} } }, "base"),
    );
    byId("variant-scenario").addEventListener("change", (event) => {
      const set = store.state.variant?.set ?? store.state.base.set;
      store.set({ variant: { scenario: event.target.value, set } }, "variant");
    });
    byId("clear").addEventListener("click", () => store.set({ variant: null }, "clear"));
    byId("seed").addEventListener("change", (event) => this.whole(event.target, "seed", 0, Number.MAX_SAFE_INTEGER));
    byId("replicates").addEventListener("change", (event) => this.whole(event.target, "n", 1, store.model.limits.replicates));
  }

  whole(input, name, low, high) {
    const value = Number(input.value);
    const fits = input.value !== "" && Number.isInteger(value) && value >= low && value <= high;
    const problem = byId("run-problem");
    problem.hidden = fits;
    input.toggleAttribute("aria-invalid", !fits);
    if (fits) {
      this.store.set({ [name]: value }, name);
    } else {
      setText(problem, `Not used: this is a whole number from ${low} to ${high}.`);
    }
  }

  change(name, value, isDiscrete) {
    const { base, variant, edit } = this.store.state;
    const scenarios = this.scenarios();
    if (!scenarios) {
      return;
    }
    const field = isDiscrete ? `${name}=${value}` : name;
    if (edit === "base") {
      this.store.set({ base: withValue(base, scenarios.base, name, value) }, field);
    } else {
      this.store.set({ variant: withValue(variant ?? base, scenarios.variant, name, value) }, field);
    }
  }

  /** Sets one rule of the variant, or takes it back. */
  preset({ key, value }) {
    const { base, variant } = this.store.state;
    const scenarios = this.scenarios();
    if (scenarios) {
      const side = variant ?? base;
      const isSet = valueOf(side, scenarios.variant, key) === value;
      const back = valueOf(base, scenarios.base, key);
      this.store.set({ variant: withValue(side, scenarios.variant, key, isSet ? back : value) }, `${key}=`);
    }
  }

  search() {
    const wanted = byId("search")
      .value.trim()
      .toLowerCase()
      .split(/\s+/)
      .filter((one) => one !== "");
    let found = 0;
    for (const group of this.groups) {
      let any = false;
      for (const field of group.fields) {
        const fits = wanted.every((word) => field.haystack.includes(word));
        field.node.hidden = !fits;
        any ||= fits;
        found += fits ? 1 : 0;
      }
      group.details.hidden = !any;
      if (wanted.length > 0) {
        group.searched ??= group.details.open;
        group.details.open = any;
      } else if (group.searched !== undefined) {
        group.details.open = group.searched;
        group.searched = undefined;
      }
    }
    setText(byId("found"), wanted.length > 0 ? `${found} of ${this.fields.length} parameters` : "");
  }

  /** Shows a state. */
  show(state) {
    const scenarios = this.scenarios();
    const names = this.store.model.scenarios.map((one) => [one.name, one.title]);
    setOptions(byId("base-scenario"), names, state.base.scenario);
    setOptions(byId("variant-scenario"), names, (state.variant ?? state.base).scenario);
    for (const input of document.querySelectorAll("input[name=edit]")) {
      input.checked = input.value === state.edit;
    }
    byId("clear").hidden = state.variant === null;
    if (!scenarios) {
      return;
    }
    const seed = String(state.seed ?? scenarios.base.seed);
    if (byId("seed").value !== seed) {
      byId("seed").value = seed;
    }
    byId("replicates").value = String(state.n);
    byId("replicates").max = String(this.store.model.limits.replicates);
    for (const { button, key, value } of this.presets) {
      const isSet = valueOf(state.variant ?? state.base, scenarios.variant, key) === value;
      button.setAttribute("aria-pressed", String(isSet));
    }
    const side = state.edit === "base" ? state.base : (state.variant ?? state.base);
    const scenario = scenarios[state.edit];
    let changed = 0;
    for (const group of this.groups) {
      const count = group.fields.reduce((sum, field) => sum + field.show(side, scenario), 0);
      setText(group.count, count > 0 ? `${count} changed` : "");
      changed += count;
    }
    setText(byId("rules-count"), changed > 0 ? ` (${changed} changed)` : "");
    setText(byId("scenario-said"), `${scenario.title}. ${scenario.description}`);
  }
}
