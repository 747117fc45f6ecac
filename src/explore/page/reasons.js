// A city's choice in a quarter: what it saw, and what it did.

import { byId, dot, el, setText } from "./dom.js";
import { finePercent, number } from "./format.js";

const KINDS = {
  pioneered: "tried on its own",
  imitated: "copied",
  taken_up: "took up the national measure",
  dropped: "gave up",
  codified: "made national",
  top_down: "issued by the centre",
  promoted: "official promoted",
  replaced: "official replaced",
  leader: "leads its region",
  champion: "named national champion",
};

/** The words of an event, with names from the scenario. */
export function eventWords(event, names) {
  const what = names.instruments.get(event.instrument) ?? names.sectors.get(event.sector) ?? "";
  const city = event.city ? (names.cities.get(event.city) ?? event.city) : "The centre";
  const from = event.from ? ` (from ${names.cities.get(event.from) ?? event.from})` : "";
  const kind = KINDS[event.kind] ?? event.kind;
  return event.kind === "codified" || event.kind === "top_down"
    ? `${what}: ${kind}${from}`
    : `${city}: ${kind}${what ? ` ${what}` : ""}${from}`;
}

function bar(share, most, kind) {
  const part = el("span", { class: `thin ${kind}` });
  part.style.width = `${Math.max(0, Math.min(100, (100 * share) / most))}%`;
  return part;
}

function losses(option) {
  return Math.max(0, -(option.own_return ?? 0)) + Math.max(0, -(option.career_return ?? 0));
}

function gains(option) {
  return Math.max(0, option.own_return ?? 0) + Math.max(0, option.career_return ?? 0);
}

/** Own and career return side by side from 0, to the left where they are losses. */
function returns(option, scale) {
  const parts = [
    [option.own_return ?? 0, "own"],
    [option.career_return ?? 0, "career"],
  ];
  const box = el("span", { class: "returns", "aria-hidden": "true" });
  box.style.backgroundPosition = `${scale.zero}% 0`;
  let right = 0;
  let left = 0;
  for (const [value, kind] of parts) {
    const width = (100 * Math.abs(value)) / scale.span;
    const piece = el("span", { class: `piece ${kind}` });
    piece.style.width = `${width}%`;
    piece.style.left = value >= 0 ? `${scale.zero + right}%` : `${scale.zero - left - width}%`;
    right += value >= 0 ? width : 0;
    left += value < 0 ? width : 0;
    box.append(piece);
  }
  return box;
}

function optionRow(option, mostShare, scale, isAsked) {
  return el(
    "tr",
    { class: isAsked ? "asked" : "", data: { testid: `option-${option.id}` } },
    el("th", { scope: "row" }, option.name, option.kind === "instrument" ? el("span", { class: "soft" }, " (instrument)") : null),
    el(
      "td",
      {},
      el(
        "span",
        { class: "two", "aria-hidden": "true" },
        ...(option.kind === "rest" ? [] : [bar(option.share_before ?? 0, mostShare, "before"), bar(option.share_after ?? 0, mostShare, "after")]),
      ),
      el("span", { class: "nums" }, `${finePercent(option.share_before)} \u2192 ${finePercent(option.share_after)}`),
    ),
    el(
      "td",
      {},
      returns(option, scale),
      el("span", { class: "nums" }, `${number(option.own_return)} + ${number(option.career_return)}`),
    ),
  );
}

/** Shows a choice. */
export function showChoice(choice, names) {
  byId("reasons").replaceChildren(...choice.reasons.map((text) => el("p", {}, text)));
  setText(
    byId("choice-facts"),
    `Budget ${number(choice.budget_cny_mn)} CNY mn. ${
      choice.is_planned
        ? "A planner composes the spending on sectors, by what the next yuan adds to the nation."
        : `How much promotion counts for its official: ${number(choice.career)} (0: not at all).`
    }`,
  );
  // One scale for all bars; the rest of the economy, far beyond it, has its numbers alone.
  const plain = choice.options.filter((one) => one.kind !== "rest");
  const mostShare = Math.max(1e-9, ...plain.flatMap((one) => [one.share_before ?? 0, one.share_after ?? 0]));
  const loss = Math.max(...choice.options.map(losses), 0);
  const span = Math.max(loss + Math.max(...choice.options.map(gains), 0), 1e-9);
  const scale = { span, zero: (100 * loss) / span };
  const order = { sector: 0, rest: 1, instrument: 2 };
  const rows = [...choice.options].sort((a, b) => order[a.kind] - order[b.kind] || (b.share_after ?? 0) - (a.share_after ?? 0));
  byId("options-body").replaceChildren(...rows.map((one) => optionRow(one, mostShare, scale, one.id === choice.sector)));
  byId("terms").replaceChildren(
    ...choice.terms.map((term) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, term.name, term.symbol ? el("span", { class: "soft" }, ` ${term.symbol}`) : null),
        el("td", { class: "r" }, number(term.value)),
        el("td", { class: "soft" }, term.meaning),
      ),
    ),
  );
  const most = Math.max(1e-9, ...choice.peers.map((peer) => peer.share_before ?? 0));
  byId("peers").replaceChildren(
    ...(choice.peers.length > 0
      ? choice.peers.map((peer) =>
          el(
            "li",
            { title: `Weight ${number(peer.weight)}, score ${number(peer.score)} s.d.` },
            el("span", {}, peer.name),
            el("span", { class: "two", "aria-hidden": "true" }, bar(peer.share_before ?? 0, most, "before")),
            el("span", { class: "nums" }, finePercent(peer.share_before)),
          ),
        )
      : [el("li", { class: "soft" }, "no peers")]),
  );
  byId("templates").replaceChildren(
    ...(choice.national.length > 0
      ? choice.national.map((one) =>
          el(
            "li",
            {},
            `${one.name}: design ${number(one.design)}` +
              (one.own_design === null ? ", not in force here" : `, here ${number(one.own_design)}`),
          ),
        )
      : [el("li", { class: "soft" }, "none in force yet")]),
  );
  byId("moves").replaceChildren(
    ...(choice.moves.length > 0
      ? choice.moves.map((move) => el("li", {}, eventWords({ ...move, city: choice.city, sector: null }, names)))
      : [el("li", { class: "soft" }, "no policy move")]),
  );
}

/** The legend of the returns. */
export function returnsLegend() {
  return [dot("own"), "own return", dot("career"), "career return"];
}
