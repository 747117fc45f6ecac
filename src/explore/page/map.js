// The map: cities as circles, area for the budget, colour for a response. Same projection as in reports.

import { byId, el, svg } from "./dom.js";
import { number } from "./format.js";
import { placeLabels } from "./labels.js";

const WIDEST = 640;
const NARROWEST = 320;
// With more cities only the largest have a name.
const MOST_NAMES = 60;

function ends(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max((high - low) * 0.07, 1);
  return [low - room, high + room];
}

function degrees(low, high) {
  const step = [1, 2, 5, 10, 20, 50].find((one) => (high - low) / one <= 6) ?? 90;
  const out = [];
  for (let degree = Math.ceil(low / step) * step; degree < high; degree += step) {
    out.push(degree);
  }
  return out;
}

/** Step 0 to 8 of a ramp. */
export function rampStep(value, low, high) {
  const share = high > low ? (value - low) / (high - low) : 0.5;
  return Number.isFinite(share) ? Math.min(8, Math.max(0, Math.floor(share * 9))) : 0;
}

/** A map of the cities of a scenario. */
export class CityMap {
  /** `pick(id)` is called when a city is clicked. */
  constructor(host, pick) {
    Object.assign(this, { host, pick });
  }

  /** Draws the ground and the cities; false where the scenario has no positions. */
  frame(scenario) {
    // Drawn in pixels of the screen, so that names can be read on a phone; a little change of width only scales it.
    const width = Math.round(Math.max(NARROWEST, Math.min(WIDEST, this.host.clientWidth || WIDEST)) / 20) * 20;
    if (this.scenario === scenario && this.width === width) {
      return this.drawn;
    }
    Object.assign(this, { scenario, width, full: width < 500 ? 17 : 24, order: null, named: null });
    this.drawn = scenario.cities.length > 0 && scenario.cities.every((city) => city.longitude !== null && city.latitude !== null);
    this.host.replaceChildren();
    if (!this.drawn) {
      return false;
    }
    const [west, east] = ends(scenario.cities.map((city) => city.longitude));
    const [south, north] = ends(scenario.cities.map((city) => city.latitude));
    // An even projection, true to scale at the middle latitude.
    const shrink = Math.max(0.1, Math.cos((((south + north) / 2) * Math.PI) / 180));
    const scale = Math.min((width - 60) / ((east - west) * shrink), (width < 500 ? 380 : 470) / (north - south));
    const x = (longitude) => (width + 18) / 2 + (longitude - (west + east) / 2) * shrink * scale;
    const y = (latitude) => 8 + (north - latitude) * scale;
    const ground = svg("g", { class: "ground" });
    const height = Math.round(y(south) + 22);
    // Where the numbers of degrees stand.
    Object.assign(this, { height, taken: [] });
    const line = (x1, y1, x2, y2) => ground.append(svg("line", { x1, y1, x2, y2, class: "grid" }));
    for (const degree of degrees(west, east)) {
      line(x(degree), 8, x(degree), y(south));
      this.taken.push([x(degree) - 18, y(south) + 3, x(degree) + 18, height]);
      ground.append(svg("text", { x: x(degree), y: y(south) + 14, class: "tick", "text-anchor": "middle" }, `${degree}\u00b0E`));
    }
    for (const degree of degrees(south, north)) {
      line(x(west), y(degree), x(east), y(degree));
      this.taken.push([0, y(degree) - 7, x(west), y(degree) + 6]);
      ground.append(svg("text", { x: x(west) - 3, y: y(degree) + 4, class: "tick", "text-anchor": "end" }, `${degree}\u00b0N`));
    }
    const circles = svg("g", {});
    const labels = svg("g", { class: "labels" });
    const leaders = svg("g", {});
    this.cities = scenario.cities.map((city) => {
      const title = svg("title", {});
      const circle = svg(
        "circle",
        {
          cx: x(city.longitude),
          cy: y(city.latitude),
          r: 2,
          class: "city",
          onclick: () => this.pick(city.id),
          data: { city: city.id },
        },
        title,
      );
      return { city, circle, title, x: x(city.longitude), y: y(city.latitude) };
    });
    this.halo = svg("circle", { class: "halo", r: 0 });
    this.circles = circles;
    Object.assign(this, { labels, leaders });
    circles.append(...this.cities.map((one) => one.circle));
    this.host.append(
      svg(
        "svg",
        {
          viewBox: `0 0 ${width} ${height}`,
          role: "img",
          "aria-label": "Map of the cities; choose one in the list of cities beside",
        },
        ground,
        leaders,
        circles,
        this.halo,
        labels,
      ),
    );
    return true;
  }

