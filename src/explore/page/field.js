// The field of one parameter: at the start of the run, and from the quarters on in which it changes.

import { el, setText } from "./dom.js";
import { plain, setting, unit, words } from "./format.js";
import { allowed, read, span, tidy } from "./parameters.js";
import { valueBefore } from "./sides.js";

/** One value: a slider with a number, a switch, or a choice. */
class Entry {
  constructor(parameter, name, label, change) {
    Object.assign(this, { parameter, name, change });
    this.id = `f-${name.replace(/[^A-Za-z0-9]/g, "-")}`;
    this.problem = el("p", { class: "problem", id: `${this.id}-problem`, role: "alert", hidden: true });
    this.reset = el("button", {
      type: "button",
      class: "reset",
      hidden: true,
      data: { testid: `reset-${name}` },
      onclick: () => {
        this.change(this.name, undefined, true);
        this.main.focus();
      },
    });
    const common = { id: this.id, data: { testid: `value-${name}` } };
    if (parameter.kind === "switch") {
      this.main = el("input", {
        ...common,
        type: "checkbox",
        role: "switch",
        onchange: () => this.change(name, this.main.checked, true),
      });
      this.inputs = [this.main];
    } else if (parameter.kind === "choice") {
      this.main = el(
        "select",
        { ...common, onchange: () => this.change(name, this.main.value, true) },
        ...parameter.names.map((one) => el("option", { value: one }, one)),
      );
      this.inputs = [this.main];
    } else {
      this.slider = el("input", {
        type: "range",
        id: `${this.id}-slider`,
        "aria-label": `${label}, slider`,
        data: { testid: `slider-${name}` },
        oninput: () => this.slid(),
        onchange: () => this.slid(),
      });
      this.main = el("input", {
        ...common,
        type: "number",
        inputmode: "decimal",
        "aria-describedby": `${this.id}-problem`,
        min: parameter.min,
        max: parameter.max,
        step: parameter.kind === "count" ? 1 : "any",
        oninput: () => this.typed(),
        onchange: () => this.typed(),
      });
      this.inputs = [this.slider, this.main];
    }
    this.text = el("label", { for: this.id }, label, " ", el("code", {}, name));
    const sign = unit(parameter.unit);
    this.row = el(
      "div",
      { class: `entry ${parameter.kind}` },
      el("span", { class: "entry-head" }, this.text, this.reset),
      el("span", { class: "entry-inputs" }, ...this.inputs, sign ? el("span", { class: "unit" }, sign) : null),
      this.problem,
    );
  }

  slid() {
    const value = tidy(Number(this.slider.value), Number(this.slider.step));
    if (value !== this.value) {
      this.main.value = value;
      this.accept(value);
    }
  }

  typed() {
    const value = read(this.parameter, this.main.value);
    if (value === undefined) {
      this.main.setAttribute("aria-invalid", "true");
      this.problem.hidden = false;
      setText(
        this.problem,
        `Not used: ${this.main.value === "" ? "this" : plain(this.main.value)} is not ${allowed(this.parameter)}. The runs keep ${setting(this.value)}.`,
      );
    } else if (value !== this.value) {
      this.accept(value);
    } else {
      this.wellFormed();
    }
  }

  accept(value) {
    this.wellFormed();
    this.value = value;
    this.change(this.name, value, false);
  }

  wellFormed() {
    this.main.removeAttribute("aria-invalid");
    this.problem.hidden = true;
  }

  /** Shows a value, and the one a reset goes back to. */
  show(value, original) {
    this.value = value;
    this.wellFormed();
    if (this.parameter.kind === "switch") {
      this.main.checked = value;
    } else if (this.parameter.kind === "choice") {
      this.main.value = value;
    } else {
      const key = `${original}`;
      if (this.spanOf !== key || value < Number(this.slider.min) || value > Number(this.slider.max)) {
        this.spanOf = key;
        const { min, max, step } = span(this.parameter, value, original ?? value);
        Object.assign(this.slider, { min, max, step });
      }
      if (Number(this.slider.value) !== value) {
        this.slider.value = value;
      }
      // A number is left as it is being typed: 0.50 stays 0.50.
      if (Number(this.main.value) !== value || this.main.value === "") {
        this.main.value = value;
      }
    }
    this.reset.hidden = value === original;
    this.row.classList.toggle("differs", value !== original);
    const back = original === undefined ? "remove" : `\u21ba ${setting(original)}`;
    setText(this.reset, back);
    this.reset.setAttribute(
      "aria-label",
      original === undefined ? `Remove ${this.name}` : `Reset ${this.name} to ${setting(original)}`,
    );
  }
}

