// One chart over quarters: lines of sides with their bands, on uPlot.

import uPlot from "./vendor/uPlot.esm.js";
import { colour, SIDES, veil } from "./palette.js";
import { axisNumbers } from "./format.js";

const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const HEIGHT = 170;

/** Columns of a side: ends of the outer band, ends of the inner band, the line. */
const PARTS = ["p90", "p10", "high", "low", "mean"];

function years(quarters, width) {
  const places = quarters.map((quarter, place) => [quarter, place]).filter(([quarter]) => quarter.endsWith("Q1"));
  const every = Math.max(1, Math.ceil((places.length * 40) / Math.max(width, 1)));
  return places.filter((_, place) => place % every === 0).map(([, place]) => place);
}

/** A chart that can be given new numbers at any time. */
export class Plot {
  /** `sides` are drawn in order; `events` are places with marks; `move(place)` follows the pointer, `pick(place)` a click. */
  constructor(host, { quarters, sides, events, move, pick }) {
    Object.assign(this, { host, quarters, sides, events });
    this.place = 0;
    const series = [{}];
    const bands = [];
    for (const side of sides) {
      const first = series.length;
      const name = SIDES[side];
      PARTS.forEach((part) =>
        series.push({
          stroke: part === "mean" ? () => colour(name) : "transparent",
          width: part === "mean" ? 2 : 0,
          dash: part === "mean" && side === "variant" ? [7, 3] : undefined,
          points: { show: false },
        }),
      );
      bands.push({ series: [first, first + 1], fill: () => veil(name, 0.1) });
      bands.push({ series: [first + 2, first + 3], fill: () => veil(name, 0.28) });
    }
    this.plot = new uPlot(
      {
        width: Math.max(host.clientWidth, 200),
        height: HEIGHT,
        series,
        bands,
        padding: [8, 8, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
        scales: {
          x: { time: false, range: (_, low, high) => [low, Math.max(high, low + 1)] },
          y: { range: (_, low, high) => this.ends(low, high) },
        },
        axes: [
          {
            stroke: () => colour("soft"),
            font: FONT,
            size: 26,
            gap: 3,
            ticks: { show: false },
            grid: { stroke: () => colour("grid"), width: 1 },
            splits: (plot) => years(quarters, plot.bbox.width / devicePixelRatio),
            values: (_, splits) => splits.map((place) => quarters[place].slice(0, 4)),
          },
          {
            stroke: () => colour("soft"),
            font: FONT,
            size: 50,
            gap: 3,
            ticks: { show: false },
            grid: { stroke: () => colour("grid"), width: 1 },
            values: (_, splits, __, ___, step) => splits.map(axisNumbers(step)),
          },
        ],
        hooks: {
          drawClear: [(plot) => this.marks(plot)],
          setCursor: [(plot) => move(plot.cursor.left >= 0 ? plot.cursor.idx : null)],
        },
      },
      [quarters.map((_, place) => place), ...series.slice(1).map(() => quarters.map(() => null))],
      host,
    );
    this.plot.over.addEventListener("click", () => {
      if (this.plot.cursor.idx !== null && this.plot.cursor.idx !== undefined) {
        pick(this.plot.cursor.idx);
      }
    });
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(host);
  }

  resize() {
    const width = Math.floor(this.host.clientWidth);
    if (width > 0 && width !== this.plot.width) {
      this.plot.setSize({ width, height: HEIGHT });
    }
  }

  ends(low, high) {
    if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) {
      return [0, 1];
    }
    let [from, to] = [low, high];
    if (this.sides[0] === "difference") {
      [from, to] = [Math.min(0, from), Math.max(0, to)];
    }
    // A range as narrow as rounding would draw noise as a mountain.
    const room = Math.max((to - from) * 0.06, Math.abs(to) * 1e-6, 1e-9);
    return [from === 0 ? 0 : from - room, to + room];
  }

  marks(plot) {
    const { ctx, bbox } = plot;
    const x = (place) => Math.round(plot.valToPos(place, "x", true));
    ctx.save();
    ctx.lineWidth = devicePixelRatio;
    ctx.strokeStyle = colour("soft");
    const tick = 5 * devicePixelRatio;
    for (const place of this.events) {
      ctx.beginPath();
      ctx.moveTo(x(place), bbox.top);
      ctx.lineTo(x(place), bbox.top + tick);
      ctx.stroke();
    }
    if (this.sides[0] === "difference") {
      const zero = Math.round(plot.valToPos(0, "y", true));
      ctx.beginPath();
      ctx.moveTo(bbox.left, zero);
      ctx.lineTo(bbox.left + bbox.width, zero);
      ctx.stroke();
    }
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x(this.place), bbox.top);
    ctx.lineTo(x(this.place), bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }

  /** Marks the chosen quarter. */
  at(place) {
    if (this.place !== place) {
      this.place = place;
      this.plot.redraw(false);
    }
  }

  /** Draws series by side: {mean, low, high, p10, p90}, each a list over quarters or null. */
  show(bySide) {
    const data = [this.plot.data[0]];
    const none = this.quarters.map(() => null);
    for (const side of this.sides) {
      for (const part of PARTS) {
        data.push(bySide[side]?.[part] ?? none);
      }
    }
    this.plot.setData(data);
  }

  /** Draws again, in other colours. */
  redraw() {
    this.plot.redraw(true, true);
  }

  /** Takes the chart off the page. */
  remove() {
    this.observer.disconnect();
    this.plot.destroy();
  }
}
