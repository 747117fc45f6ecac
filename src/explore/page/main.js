// The page: puts state, runs and views together.

import * as api from "./api.js";
import { Charts, chosen, showEvents } from "./charts.js";
import { showChips } from "./chips.js";
import { Controls } from "./controls.js";
import { byId, el, setText } from "./dom.js";
import { showHeadlines, showOutcomes, showSpending } from "./outcomes.js";
import { Player } from "./player.js";
import { Runner } from "./runner.js";
import { wireSaving } from "./save.js";
import { Store } from "./store.js";

// Tables are written anew this often while snapshots come in, and with the first and the last one.
const TABLES_MS = 200;

/** Parts of the page that need the model. */
class Page {
  constructor(model) {
    this.loaded = new Map();
    this.store = new Store(model);
    const parts = { scenarios: () => this.scenarios(), place: () => this.place(), fail: (problem) => this.fail(problem) };
    this.controls = new Controls(this.store, parts.scenarios);
    this.charts = new Charts(this.store);
    this.player = new Player(this.store, parts);
    this.runner = new Runner({
      show: (snapshot, isCurrent) => this.snapshot(snapshot, isCurrent),
      wait: () => this.stale(),
      fail: parts.fail,
    });
    wireSaving(this.store, parts);
    this.wire();
    this.store.listen(() => this.update());
    this.update();
  }