/** A parameter with all of its dates, what it means, and where it comes from. */
export class Field {
  /** `change(name, value, isDiscrete)` is called with undefined for a reset. */
  constructor(parameter, change) {
    Object.assign(this, { parameter, change });
    this.entries = new Map();
    this.list = el("div", { class: "entries" });
    const { meaning, source, symbol, uncertain } = parameter;
    const facts = [
      `Key: ${parameter.key}.`,
      symbol ? `Symbol: ${symbol}.` : "",
      `Allowed: ${allowed(parameter)}.`,
      uncertain ? `Plausible: ${plain(uncertain[0])} to ${plain(uncertain[1])}.` : "",
      parameter.timing === "start" ? "Set once, at the start." : "",
    ].filter((text) => text !== "");
    this.more = el(
      "details",
      { class: "meaning" },
      el("summary", { "aria-label": `Meaning of ${parameter.key}`, title: "Meaning, range and source" }, "?"),
      el("p", {}, meaning),
      el("p", { class: "soft" }, facts.join(" ")),
      el("p", { class: "soft" }, `Source: ${source}.`),
    );
    if (parameter.timing !== "start") {
      this.quarter = el("select", { "aria-label": `Quarter from which ${parameter.key} changes` });
      this.more.append(
        el(
          "p",
          { class: "dated" },
          "From ",
          this.quarter,
          " on ",
          el(
            "button",
            { type: "button", data: { testid: `date-${parameter.key}` }, onclick: () => this.addDate() },
            "add a change",
          ),
        ),
      );
    }
    this.node = el(
      "div",
      { class: "field", data: { key: parameter.key, testid: `field-${parameter.key}` } },
      this.list,
      this.more,
    );
    this.haystack = `${parameter.key} ${words(parameter.key)} ${meaning} ${parameter.synonyms}`.toLowerCase();
  }

  addDate() {
    const name = `${this.parameter.key}@${this.quarter.value}`;
    if (!this.entries.has(name)) {
      this.change(name, valueBefore(this.side, this.scenario, name), true);
      this.entries.get(name)?.main.focus();
    }
  }

  /** Shows what a side has: values by name, as the scenario has them and as they are now. */
  show(side, scenario) {
    Object.assign(this, { side, scenario });
    const { key } = this.parameter;
    const dated = new Set(scenario.changes.filter((one) => one.key === key).map((one) => `${key}@${one.from}`));
    Object.keys(side.set)
      .filter((name) => name.startsWith(`${key}@`))
      .forEach((name) => dated.add(name));
    const names = [key, ...[...dated].sort()];
    for (const [name, entry] of this.entries) {
      if (!names.includes(name)) {
        entry.row.remove();
        this.entries.delete(name);
      }
    }
    names.forEach((name, place) => {
      let entry = this.entries.get(name);
      if (!entry) {
        const label = place === 0 ? words(key) : `${words(key)} from ${name.slice(key.length + 1)} on`;
        entry = new Entry(this.parameter, name, label, this.change);
        this.entries.set(name, entry);
      }
      if (this.list.children[place] !== entry.row) {
        this.list.insertBefore(entry.row, this.list.children[place] ?? null);
      }
      const change = place === 0 ? null : scenario.changes.find((one) => `${key}@${one.from}` === name);
      const original = place === 0 ? scenario.values[key] : change?.value;
      entry.show(side.set[name] ?? original, original);
    });
    if (this.quarter && this.quarter.dataset.of !== scenario.name) {
      this.quarter.dataset.of = scenario.name;
      this.quarter.replaceChildren(...scenario.quarters.slice(1).map((one) => el("option", {}, one)));
    }
    const changed = names.filter((name) => name in side.set).length;
    this.node.classList.toggle("differs", changed > 0);
    return changed;
  }
}
