// Charts of the nation, one for each chosen response, read at one quarter.

import { byId, dot, el, setText } from "./dom.js";
import { interval, number, signed } from "./format.js";
import { onScheme } from "./palette.js";
import { Plot } from "./plot.js";

/** Names of the charts of a state; at the start the usual ones. */
export function chosen(state, model) {
  return state.charts ?? model.responses.filter((one) => one.is_usual).map((one) => one.name);
}

const NAMES = { base: "base", variant: "variant", difference: "difference" };

/** The charts, made anew when what they show changes in kind, and given numbers otherwise. */
export class Charts {
  constructor(store) {
    this.store = store;
    this.cards = new Map();
    // While snapshots come in, only what is on the screen is drawn; the rest follows when it scrolls in, or at the end.
    this.sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const card = [...this.cards.values()].find((one) => one.picture === target);
        if (card) {
          card.isSeen = isIntersecting;
          this.draw(card, isIntersecting);
        }
      }
    });
    onScheme(() => this.cards.forEach((card) => card.plot.redraw()));
  }

  /** Makes the charts of a state over the quarters and events of the base. */
  frame(state, scenario, place) {
    const sides = state.show === "difference" && state.variant ? ["difference"] : state.variant ? ["base", "variant"] : ["base"];
    const names = chosen(state, this.store.model);
    const key = JSON.stringify([sides, names, scenario.name, scenario.quarters]);
    if (key !== this.key) {
      this.key = key;
      this.sight.disconnect();
      this.cards.forEach((card) => card.plot.remove());
      this.cards.clear();
      const host = byId("charts");
      host.replaceChildren();
      const events = [...new Set(scenario.events.map((event) => scenario.quarters.indexOf(event.quarter)))].filter(
        (one) => one >= 0,
      );
      this.scenario = scenario;
      this.sides = sides;
      for (const name of names) {
        const response = this.store.model.responses.find((one) => one.name === name);
        if (response) {
          host.append(this.card(response, sides, events));
          this.attach(name, events);
        }
      }
      if (this.snapshot) {
        this.show(this.snapshot, this.variantQuarters);
      }
    }
    this.at(place);
  }

  card(response, sides, events) {
    const picture = el("div", { class: "plot", role: "img" });
    const readout = el("p", { class: "readout" });
    const { sign } = response;
    const figure = el(
      "figure",
      { class: "card", data: { testid: `chart-${response.name}` } },
      el(
        "figcaption",
        { title: response.meaning },
        el("strong", {}, response.title),
        sign ? el("span", { class: "soft" }, ` ${sign}`) : null,
      ),
      picture,
      readout,
    );
    this.cards.set(response.name, { response, picture, readout, sides, events });
    return figure;
  }

  attach(name, events) {
    const card = this.cards.get(name);
    card.plot = new Plot(card.picture, {
      quarters: this.scenario.quarters,
      sides: this.sides,
      events,
      move: (place) => this.hover(place),
      pick: (place) => this.store.set({ q: this.scenario.quarters[place] }, "q"),
    });
    this.sight.observe(card.picture);
  }

  hover(place) {
    this.hovered = place;
    this.read();
  }

  at(place) {
    this.place = place;
    this.cards.forEach((card) => card.plot.at(place));
    this.read();
  }

  /** Draws a snapshot; the variant's series are laid over the base's quarters by their names. */
  show(snapshot, variantQuarters) {
    this.snapshot = snapshot;
    this.variantQuarters = variantQuarters;
    for (const [name, card] of this.cards) {
      card.series = {
        base: snapshot.base?.series[name],
        variant: this.align(snapshot.variant?.series[name]),
        difference: snapshot.difference?.series[name],
      };
      card.isDrawn = false;
      this.draw(card, card.isSeen || snapshot.n === snapshot.of);
    }
    this.read();
  }

  draw(card, isWanted) {
    if (isWanted && !card.isDrawn && card.series) {
      card.isDrawn = true;
      card.plot.show(card.series);
    }
  }

  align(series) {
    const quarters = this.scenario.quarters;
    if (!series || !this.variantQuarters || this.variantQuarters.join() === quarters.join()) {
      return series;
    }
    const places = quarters.map((quarter) => this.variantQuarters.indexOf(quarter));
    return Object.fromEntries(
      Object.entries(series).map(([part, values]) => [part, values && places.map((place) => values[place] ?? null)]),
    );
  }

  /** Writes the numbers at the quarter under the pointer, or at the chosen one. */
  read() {
    const place = this.hovered ?? this.place;
    for (const card of this.cards.values()) {
      const parts = [];
      for (const side of this.sides ?? []) {
        const series = card.series?.[side];
        if (series) {
          const show = side === "difference" ? signed : number;
          const [mean, low, high] = ["mean", "low", "high"].map((part) => series[part]?.[place] ?? null);
          parts.push(
            el(
              "span",
              { class: "reading" },
              dot(side),
              `${NAMES[side]} `,
              el("b", {}, show(mean)),
              ` ${interval(low, high, show)}`,
            ),
          );
        }
      }
      card.readout.replaceChildren(el("span", { class: "soft" }, this.scenario?.quarters[place] ?? ""), ...parts);
    }
  }

  /** Says in words what each picture shows; done when a run is complete. */
  describe() {
    for (const card of this.cards.values()) {
      const ends = this.sides.map((side) => {
        const mean = card.series?.[side]?.mean;
        return mean ? `${NAMES[side]} from ${number(mean[0])} to ${number(mean.at(-1))}` : "";
      });
      const { sign } = card.response;
      card.picture.setAttribute("aria-label", `${card.response.title}${sign ? `, ${sign}` : ""}: ${ends.join("; ")}`);
    }
  }
}

/** Titles of the dated events of a quarter. */
export function showEvents(scenario, place) {
  const quarter = scenario.quarters[place];
  const events = scenario.events.filter((event) => event.quarter === quarter);
  const titles = [...new Set(events.map((event) => event.title))];
  byId("dated").replaceChildren(...(titles.length > 0 ? titles : ["no dated event"]).map((title) => el("li", {}, title)));
  setText(byId("quarter-name"), quarter);
}
