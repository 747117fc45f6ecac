// Small results of every command, and what their pages must say of the files beside them.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { QUOTED, HOSTILE, china, dualtrack, means, records, root } from "./browser.mjs";

const experiment = (name) => join(root, "scenarios/experiments", name);
const TRACES = 'traces.files=["national","cities","sectors","allocations","policies","officials","champions"]';
const SENSITIVITY = `
title = "Effects of two factors"
scenario = ${JSON.stringify(china)}
replicates = 2
responses = ["competitiveness", "waste_share"]
[set]
"run.quarters" = 8
[design]
kind = "morris"
trajectories = 4
[[factors]]
key = "tournament.intensity"
range = [0.5, 2]
[[factors]]
key = "tournament.comparability"
range = [0, 1]
`;

/// The China scenario with hostile names of two cities, written to a folder.
export function hostileScenario(folder) {
  const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
  const cities = readFileSync(join(root, "scenarios/data/cities.csv"), "utf8");
  const named = cities
    .replace(/^(beijing,\d+,)[^,]*,/m, (_, start) => `${start}${quoted(HOSTILE)},`)
    .replace(/^(shanghai,\d+,)[^,]*,/m, (_, start) => `${start}${quoted(QUOTED)},`);
  writeFileSync(join(folder, "hostile.csv"), named);
  const file = join(folder, "hostile.toml");
  const text = `extends = ${JSON.stringify(china)}\ntitle = '${HOSTILE}'\n[data]\ncities = "hostile.csv"\n`;
  writeFileSync(file, text);
  return file;
}

/// The value of a column in the row where others have these values.
function value(folder, file, column, where) {
  const row = records(join(folder, file)).find((row) =>
    Object.entries(where).every(([name, wanted]) => row[name] === wanted),
  );
  return Number(row[column]);
}

const CASES = {
  run: {
    make: (out) => dualtrack("run", china, "--replicates", "3", "--quiet", "--out", out, "--set", TRACES),
    figures: ["competitiveness-over-time", "waste-over-time", "map", "ranking", "spending-by-sector"],
    numbers: (folder) => {
      const mean = means(records(join(folder, "national.csv")), "competitiveness");
      return [...mean].map(([quarter, value]) => ["competitiveness-over-time", quarter, 1, value]);
    },
  },
  compare: {
    make: (out) => dualtrack("compare", experiment("evaluation-rules.toml"), "--replicates", "3", "--quiet", "--out", out),
    figures: ["effects-no-tournament", "effects-over-time"],
    numbers: (folder) => {
      const of = (column) =>
        100 * value(folder, "effects.csv", column, { treatment: "no_tournament", response: "competitiveness" });
      return [
        ["effects-no-tournament", "Competitiveness", 1, of("relative_change")],
        ["effects-no-tournament", "Competitiveness", 2, of("relative_low")],
      ];
    },
  },
  sweep: {
    make: (out) => dualtrack("sweep", experiment("pilot-zones.toml"), "--replicates", "2", "--quiet", "--out", out),
    figures: ["response-competitiveness", "lines"],
    numbers: (folder) => {
      const [point] = records(join(folder, "design.csv"));
      const where = { design_point: "0", response: "competitiveness" };
      return [["response-competitiveness", point.pilot_zones, 1, value(folder, "summary.csv", "mean", where)]];
    },
  },
  sensitivity: {
    make: (out) => {
      writeFileSync(`${out}.toml`, SENSITIVITY);
      dualtrack("sensitivity", `${out}.toml`, "--quiet", "--out", out);
    },
    figures: ["indices-competitiveness", "indices-waste-share"],
    numbers: (folder) => {
      const where = { response: "competitiveness", factor: "tournament.intensity", index: "mu_star" };
      return [["indices-competitiveness", where.factor, 1, value(folder, "sensitivity.csv", "estimate", where)]];
    },
  },
  attribute: {
    make: (out) =>
      dualtrack("attribute", china, "--over", "tournament,codification", "--replicates", "3", "--quiet", "--out", out),
    figures: ["shapley-competitiveness"],
    numbers: (folder) => {
      const where = { response: "competitiveness", mechanism: "tournament" };
      return [["shapley-competitiveness", "Tournament", 1, value(folder, "shapley.csv", "value", where)]];
    },
  },
  frontier: {
    make: (out) =>
      dualtrack("frontier", experiment("frontier-rules.toml"), "--replicates", "2", "--set", "run.quarters=8", "--quiet", "--out", out),
    figures: ["frontier-competitiveness-waste-share", "chances"],
    numbers: (folder) => {
      const mean = value(folder, "frontier.csv", "waste_share", { design_point: "7" });
      return [["frontier-competitiveness-waste-share", /^point 7:/, 2, mean]];
    },
  },
  reproduce: {
    make: (out) => dualtrack("reproduce", "--quick", "--replicates", "4", "--quiet", "--out", out),
    figures: ["estimate-a1", "series-a1-1"],
    numbers: (folder) => {
      const effect = value(folder, "claims.csv", "effect", { claim: "A1", part: "1" });
      return [["estimate-a1", "Stringency, 2024", 1, effect]];
    },
  },
};

/// Makes the results and pages of all commands in a folder: name, folder, page, and what is expected of each.
export function makeAll(work) {
  return Object.entries(CASES).map(([name, { make, figures, numbers }]) => {
    const folder = join(work, name);
    make(folder);
    const page = `${folder}.html`;
    dualtrack("report", folder, "--out", page, "--quiet");
    return { name, folder, page, figures, numbers: numbers(folder) };
  });
}
