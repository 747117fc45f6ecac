// The player: one replicate, quarter by quarter, on a map, with the choice of one city.

import * as api from "./api.js";
import { byId, el, setOptions, setText } from "./dom.js";
import { CityMap, showLegend } from "./map.js";
import { eventWords, returnsLegend, showChoice } from "./reasons.js";

const MOST_EVENTS = 40;

/** The view of cities. */
export class Player {
  /** `fail(problem)` shows a problem, `scenarios()` gives the loaded scenarios of both sides, `place()` the chosen quarter. */
  constructor(store, { scenarios, place, fail }) {
    Object.assign(this, { store, scenarios, place, fail });
    this.map = new CityMap(byId("map"), (id) => {
      this.wasPicked = true;
      store.set({ city: id }, "city");
      this.reveal();
    });
    this.timer = null;
    new ResizeObserver(() => this.draw()).observe(byId("map"));
    const choose = (id, name, read = (value) => value) =>
      byId(id).addEventListener("change", (event) => store.set({ [name]: read(event.target.value) }, name));
    choose("player-side", "side");
    choose("player-city", "city");
    choose("player-sector", "sector", (value) => (value === "" ? null : value));
    choose("player-colour", "colour");
    byId("player-replicate").addEventListener("change", (event) => {
      const value = Number(event.target.value);
      const fits = event.target.value !== "" && Number.isInteger(value) && value >= 0 && value < store.model.limits.replicates;
      event.target.toggleAttribute("aria-invalid", !fits);
      byId("replicate-problem").hidden = fits;
      setText(
        byId("replicate-problem"),
        fits ? "" : `Not used: this is a whole number from 0 to ${store.model.limits.replicates - 1}.`,
      );
      if (fits) {
        store.set({ replicate: value }, "replicate");
      }
    });
    byId("play").addEventListener("click", () => this.toggle());
    byId("step-back").addEventListener("click", () => this.step(-1));
    byId("step-on").addEventListener("click", () => this.step(1));
    byId("speed").addEventListener("change", () => {
      if (this.timer) {
        this.stop();
        this.toggle();
      }
    });
    byId("returns-legend").replaceChildren(...returnsLegend());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const busy = event.target.closest("input, select, textarea, button, summary, a, [tabindex='0']");
    if (this.store.state.view !== "player" || busy || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const act = { " ": () => this.toggle(), ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1) }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  }

  get quarters() {
    return this.scenarios()?.base.quarters ?? [];
  }

  step(by) {
    this.stop();
    this.go(this.place() + by, "q");
  }

  go(place, field) {
    const last = this.quarters.length - 1;
    this.store.set({ q: this.quarters[Math.max(0, Math.min(last, place))] }, field);
  }

  toggle() {
    if (this.timer) {
      this.stop();
      return;
    }
    if (this.place() >= this.quarters.length - 1) {
      this.go(0, "q");
    }
    byId("play").setAttribute("aria-label", "Pause");
    setText(byId("play"), "\u23f8 Pause");
    this.timer = setInterval(
      () => {
        if (this.place() >= this.quarters.length - 1) {
          this.stop();
        } else {
          this.go(this.place() + 1, null);
        }
      },
      Number(byId("speed").value),
    );
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    byId("play").setAttribute("aria-label", "Play");
    setText(byId("play"), "\u25b6 Play");
  }

  /** Shows a state; asks for what is missing. */
  show(state) {
    const scenarios = this.scenarios();
    if (state.view !== "player" || !scenarios) {
      this.stop();
      return;
    }
    const isVariant = state.side === "variant" && state.variant !== null;
    const side = isVariant ? state.variant : state.base;
    this.scenario = isVariant ? scenarios.variant : scenarios.base;
    this.selects(state, isVariant);
    const body = { side, seed: state.seed ?? scenarios.base.seed, replicate: state.replicate, sector: this.sector };
    this.want("trace", body, (trace) => {
      this.traced = { trace, scenario: this.scenario, key: JSON.stringify(body) };
      this.draw();
    });
    this.draw();
    const quarter = Math.min(this.place(), this.scenario.quarters.length - 1);
    if (this.city) {
      this.want(
        "choice",
        { ...body, quarter, city: this.city },
        (choice) => {
          showChoice(choice, this.names());
          setText(byId("choice-title"), `${this.names().cities.get(choice.city) ?? choice.city} in ${choice.quarter}`);
          byId("choice").setAttribute("aria-busy", "false");
          this.reveal();
        },
        () => byId("choice").setAttribute("aria-busy", "true"),
      );
    }
  }

  /** Brings the answer about a city that was picked on the map into sight, where it is not. */
  reveal() {
    if (this.wasPicked && byId("choice").getAttribute("aria-busy") === "false") {
      this.wasPicked = false;
      const top = byId("choice-title").getBoundingClientRect().top;
      const bottom = document.querySelector(".sticky").getBoundingClientRect().bottom;
      if (top < bottom || byId("reasons").getBoundingClientRect().bottom > innerHeight) {
        byId("choice").style.scrollMarginTop = `${bottom}px`;
        byId("choice").scrollIntoView({ block: "start" });
      }
    }
  }

