// The page of `dualtrack explore`, in a browser, beside what `dualtrack run` gives for the same settings.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { QUOTED, HOSTILE, china, downloaded, dualtrack, launch, means, overflow, records, watched, workFolder } from "./browser.mjs";
import { hostileScenario } from "./results.mjs";
import { ask, explore } from "./server.mjs";

const N = 12;
const KEY = "tournament.intensity";
const VALUE = 0.5;
const PATIENCE_MS = 30_000;

const work = workFolder(after);
let browser;
let server;

before(async () => {
  browser = await launch();
  server = await explore(china);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/// Opens the page with settings, waits for its first whole run, and lets `look` look at it.
async function explored(settings, look, { at = server, ...options } = {}) {
  const { page, seen, close } = await watched(browser, options);
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${at.link}#${settings}`);
  await settled(page);
  try {
    return await look(page, seen);
  } finally {
    await close();
  }
}

/// Waits until the page shows the whole run of its settings.
async function settled(page, n = N) {
  // A change is asked for in the frame after it is made.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForFunction(
    (n) =>
      document.getElementById("results").getAttribute("aria-busy") === "false" &&
      document.getElementById("progress").textContent === `${n} of ${n} replicates`,
    n,
  );
}

/// Means of a row of the table of outcomes: base, variant and their difference, as they are shown.
const shown = (page, name) =>
  page.locator(`[data-testid="row-${name}"] td`).evaluateAll((cells) => cells.map((cell) => cell.firstChild.textContent));

/// The pictures of the charts, as data.
const pictures = (page) =>
  page.locator("#charts canvas").evaluateAll((all) => all.map((canvas) => canvas.toDataURL()));

/// The folder of a run with these settings.
function run(name, file, ...sets) {
  const folder = join(work, name);
  dualtrack("run", file, "--replicates", String(N), "--quiet", "--force", "--out", folder, ...sets.flatMap((set) => ["--set", set]));
  return folder;
}

const settings = `base=china-2015-2024&n=${N}`;
const changed = `${settings}&variant=china-2015-2024&set=${KEY}:${VALUE}`;

test("loads without errors and asks nobody else", () =>
  explored(settings, async (page, seen) => {
    assert.deepEqual([seen.errors, seen.dialogs], [[], []]);
    assert.ok(seen.requests.every((address) => address.startsWith(server.url.origin) || address === "data:,"), seen.requests.join("\n"));
    assert.ok(!page.url().includes("token"), "the token leaves the address");
    assert.ok((await pictures(page)).length >= 6);
  }));

test("numbers are those of a run with the same settings", async () => {
  const folders = [run("base", china), run("variant", china, `${KEY}=${VALUE}`)];
  const national = folders.map((folder) => records(join(folder, "national.csv")));
  await explored(`${changed}&q=2020Q4`, async (page) => {
    for (const name of ["competitiveness", "liberalisation", "stringency"]) {
      const [base, variant] = national.map((rows) => means(rows, name).get("2020Q4"));
      const [ofBase, ofVariant, difference] = await shown(page, name);
      assert.deepEqual([ofBase, ofVariant], [base.toFixed(3), variant.toFixed(3)], name);
      const number = Number(difference.replaceAll("\u2212", "-"));
      assert.ok(Math.abs(number - (variant - base)) <= 0.00051, `${name}: ${difference} for ${variant - base}`);
    }
  });
});

test("a slider moved by keys changes numbers and charts, and the way back restores them", () =>
  explored(settings, async (page, seen) => {
    const before = await shown(page, "competitiveness");
    const drawn = await pictures(page);
    const slider = page.getByTestId(`slider-${KEY}`);
    await slider.focus();
    for (let step = 0; step < 5; step += 1) await slider.press("ArrowLeft");
    await settled(page);
    const value = Number(await page.getByTestId(`value-${KEY}`).inputValue());
    assert.ok(value < 1, String(value));
    const [base, variant, difference] = await shown(page, "competitiveness");
    assert.equal(base, before[0]);
    assert.notEqual(variant, base);
    assert.match(difference, /^\u2212/, "a weaker tournament lowers competitiveness");
    const redrawn = await pictures(page);
    assert.ok(redrawn.every((picture, place) => picture !== drawn[place]), "every chart is drawn anew");
    await page.getByTestId(`reset-${KEY}`).click();
    await settled(page);
    assert.deepEqual(await shown(page, "competitiveness"), before);
    assert.deepEqual(seen.errors, []);
  }));

test("a link gives the same page again", () =>
  explored(settings, async (page) => {
    await page.getByTestId(`value-${KEY}`).fill("1.7");
    await settled(page);
    await page.waitForFunction(() => location.hash.includes("1.7"));
    const link = new URL(page.url()).hash.slice(1);
    const before = [await shown(page, "competitiveness"), await shown(page, "total-productive_cny_mn"), await page.getByTestId("chips").textContent()];
    const look = async (page) => [await shown(page, "competitiveness"), await shown(page, "total-productive_cny_mn"), await page.getByTestId("chips").textContent()];
    assert.deepEqual(await explored(link, look), before);
    await page.reload();
    await settled(page);
    assert.deepEqual(await look(page), before);
  }));

test("a saved scenario runs to the same bytes, and downloads are those of a run", () =>
  explored(changed, async (page) => {
    await page.getByTestId("open-save").click();
    const saved = await downloaded(page, () => page.getByTestId("save-scenario").click());
    assert.match(saved.name, /\.toml$/);
    const file = join(work, saved.name);
    writeFileSync(file, saved.text);
    const wanted = run("wanted", china, `${KEY}=${VALUE}`);
    const found = run("found", file);
    for (const name of ["national.csv", "cities.csv", "policies.csv"]) {
      assert.ok(readFileSync(join(found, name)).equals(readFileSync(join(wanted, name))), name);
    }
    const table = await downloaded(page, () => page.getByTestId("save-csv").click());
    assert.ok(table.text === readFileSync(join(wanted, "national.csv"), "utf8"), "national.csv");
  }));

test("the player shows a city's choice", () =>
  explored(`${settings}&view=player&city=zhengzhou&q=2018Q1`, async (page, seen) => {
    await page.waitForFunction(() => document.getElementById("reasons").textContent.includes("Zhengzhou"));
    assert.ok((await page.locator('[data-testid="options"] tbody tr').count()) > 5);
    const first = await page.getByTestId("quarter-name").textContent();
    await page.getByTestId("step-on").click();
    assert.notEqual(await page.getByTestId("quarter-name").textContent(), first);
    assert.deepEqual(seen.errors, []);
  }));

const WIDTHS = [
  { width: 375, height: 800 },
  { width: 768, height: 1024 },
  { width: 1400, height: 900 },
  { width: 1920, height: 1080 },
];
const player = `${settings}&view=player&city=zhengzhou&q=2023Q2`;

test("says what the model is, and begins with changes of one click", () =>
  explored(settings, async (page, seen) => {
    assert.match(await page.getByTestId("about").textContent(), /simulation of Chinese cities/);
    const before = await shown(page, "competitiveness");
    const preset = page.getByTestId("preset-mechanisms.tournament");
    assert.equal(await preset.textContent(), "Turn off competition");
    await preset.click();
    await settled(page);
    assert.equal(await preset.getAttribute("aria-pressed"), "true");
    assert.match(await page.getByTestId("chip-mechanisms.tournament").textContent(), /on \u2192 off/);
    assert.match((await shown(page, "competitiveness"))[2], /^\u2212/);
    await preset.click();
    await settled(page);
    assert.deepEqual(await shown(page, "competitiveness"), before);
    assert.equal(await preset.getAttribute("aria-pressed"), "false");
    for (const one of await page.locator("#presets button").all()) {
      await one.click();
      assert.equal(await one.getAttribute("aria-pressed"), "true", await one.textContent());
    }
    assert.equal(await page.locator("#groups .field:visible").count(), 5, "few rules are unfolded");
    assert.deepEqual(seen.errors, []);
  }, { viewport: WIDTHS[2] }));

for (const viewport of WIDTHS) {
  const { width } = viewport;
  test(`every city has its name and nothing overlaps, ${width}`, () =>
    explored(player, async (page) => {
      await page.waitForFunction(() => document.querySelectorAll("#map .labels text").length > 0);
      const { cities, boxes, edge } = await page.evaluate(() => {
        const box = (node) => node.getBoundingClientRect().toJSON();
        const names = [...document.querySelectorAll("#map .labels text")];
        return {
          cities: document.querySelectorAll("#map .city").length,
          boxes: names.map((node) => ({ name: node.textContent, ...box(node) })),
          edge: box(document.querySelector("#map svg")),
        };
      });
      assert.equal(boxes.length, cities);
      for (const [place, a] of boxes.entries()) {
        assert.ok(a.left >= edge.left - 1 && a.right <= edge.right + 1 && a.top >= edge.top - 1 && a.bottom <= edge.bottom + 1, `${a.name} is cut`);
        for (const b of boxes.slice(place + 1)) {
          // The boxes of texts have room above and below the letters.
          const isApart = a.left >= b.right || b.left >= a.right || a.top + 2 >= b.bottom - 2 || b.top + 2 >= a.bottom - 2;
          assert.ok(isApart, `${a.name} and ${b.name}`);
        }
      }
    }, { viewport }));

  test(`a click on a city shows its answer, ${width}`, () =>
    explored(player, async (page) => {
      await page.waitForFunction(() => document.getElementById("reasons").textContent.includes("Zhengzhou"));
      await page.locator('#map .city[data-city="xian"]').click();
      await page.waitForFunction(() => document.getElementById("reasons").textContent.includes("Xi'an "));
      // Its circle lies below others; its name does not.
      await page.evaluate(() => scrollTo(0, 0));
      await page.locator('#map .labels [data-city="suzhou"]').click();
      await page.waitForFunction(() => document.getElementById("reasons").textContent.includes("Suzhou "));
      const { title, reasons, top, bottom } = await page.evaluate(() => ({
        title: document.getElementById("choice-title").getBoundingClientRect().top,
        reasons: document.querySelector("#reasons p").getBoundingClientRect().bottom,
        top: document.querySelector(".sticky").getBoundingClientRect().bottom,
        bottom: innerHeight,
      }));
      assert.ok(title >= top - 1 && reasons <= bottom, JSON.stringify({ title, reasons, top, bottom }));
      assert.equal(await overflow(page), 0);
      const cut = await page.locator('.scroll:has([data-testid="options"])').evaluate((node) => node.scrollWidth - node.clientWidth);
      assert.equal(cut, 0, "no column of its options is cut");
    }, { viewport }));
}

test("bars of one table have one scale", () =>
  explored(`${changed}&view=player&city=zhengzhou&q=2023Q2&side=base`, async (page) => {
    await page.waitForFunction(() => document.getElementById("reasons").textContent.includes("Zhengzhou"));
    const bars = await page.locator('[data-testid="options"] tbody tr').evaluateAll((rows) =>
      rows.flatMap((row) => {
        const shares = row.querySelector(".nums").textContent.split("\u2192").map((text) => Number.parseFloat(text));
        return [...row.querySelectorAll(".thin")].map((bar, place) => ({ share: shares[place], length: bar.getBoundingClientRect().width }));
      }),
    );
    const longest = bars.reduce((a, b) => (a.share > b.share ? a : b));
    // The rest of the economy takes almost all and would leave nothing to see of the others: it has no bar.
    assert.ok(bars.length > 20 && longest.share < 50 && longest.length > 20, JSON.stringify(longest));
    for (const { share, length } of bars) {
      // Shares are shown with two digits or three.
      const close = 1 + 0.03 * longest.length;
      assert.ok(Math.abs(length - (longest.length * share) / longest.share) <= close, `${share} %: ${length}`);
    }
    await page.getByTestId("tab-charts").click();
    const sides = await page.locator("#spending-bars .spending-row").evaluateAll((rows) =>
      rows.map((row) => ({
        money: Number.parseFloat(row.querySelector(".spending-sum").textContent.replaceAll(",", "")),
        length: row.querySelector(".spending-bar").getBoundingClientRect().width,
      })),
    );
    assert.equal(sides.length, 2);
    assert.ok(Math.abs(sides[0].money / sides[1].money - sides[0].length / sides[1].length) < 0.02, JSON.stringify(sides));
  }, { viewport: WIDTHS[2] }));

for (const colorScheme of ["light", "dark"]) {
  test(`fits a phone, ${colorScheme}`, async () => {
    const options = { colorScheme, viewport: { width: 375, height: 800 } };
    for (const view of ["charts", "player"]) {
      await explored(`${changed}&view=${view}`, async (page) => assert.equal(await overflow(page), 0, view), options);
    }
  });
}

describe("strangers", () => {
  const json = { "Content-Type": "application/json" };
  const body = JSON.stringify({ base: { scenario: "china-2015-2024", set: {} }, variant: null, seed: 1, replicates: 1 });
  let cookie;

  before(async () => {
    const { status, headers } = await ask(server.url, `/${server.url.search}`);
    assert.ok(status >= 300 && status < 400 && headers.location === "/", `${status} ${headers.location}`);
    assert.match(headers["set-cookie"][0], /HttpOnly/i);
    assert.match(headers["set-cookie"][0], /SameSite=Strict/i);
    cookie = headers["set-cookie"][0].split(";")[0];
  });

  test("with another token or none are refused", async () => {
    for (const path of ["/", "/?token=", `${"/?token=".padEnd(server.url.search.length + 1, "a")}`, "/api/model", "/page/main.js"]) {
      const { status, headers } = await ask(server.url, path);
      assert.equal(status, 403, path);
      assert.equal(headers["set-cookie"], undefined, path);
    }
    const { status } = await ask(server.url, "/", { headers: { Cookie: `${cookie.split("=")[0]}=other` } });
    assert.equal(status, 403);
  });

  test("that come by another name are refused, even with the cookie", async () => {
    assert.equal((await ask(server.url, "/api/model", { headers: { Cookie: cookie } })).status, 200);
    for (const Host of ["evil.example", `evil.example:${server.url.port}`, "127.0.0.1", "127.0.0.1:1"]) {
      const { status } = await ask(server.url, "/api/model", { headers: { Cookie: cookie, Host } });
      assert.equal(status, 403, Host);
    }
  });

  test("that come from another page are refused, even with the cookie", async () => {
    const post = (headers) => ask(server.url, "/api/run", { method: "POST", headers: { Cookie: cookie, ...json, ...headers }, body });
    assert.equal((await post({ Origin: server.url.origin })).status, 200);
    for (const Origin of ["http://evil.example", "null", "http://127.0.0.1:1", `https://${server.url.host}`]) {
      assert.equal((await post({ Origin })).status, 403, Origin);
    }
    assert.equal((await post({})).status, 403, "no origin");
    const plain = await ask(server.url, "/api/run", { method: "POST", headers: { Cookie: cookie, Origin: server.url.origin, "Content-Type": "text/plain" }, body });
    assert.ok(plain.status >= 400 && plain.status < 500, String(plain.status));
  });
});

test("names of cities stay text, whatever they are, and Ctrl-C ends the program", async () => {
  const own = await explore(hostileScenario(work));
  try {
    await explored(`n=${N}&view=player&city=beijing&q=2016Q1`, async (page, seen) => {
      await page.waitForFunction((name) => document.getElementById("reasons").textContent.includes(name), HOSTILE);
      const options = await page.getByTestId("player-city").locator("option").allTextContents();
      assert.ok(options.some((name) => name.includes(HOSTILE)) && options.some((name) => name.includes(QUOTED)), options.join());
      assert.equal(await page.locator("img").count(), 0);
      assert.deepEqual([seen.errors, seen.dialogs], [[], []]);
    }, { at: own });
  } finally {
    const ended = await own.stop();
    assert.deepEqual([ended.code, ended.signal], [0, null], ended.said);
  }
});

test("a page whose program has ended says so", async () => {
  const own = await explore(china);
  await explored(settings, async (page) => {
    await own.stop();
    await page.getByTestId(`value-${KEY}`).fill("1.3");
    await page.waitForFunction(() => !document.getElementById("problem").hidden);
    assert.match(await page.locator("#problem-text").textContent(), /program has ended/);
  }, { at: own });
});
