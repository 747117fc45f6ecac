// Pages of `dualtrack report`, as a reader opens them: from a file, without a network.

import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import {
  QUOTED,
  HOSTILE,
  agree,
  cellsOf,
  china,
  downloaded,
  dualtrack,
  launch,
  overflow,
  watched,
  workFolder,
} from "./browser.mjs";
import { hostileScenario, makeAll } from "./results.mjs";

const NAMES = ["run", "compare", "sweep", "sensitivity", "attribute", "frontier", "reproduce"];
const MOST_BYTES = 3e6;

const work = workFolder(after);
let browser;
let results;

before(async () => {
  results = new Map(makeAll(work).map((result) => [result.name, result]));
  browser = await launch();
});
after(() => browser?.close());

/// Opens a page, lets `look` look at it, and closes it.
async function opened(path, look, options) {
  const { page, seen, close } = await watched(browser, options);
  await page.goto(pathToFileURL(path).href);
  try {
    return await look(page, seen);
  } finally {
    await close();
  }
}

for (const name of NAMES) {
  describe(`the page of ${name}`, () => {
    test("loads without errors and asks for nothing", () =>
      opened(results.get(name).page, async (page, seen) => {
        await page.waitForLoadState("networkidle");
        assert.deepEqual(seen.errors, []);
        assert.deepEqual(seen.dialogs, []);
        assert.deepEqual(seen.requests, [page.url()]);
      }));

    test("its policy stops scripts, styles and pictures that are slipped in", () =>
      opened(results.get(name).page, async (page) => {
        const stopped = await page.evaluate(async () => {
          const kinds = new Set();
          document.addEventListener("securitypolicyviolation", (event) => kinds.add(event.effectiveDirective));
          const add = (tag, fields) => document.body.append(Object.assign(document.createElement(tag), fields));
          add("script", { textContent: "window.slipped = true" });
          add("style", { textContent: "body { display: none }" });
          add("img", { src: "http://127.0.0.1:9/x.png" });
          await fetch("http://127.0.0.1:9/").catch(() => {});
          await new Promise((done) => setTimeout(done, 50));
          return { kinds: [...kinds].sort(), slipped: window.slipped, shown: getComputedStyle(document.body).display };
        });
        const kinds = ["connect-src", "img-src", "script-src-elem", "style-src-elem"];
        assert.deepEqual(stopped, { kinds, slipped: undefined, shown: "block" });
      }));

    test("figures are drawn, and their numbers can be opened", () =>
      opened(results.get(name).page, async (page) => {
        const ids = await page.locator("figure").evaluateAll((all) => all.map((figure) => figure.id));
        for (const id of results.get(name).figures) assert.ok(ids.includes(id), `${id} in ${ids}`);
        const drawings = await page.locator("figure").evaluateAll((all) =>
          all.map((figure) => {
            const shown = [...figure.querySelectorAll("svg")].filter((svg) => svg.getClientRects().length > 0);
            const sizes = shown.map((svg) => svg.getBoundingClientRect());
            const marks = shown.map((svg) => svg.querySelectorAll("path,circle,rect,line,text").length);
            const odd = [...figure.querySelectorAll("svg *")].filter((mark) =>
              [...mark.attributes].some((attribute) => /NaN|Infinity/.test(attribute.value)),
            );
            return { id: figure.id, ok: sizes.length > 0 && sizes.every((size) => size.width > 200 && size.height > 30), marks, odd: odd.length };
          }),
        );
        for (const { id, ok, marks, odd } of drawings) {
          assert.ok(ok && odd === 0 && marks.every((count) => count > 3), `${id}: ${marks} marks, ${odd} odd`);
        }
        await page.locator("details.fold").evaluateAll((all) => all.forEach((details) => (details.open = true)));
        const details = page.locator("figure details.data").first();
        assert.equal(await details.locator("tbody tr").first().isVisible(), false);
        await details.locator("summary").click();
        assert.ok(await details.locator("tbody tr").first().isVisible());
      }));

    test("downloads have the numbers of the result", () =>
      opened(results.get(name).page, async (page) => {
        await page.locator("details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
        const { numbers } = results.get(name);
        for (const id of new Set(numbers.map(([id]) => id))) {
          const link = page.locator(`#${id} a[download]`);
          const { name: file, text } = await downloaded(page, () => link.click());
          assert.equal(file, `${id}.csv`);
          const rows = cellsOf(text);
          const shown = await page.locator(`#${id} thead th`).allTextContents();
          assert.deepEqual(rows[0], shown);
          for (const [, key, column, wanted] of numbers.filter((number) => number[0] === id)) {
            const row = rows.find(([first]) => (key instanceof RegExp ? key.test(first) : first === key));
            assert.ok(row, `no row ${key} in ${id}`);
            assert.ok(agree(Number(row[column]), wanted), `${id}, ${key}: ${row[column]} for ${wanted}`);
          }
        }
      }));

    test("fits a phone, in light and dark", async () => {
      const paper = {};
      for (const colorScheme of ["light", "dark"]) {
        const options = { colorScheme, viewport: { width: 375, height: 800 } };
        await opened(results.get(name).page, async (page) => {
          assert.equal(await overflow(page), 0);
          paper[colorScheme] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        }, options);
      }
      const light = (colour) => colour.match(/\d+/g).slice(0, 3).map(Number).reduce((a, b) => a + b) / 3;
      assert.ok(light(paper.light) > 200 && light(paper.dark) < 60, JSON.stringify(paper));
    });
  });
}

for (const name of NAMES) {
  for (const width of [375, 768, 1200, 1400, 1920]) {
    test(`the page of ${name} uses a window of ${width} pixels`, () =>
      opened(results.get(name).page, async (page) => {
        assert.equal(await overflow(page), 0);
        await page.locator("details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
        assert.equal(await overflow(page), 0);
        const seen = await page.evaluate(() => {
          const box = (element) => element.getBoundingClientRect();
          const shown = [...document.querySelectorAll("svg")].filter((svg) => svg.getClientRects().length > 0);
          const wide = [...document.querySelectorAll(".scroll")].filter((all) => all.scrollWidth > all.clientWidth);
          return {
            main: box(document.querySelector("main")).width,
            lines: Math.max(...[...document.querySelectorAll("p")].map((p) => box(p).width / parseFloat(getComputedStyle(p).fontSize))),
            scales: shown.map((svg) => box(svg).width / svg.viewBox.baseVal.width),
            lefts: new Set([...shown, ...document.querySelectorAll("figcaption")].map((part) => Math.round(box(part).left))).size,
            figures: shown.length,
            // A table that scrolls can be reached with keys, has a name, and shadows at its ends.
            hidden: wide.filter((all) => all.tabIndex !== 0 || !all.ariaLabel || !/gradient/.test(getComputedStyle(all).backgroundImage)).length,
            cut: [...document.querySelectorAll("table.main")].filter((table) => table.offsetWidth > table.parentElement.clientWidth).map((table) => table.parentElement.ariaLabel),
          };
        });
        assert.ok(seen.main >= Math.min(width, 1680) - 1 && seen.main <= 1680, `${seen.main} wide`);
        assert.ok(seen.lines < 41, `lines of ${seen.lines} em`);
        // Labels are 12 units: they stay near 12 pixels.
        assert.ok(Math.min(...seen.scales) > 0.85 && Math.max(...seen.scales) < 1.4, `${seen.scales}`);
        if (width >= 1200 && seen.figures > 1) assert.ok(seen.lefts >= 2, "one column");
        assert.equal(seen.hidden, 0);
        if (width >= 1920) assert.deepEqual(seen.cut, []);
      }, { viewport: { width, height: 900 } }));
  }
}

test("a verdict leads to its claim, and claims are folded, without scripts", () =>
  opened(results.get("reproduce").page, async (page) => {
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    assert.ok(height < 16000, `${height} pixels`);
    const row = page.locator("table.claims tbody").first();
    assert.match(await row.textContent(), /European regulatory pressure.*Stringency, 2024.*\[.*\].*holds/s);
    const figure = page.locator("#claim-a1 figure").first();
    assert.equal(await figure.isVisible(), false);
    await row.locator("a").click();
    // The page scrolls there smoothly.
    await page.waitForTimeout(2000);
    assert.ok(await figure.isVisible());
    assert.ok(await page.locator("#claim-a1").evaluate((claim) => Math.abs(claim.getBoundingClientRect().top) < 200));
  }, { viewport: { width: 1400, height: 900 }, javaScriptEnabled: false }));

test("the slider of the map shows other quarters, by hand, by key and by itself", () =>
  opened(results.get("run").page, async (page) => {
    const slider = page.locator("#map input[type=range]");
    const quarter = page.locator("#map output");
    const radii = () => page.locator("#map svg.wide circle[data-r]").evaluateAll((all) => all.map((c) => c.getAttribute("r")));
    assert.equal(await quarter.textContent(), "2024Q4");
    const last = await radii();
    await slider.fill("0");
    assert.equal(await quarter.textContent(), "2015Q1");
    const first = await radii();
    assert.equal(first.length, 32);
    assert.notDeepEqual(first, last);
    await slider.press("ArrowRight");
    assert.equal(await quarter.textContent(), "2015Q2");
    await page.locator("#map button").click();
    await page.waitForFunction(() => document.querySelector("#map output").textContent >= "2015Q4");
    await page.locator("#map button").click();
    const stopped = await quarter.textContent();
    await page.waitForTimeout(400);
    assert.equal(await quarter.textContent(), stopped);
  }));

test("names of cities stay text, whatever they are", async () => {
  const folder = join(work, "hostile");
  dualtrack("run", hostileScenario(work), "--replicates", "2", "--quiet", "--out", folder);
  dualtrack("report", folder, "--quiet");
  await opened(`${folder}.html`, async (page, seen) => {
    assert.equal(await page.locator("h1").textContent(), HOSTILE);
    assert.equal(await page.locator("img").count(), 0);
    const text = await page.evaluate(() => document.body.textContent);
    assert.ok(text.includes(HOSTILE) && text.includes(QUOTED));
    await page.locator("details.data").evaluateAll((all) => all.forEach((details) => (details.open = true)));
    const { text: csv } = await downloaded(page, () => page.locator("#map a[download]").click());
    const places = new Set(cellsOf(csv).slice(1).map((row) => row[1]));
    assert.ok(places.has(HOSTILE) && places.has(QUOTED), [...places].join());
    assert.deepEqual([seen.errors, seen.dialogs, seen.requests], [[], [], [page.url()]]);
  });
});

test("a page of 100 replicates stays small", async (context) => {
  const folder = join(work, "hundred");
  dualtrack("run", china, "--replicates", "100", "--quiet", "--out", folder);
  dualtrack("report", folder, "--quiet");
  const { size } = statSync(`${folder}.html`);
  assert.ok(size < MOST_BYTES, `${size} bytes`);
  await opened(`${folder}.html`, async (page) => {
    // For people who look: how long the browser took is no promise of a test.
    const drawn = await page.evaluate(() => {
      const [paint] = performance.getEntriesByName("first-contentful-paint");
      const [load] = performance.getEntriesByType("navigation");
      return { paint: Math.round(paint?.startTime ?? NaN), load: Math.round(load.loadEventEnd) };
    });
    context.diagnostic(`${size} bytes, first painted after ${drawn.paint} ms, loaded after ${drawn.load} ms`);
  });
});