  /** Asks once for an answer; a newer question ends the older one. */
  async want(kind, body, show, wait = () => byId("player").setAttribute("aria-busy", "true")) {
    this.asked ??= {};
    const key = JSON.stringify(body);
    if (this.asked[kind]?.key === key) {
      return;
    }
    this.asked[kind]?.abort.abort();
    const abort = new AbortController();
    this.asked[kind] = { key, abort };
    wait();
    try {
      const answer = await api[kind](body, abort.signal);
      if (this.asked[kind].key === key) {
        show(answer);
      }
    } catch (problem) {
      if (problem.name !== "AbortError" && this.asked[kind].key === key) {
        this.asked[kind] = null;
        this.fail(problem);
      }
    }
  }

  /** Forgets failed questions, so that they are asked again. */
  again() {
    this.asked = {};
    this.show(this.store.state);
  }

  selects(state, isVariant) {
    const { cities, sectors } = this.scenario;
    const known = (list, id) => list.some((one) => one.id === id);
    this.city = known(cities, state.city)
      ? state.city
      : (cities.find((one) => one.id === "zhengzhou")?.id ?? cities[0]?.id ?? null);
    this.sector = known(sectors, state.sector) ? state.sector : null;
    const { city_responses: ofCities, sector_responses: ofSector } = this.store.model;
    const asked = this.sector ? ofSector.filter((one) => one.is_usual) : [];
    const colours = [
      ...ofCities.map((one) => [one.name, one.title]),
      ...asked.map((one) => [one.name, `${one.title}, asked sector`]),
    ];
    const usual = ofCities.find((one) => one.is_usual)?.name ?? colours[0]?.[0];
    this.colour = colours.some(([name]) => name === state.colour) ? state.colour : usual;
    setOptions(
      byId("player-side"),
      state.variant
        ? [
            ["base", "Base"],
            ["variant", "Variant"],
          ]
        : [["base", "Base"]],
      isVariant ? "variant" : "base",
    );
    setOptions(
      byId("player-city"),
      cities.map((one) => [one.id, one.name]),
      this.city,
    );
    setOptions(
      byId("player-sector"),
      [["", "The one that moved most"], ...sectors.map((one) => [one.id, one.name])],
      this.sector ?? "",
    );
    setOptions(byId("player-colour"), colours, this.colour);
    if (document.activeElement !== byId("player-replicate")) {
      byId("player-replicate").value = String(state.replicate);
    }
  }

  names() {
    if (this.named?.scenario !== this.scenario) {
      const table = (list) => new Map(list.map((one) => [one.id, one.name]));
      const { cities, sectors, instruments } = this.scenario;
      this.named = { scenario: this.scenario, cities: table(cities), sectors: table(sectors), instruments: table(instruments) };
    }
    return this.named;
  }

  draw() {
    const { trace, scenario } = this.traced ?? {};
    if (!trace || scenario !== this.scenario) {
      return;
    }
    byId("player").setAttribute("aria-busy", String(this.traced.key !== this.asked?.trace?.key));
    const place = Math.min(this.place(), trace.quarters.length - 1);
    const { city_responses: ofCities, sector_responses: ofSector } = this.store.model;
    const ofCity = ofCities.find((one) => one.name === this.colour);
    const response = ofCity ?? ofSector.find((one) => one.name === this.colour);
    const grid = ofCity ? trace.cities[this.colour] : trace.sector?.[this.colour];
    const size = ofCities.find((one) => one.is_size);
    const sizes = trace.cities[size?.name];
    if (!grid || !sizes) {
      return;
    }
    if (this.ranged?.grid !== grid) {
      const flat = grid.flat().filter((value) => Number.isFinite(value));
      const [low, high] =
        flat.length > 0 ? [flat.reduce((a, b) => Math.min(a, b)), flat.reduce((a, b) => Math.max(a, b))] : [0, 1];
      const far = Math.max(Math.abs(low), Math.abs(high));
      const isSigned = low < 0;
      this.ranged = {
        grid,
        isSigned,
        range: isSigned ? [-far, far] : [low, high],
        // Of each city, so that names stand clear of circles at any time.
        widest: scenario.cities.map((_, city) => Math.max(...sizes.map((row) => row[city] ?? 0))),
        largest: sizes.flat().reduce((a, b) => Math.max(a, b ?? 0), 1e-9),
      };
    }
    const named = (one) => `${one.title}${one.sign ? `, ${one.sign}` : ""}`;
    const shade = ofCity ? named(response) : `${response.title}, asked sector`;
    const look = { ...this.ranged, size: named(size), shade };
    const drawn = this.map.frame(scenario);
    byId("no-map").hidden = drawn;
    this.map.show({ ...look, sizes: sizes[place], shades: grid[place], chosen: this.city });
    showLegend(look, this.map.full);
    this.list(trace.events.filter((event) => event.quarter === place));
  }

  list(events) {
    const names = this.names();
    const mine = events.filter((event) => event.city === this.city);
    const rest = events.filter((event) => event.city !== this.city);
    const shown = [...mine, ...rest].slice(0, MOST_EVENTS);
    const more = events.length - shown.length;
    byId("events").replaceChildren(
      ...(shown.length > 0 ? shown : [null]).map((event) =>
        el(
          "li",
          { class: event && event.city === this.city ? "mine" : "" },
          event ? eventWords(event, names) : "nothing of note",
        ),
      ),
      ...(more > 0 ? [el("li", { class: "soft" }, `and ${more} more`)] : []),
    );
  }
}