  wire() {
    const { store } = this;
    for (const view of ["charts", "player"]) {
      byId(`tab-${view}`).addEventListener("click", () => store.set({ view }, "view"));
      byId(`tab-${view}`).addEventListener("keydown", (event) => {
        if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
          event.preventDefault();
          const other = view === "charts" ? "player" : "charts";
          store.set({ view: other }, "view");
          byId(`tab-${other}`).focus();
        }
      });
    }
    for (const input of document.querySelectorAll("input[name=show]")) {
      input.addEventListener("change", () => store.set({ show: input.value }, "show"));
    }
    byId("quarter").addEventListener("input", (event) => {
      this.player.stop();
      const { quarters } = this.scenarios().base;
      store.set({ q: quarters[Number(event.target.value)] }, "q");
    });
    byId("all-outcomes").addEventListener("change", () => this.numbers());
    byId("again").addEventListener("click", () => this.again());
    byId("ignored-close").addEventListener("click", () => {
      store.ignored = [];
      byId("ignored").hidden = true;
    });
    byId("rules-toggle").addEventListener("click", () => {
      const isOpen = byId("rules").classList.toggle("open");
      byId("rules-toggle").setAttribute("aria-expanded", String(isOpen));
    });
    byId("more-charts").replaceChildren(
      ...store.model.responses.map((one) => {
        const box = el("input", { type: "checkbox", value: one.name, onchange: () => this.choose(one.name, box.checked) });
        return el("li", {}, el("label", { title: one.meaning }, box, ` ${one.title}`));
      }),
    );
  }

  choose(name, isChosen) {
    const names = new Set(chosen(this.store.state, this.store.model));
    names[isChosen ? "add" : "delete"](name);
    const charts = this.store.model.responses.map((one) => one.name).filter((one) => names.has(one));
    this.store.set({ charts }, `charts ${name}`);
  }

  /** The scenarios of the state; null until they are there. */
  scenarios() {
    const { base, variant } = this.store.state;
    const found = [base, variant ?? base].map((side) => this.loaded.get(side.scenario));
    return found.every(Boolean) ? { base: found[0], variant: found[1] } : null;
  }

  /** Place of the chosen quarter: the last one if none is chosen. */
  place() {
    const { quarters } = this.scenarios().base;
    const { q } = this.store.state;
    const found = /^\d+$/.test(q ?? "") ? Math.min(Number(q), quarters.length - 1) : quarters.indexOf(q);
    return found < 0 ? quarters.length - 1 : found;
  }

  async load() {
    const { base, variant } = this.store.state;
    const names = [...new Set([base.scenario, (variant ?? base).scenario])].filter((name) => !this.loaded.has(name));
    try {
      await Promise.all(names.map(async (name) => this.loaded.set(name, await api.scenario(name))));
      this.update();
    } catch (problem) {
      this.fail(problem);
    }
  }

  update() {
    const { store } = this;
    const { state } = store;
    this.controls.show(state);
    const scenarios = this.scenarios();
    if (!scenarios) {
      this.stale();
      this.load();
      return;
    }
    this.ignored(scenarios);
    byId("results").hidden = false;
    const place = this.place();
    const { quarters } = scenarios.base;
    byId("quarter").max = String(quarters.length - 1);
    byId("quarter").value = String(place);
    byId("quarter").setAttribute("aria-valuetext", quarters[place]);
    for (const view of ["charts", "player"]) {
      byId(`${view}-view`).hidden = state.view !== view;
      byId(`tab-${view}`).setAttribute("aria-selected", String(state.view === view));
      byId(`tab-${view}`).tabIndex = state.view === view ? 0 : -1;
    }
    for (const input of document.querySelectorAll("input[name=show]")) {
      input.checked = input.value === state.show;
      input.disabled = input.value === "difference" && !state.variant;
    }
    const names = chosen(state, store.model);
    for (const box of byId("more-charts").querySelectorAll("input")) {
      box.checked = names.includes(box.value);
    }
    showChips(store, scenarios);
    showEvents(scenarios.base, place);
    this.runner.want({ base: state.base, variant: state.variant, seed: state.seed ?? scenarios.base.seed, replicates: state.n });
    if (state.view === "charts") {
      this.charts.frame(state, scenarios.base, place);
    }
    this.numbers();
    this.player.show(state);
  }

  ignored(scenarios) {
    const { state } = this.store;
    const said = [...this.store.ignored];
    const check = (name, isKnown) => {
      if (state[name] !== null && !isKnown(state[name])) {
        said.push(`${name}: there is no \u201c${state[name]}\u201d here`);
        state[name] = null;
      }
    };
    const { cities, sectors, quarters } = scenarios[state.side === "variant" && state.variant ? "variant" : "base"];
    check("q", (q) => quarters.includes(q) || scenarios.base.quarters.includes(q) || /^\d+$/.test(q));
    check("city", (id) => cities.some((one) => one.id === id));
    check("sector", (id) => sectors.some((one) => one.id === id));
    check("colour", (name) => ["city_responses", "sector_responses"].some((list) => this.store.model[list].some((one) => one.name === name)));
    this.store.ignored = said;
    byId("ignored").hidden = said.length === 0;
    const key = said.join("\n");
    if (byId("ignored-list").dataset.said !== key) {
      byId("ignored-list").dataset.said = key;
      byId("ignored-list").replaceChildren(...said.map((text) => el("li", {}, text)));
    }
  }

  stale() {
    byId("results").setAttribute("aria-busy", "true");
    byId("main").classList.add("stale");
    this.tabled = 0;
    setText(byId("progress"), this.shown ? "computing \u2026" : "first run \u2026");
  }

  snapshot(snapshot, isCurrent) {
    this.shown = snapshot;
    byId("problem").hidden = true;
    if (this.store.state.view === "charts") {
      this.charts.frame(this.store.state, this.scenarios().base, this.place());
    }
    this.charts.show(snapshot, this.scenarios().variant.quarters);
    this.numbers();
    if (!isCurrent) {
      return;
    }
    byId("results").setAttribute("aria-busy", "false");
    byId("main").classList.remove("stale");
    byId("progress").dataset.n = String(snapshot.n);
    setText(byId("progress"), `${snapshot.n} of ${snapshot.of} replicates`);
    if (snapshot.n === snapshot.of) {
      setText(byId("status"), `Done: ${snapshot.n} replicates${snapshot.variant ? ", base and variant" : ""}.`);
      this.charts.describe();
    }
  }

  numbers() {
    const scenarios = this.scenarios();
    if (!this.shown || !scenarios) {
      return;
    }
    const place = this.place();
    const quarter = scenarios.base.quarters[place];
    showHeadlines(this.store, this.shown, place, quarter);
    const isWhole = this.shown.n === this.shown.of;
    if (this.store.state.view === "charts" && (isWhole || performance.now() - this.tabled > TABLES_MS)) {
      this.tabled = performance.now();
      showSpending(this.store, this.shown);
      showOutcomes(this.store, this.shown, place, quarter);
    }
  }

  fail(problem) {
    showProblem(problem);
    setText(byId("progress"), this.shown ? "not computed; faint numbers are of earlier settings" : "not computed");
  }

  again() {
    byId("problem").hidden = true;
    if (this.scenarios()) {
      this.runner.again();
      this.player.again();
    } else {
      this.load();
    }
  }
}

const ADVICE = {
  gone:
    "The program has ended. Start it again with \u201cdualtrack explore\u201d and add the settings of this page (Copy settings) " +
    "to the address that it prints.",
  session:
    "This page does not belong to the running program any more. Open the address that \u201cdualtrack explore\u201d printed " +
    "last; the settings of this page (Copy settings) can be added to it.",
};

/** Says what went wrong, and what to do about it. */
function showProblem(problem) {
  setText(byId("problem-text"), ADVICE[problem.kind] ?? problem.message);
  byId("problem").hidden = false;
}

try {
  const model = await api.model();
  setText(byId("version"), `dualtrack ${model.version}`);
  new Page(model);
} catch (problem) {
  showProblem(problem);
  byId("again").addEventListener("click", () => location.reload());
}
