// Numbers: the table of outcomes, the strip of headlines, and spending by what becomes of it.

import { chosen } from "./charts.js";
import { byId, dot, el, setText } from "./dom.js";
import { interval, number, percent, points, signed } from "./format.js";

/** Totals into which spending on sectors is cut, each with its colour. */
function partsOf(model) {
  return model.parts.map((name, place) => {
    const title = model.totals.find((one) => one.name === name).title.toLowerCase();
    return [name, title, `a${place}`];
  });
}

function cells(base, variant, difference) {
  const side = (one) => el("td", { class: "r" }, number(one?.mean), el("small", {}, ` ${interval(one?.low, one?.high)}`));
  const sure = difference && difference.low !== null && (difference.low > 0 || difference.high < 0);
  const change = difference
    ? el(
        "td",
        { class: sure ? "r sure" : "r" },
        signed(difference.mean),
        el("small", {}, ` ${interval(difference.low, difference.high, signed)}`),
      )
    : el("td", { class: "r soft" }, "\u2013");
  return [side(base), variant ? side(variant) : el("td", { class: "r soft" }, "\u2013"), change];
}

function row(name, title, sign, meaning, base, variant, difference) {
  return el(
    "tr",
    { data: { testid: `row-${name}` } },
    el("th", { scope: "row", title: meaning }, title, sign ? el("span", { class: "soft" }, ` ${sign}`) : null),
    ...cells(base, variant, difference),
  );
}

function at(side, name, place) {
  const series = side?.series[name];
  const pick = (part) => series?.[part]?.[place] ?? null;
  return series && { mean: pick("mean"), low: pick("low"), high: pick("high") };
}

/** The table of outcomes at a quarter, and of totals over the whole run. */
export function showOutcomes(store, snapshot, place, quarter) {
  const { model, state } = store;
  const all = byId("all-outcomes").checked;
  const names = chosen(state, model);
  const rows = model.responses
    .filter((one) => all || names.includes(one.name))
    .map((one) =>
      row(
        one.name,
        one.title,
        one.sign,
        one.meaning,
        at(snapshot.base, one.name, place),
        at(snapshot.variant, one.name, place),
        at(snapshot.difference, one.name, place),
      ),
    );
  byId("outcomes-body").replaceChildren(...rows);
  byId("totals-body").replaceChildren(
    ...model.totals.map((one) =>
      row(
        `total-${one.name}`,
        one.title,
        one.sign,
        one.meaning,
        snapshot.base.totals[one.name],
        snapshot.variant?.totals[one.name],
        snapshot.difference?.totals[one.name],
      ),
    ),
  );
  setText(byId("outcomes-quarter"), `At the end of ${quarter}`);
  setText(
    byId("outcomes-n"),
    `Means over ${snapshot.n} replicate${snapshot.n === 1 ? "" : "s"}; in brackets Student\u2019s 95 % interval of the mean.` +
      (snapshot.difference ? " Differences are of pairs that meet the same random draws; bold where the interval leaves out 0." : ""),
  );
}

function shares(side, parts) {
  const means = parts.map(([name]) => side?.totals[name]?.mean);
  const sum = means.reduce((total, value) => total + (value ?? NaN), 0);
  return Number.isFinite(sum) && sum > 0 ? { sum, parts: means.map((value) => value / sum) } : null;
}

/** Bars of the whole run's spending on sectors, one for each side. */
export function showSpending(store, snapshot) {
  const cut = partsOf(store.model);
  const host = byId("spending-bars");
  const sides = ["base", "variant"].filter((side) => shares(snapshot[side], cut));
  byId("spending").hidden = sides.length === 0;
  if (host.dataset.sides !== sides.join()) {
    host.dataset.sides = sides.join();
    host.replaceChildren(
      ...sides.map((side) =>
        el(
          "div",
          { class: "spending-row", data: { side } },
          el("span", { class: "spending-name" }, dot(side), side),
          el(
            "span",
            { class: "spending-bar", role: "img" },
            ...cut.map(([, , shade]) => el("span", { class: `part ${shade}` })),
          ),
          el("span", { class: "spending-sum" }),
        ),
      ),
    );
    byId("spending-legend").replaceChildren(
      ...cut.map(([, name, shade]) => el("li", {}, el("span", { class: `key ${shade}` }), name)),
    );
  }
  // Widths are money, on one scale for both sides.
  const most = Math.max(...sides.map((side) => shares(snapshot[side], cut).sum));
  for (const line of host.children) {
    const { sum, parts } = shares(snapshot[line.dataset.side], cut);
    const bar = line.children[1];
    bar.style.width = `${(100 * sum) / most}%`;
    cut.forEach(([, name], place) => {
      const part = bar.children[place];
      part.style.width = `${100 * parts[place]}%`;
      part.title = `${name}: ${percent(parts[place])}`;
      setText(part, parts[place] > 0.07 ? percent(parts[place], 0) : "");
    });
    bar.setAttribute("aria-label", cut.map(([, name], place) => `${name} ${percent(parts[place])}`).join(", "));
    setText(line.children[2], `${number(sum)} CNY bn`);
  }
}

function headline(title, note, base, variant, change) {
  return el(
    "div",
    { class: "headline" },
    el("dt", {}, title, el("span", { class: "soft note-small" }, ` ${note}`)),
    el(
      "dd",
      {},
      el("span", { class: "reading" }, dot("base"), el("b", {}, base)),
      variant === null ? null : el("span", { class: "reading" }, dot("variant"), el("b", {}, variant)),
      change === null ? null : el("span", { class: "reading change soft" }, change),
    ),
  );
}

/** A few numbers that stay in sight while rules are changed: levels at the quarter, what flows over the whole run. */
export function showHeadlines(store, snapshot, place, quarter) {
  const { responses, totals } = store.model;
  const out = responses.filter((one) => one.is_headline).flatMap((one) => {
    const isTotal = totals.some((other) => other.name === one.name);
    const of = (side) => (isTotal ? snapshot[side]?.totals[one.name] : at(snapshot[side], one.name, place));
    const [base, variant, difference] = ["base", "variant", "difference"].map(of);
    const [show, change] = one.is_percent ? [percent, points] : [number, signed];
    return base
      ? [
          headline(
            one.title,
            isTotal ? "whole run" : quarter,
            show(base.mean),
            variant ? show(variant.mean) : null,
            difference ? change(difference.mean) : null,
          ),
        ]
      : [];
  });
  byId("headlines").replaceChildren(...out);
}