  /** Sizes and colours of a moment. `range` is that of all moments, so that colours can be compared while it plays. */
  show({ sizes, widest, shades, largest, range, chosen, size, shade, isSigned }) {
    if (!this.drawn) {
      return;
    }
    const radius = (value) => Math.sqrt(Math.max(value ?? 0, 0) / largest) * this.full + 1.5;
    const ramp = isSigned ? "d" : "m";
    if (this.named !== widest) {
      this.named = widest;
      this.name(widest, radius);
    }
    const order = this.cities.map((_, place) => place).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
    this.halo.setAttribute("r", 0);
    for (const place of order) {
      const { city, circle, title } = this.cities[place];
      const r = radius(sizes[place]);
      circle.setAttribute("r", r.toFixed(1));
      circle.setAttribute("class", `city ${ramp}${rampStep(shades[place] ?? NaN, ...range)}`);
      title.textContent = `${city.name}\n${size}: ${number(sizes[place])}\n${shade}: ${number(shades[place])}`;
      this.cities[place].name?.setAttribute("class", city.id === chosen ? "bold" : "");
      if (city.id === chosen) {
        this.halo.setAttribute("cx", this.cities[place].x);
        this.halo.setAttribute("cy", this.cities[place].y);
        this.halo.setAttribute("r", (r + 3).toFixed(1));
      }
    }
    // Small circles are on top of large ones, so that each can be clicked.
    const key = order.join();
    if (key !== this.order) {
      this.order = key;
      this.circles.append(...order.map((place) => this.cities[place].circle));
    }
  }

  /** Names of all cities, or of the largest where there are many. They stay where they are while circles change. */
  name(widest, radius) {
    const many = this.cities.length > MOST_NAMES;
    const order = this.cities.map((_, place) => place).sort((a, b) => (widest[b] ?? 0) - (widest[a] ?? 0));
    const points = order.slice(0, MOST_NAMES).map((place) => {
      const { city, x, y } = this.cities[place];
      const letters = [...city.name];
      const text = letters.length > 18 ? `${letters.slice(0, 17).join("")}\u2026` : city.name;
      return { place, text, x, y, r: radius(widest[place]) };
    });
    const { width, height, taken } = this;
    const family = getComputedStyle(this.host).fontFamily;
    const placed = placeLabels(points, { width, height, taken, family, mayMove: !many });
    const names = [];
    const leaders = [];
    placed.forEach((spot, at) => {
      const { place, text } = points[at];
      if (spot) {
        const { box, line } = spot;
        const { id } = this.cities[place].city;
        // A name can be clicked as well: circles may lie on top of each other.
        const name = svg(
          "text",
          {
            x: ((box[0] + box[2]) / 2).toFixed(1),
            y: (box[3] - 3.5).toFixed(1),
            "text-anchor": "middle",
            onclick: () => this.pick(id),
            data: { city: id },
          },
          text,
        );
        this.cities[place].name = name;
        names.push(name);
        if (line) {
          const [[x1, y1], [x2, y2]] = line.map((end) => end.map((part) => part.toFixed(1)));
          leaders.push(svg("line", { x1, y1, x2, y2, class: "leader" }));
        }
      }
    });
    this.labels.replaceChildren(...names);
    this.leaders.replaceChildren(...leaders);
  }
}

/** The legend below a map. */
export function showLegend({ largest, range, size, shade, isSigned }, full) {
  const ramp = isSigned ? "d" : "m";
  byId("legend").replaceChildren(
    el(
      "span",
      { class: "legend-size" },
      svg(
        "svg",
        { viewBox: "0 0 30 30", width: 30, height: 30, "aria-hidden": "true" },
        svg("circle", { cx: 15, cy: 15, r: full / 2 + 1.5, class: "ring" }),
      ),
      `${size}: ${number(largest / 4)}`,
    ),
    el(
      "span",
      { class: "legend-shade" },
      el("span", {}, shade),
      el(
        "span",
        { class: "steps" },
        el("span", {}, number(range[0])),
        ...Array.from({ length: 9 }, (_, step) => el("span", { class: `step ${ramp}${step}` })),
        el("span", {}, number(range[1])),
      ),
    ),
  );
}
