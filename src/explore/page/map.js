// The map: cities as circles, area for the budget, colour for a response. Same projection as in reports.

import { byId, el, svg } from "./dom.js";
import { number } from "./format.js";

const WIDEST = 640;
const NARROWEST = 320;

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
    const scale = Math.min((width - 50) / ((east - west) * shrink), (width < 500 ? 380 : 470) / (north - south));
    const x = (longitude) => (width + 18) / 2 + (longitude - (west + east) / 2) * shrink * scale;
    const y = (latitude) => 8 + (north - latitude) * scale;
    const ground = svg("g", { class: "ground" });
    const line = (x1, y1, x2, y2) => ground.append(svg("line", { x1, y1, x2, y2, class: "grid" }));
    for (const degree of degrees(west, east)) {
      line(x(degree), 8, x(degree), y(south));
      ground.append(svg("text", { x: x(degree), y: y(south) + 14, class: "tick", "text-anchor": "middle" }, `${degree}\u00b0E`));
    }
    for (const degree of degrees(south, north)) {
      line(x(west), y(degree), x(east), y(degree));
      ground.append(svg("text", { x: x(west) - 3, y: y(degree) + 4, class: "tick", "text-anchor": "end" }, `${degree}\u00b0N`));
    }
    const circles = svg("g", {});
    const labels = svg("g", { class: "labels" });
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
    this.labels = labels;
    circles.append(...this.cities.map((one) => one.circle));
    this.host.append(
      svg(
        "svg",
        {
          viewBox: `0 0 ${width} ${Math.round(y(south) + 22)}`,
          role: "img",
          "aria-label": "Map of the cities; choose one in the list of cities above",
        },
        ground,
        circles,
        this.halo,
        labels,
      ),
    );
    return true;
  }

  /** Sizes and colours of a moment. `range` is that of all moments, so that colours can be compared while it plays. */
  show({ sizes, shades, largest, range, chosen, size, shade, isSigned }) {
    if (!this.drawn) {
      return;
    }
    const radius = (value) => Math.sqrt(Math.max(value ?? 0, 0) / largest) * this.full + 1.5;
    const ramp = isSigned ? "d" : "m";
    const order = this.cities.map((_, place) => place).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
    this.halo.setAttribute("r", 0);
    for (const place of order) {
      const { city, circle, title } = this.cities[place];
      const r = radius(sizes[place]);
      circle.setAttribute("r", r.toFixed(1));
      circle.setAttribute("class", `city ${ramp}${rampStep(shades[place] ?? NaN, ...range)}`);
      title.textContent = `${city.name}\n${size}: ${number(sizes[place])}\n${shade}: ${number(shades[place])}`;
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
    this.name(order, radius, sizes, chosen);
  }

  /** Names where there is room: the chosen city first, then the largest. */
  name(order, radius, sizes, chosen) {
    const key = `${this.order} ${chosen}`;
    if (key === this.named) {
      return;
    }
    this.named = key;
    const first = order.filter((place) => this.cities[place].city.id === chosen);
    const taken = order.map((place) => {
      const { x, y } = this.cities[place];
      const inner = Math.min(radius(sizes[place]) * 0.8, 14);
      return [x - inner, y - inner, x + inner, y + inner];
    });
    const names = [];
    for (const place of [...first, ...order.filter((one) => !first.includes(one))].slice(0, 60)) {
      const { city, x, y } = this.cities[place];
      const text = [...city.name].length > 18 ? `${[...city.name].slice(0, 17).join("")}\u2026` : city.name;
      const r = radius(sizes[place]) + 3;
      const width = [...text].length * 6.4;
      const spots = [
        [x + r, y + 4, "start"],
        [x - r - width, y + 4, "start"],
        [x - width / 2, y - r - 1, "start"],
        [x - width / 2, y + r + 10, "start"],
      ];
      const free = spots.find(
        ([left, base]) =>
          left > 0 &&
          left + width < this.width &&
          !taken.some((box) => left < box[2] && left + width > box[0] && base - 9 < box[3] && base + 2 > box[1]),
      );
      if (free) {
        taken.push([free[0], free[1] - 9, free[0] + width, free[1] + 2]);
        names.push(
          svg(
            "text",
            { x: free[0].toFixed(1), y: free[1].toFixed(1), class: city.id === chosen ? "bold" : "", "text-anchor": free[2] },
            text,
          ),
        );
      }
    }
    this.labels.replaceChildren(...names);
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
