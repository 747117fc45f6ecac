// What tests in a browser share: the program, the browser, and pages that are watched.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const program = process.env.DUALTRACK ?? join(root, "target/debug/dualtrack");
export const china = join(root, "scenarios/china-2015-2024.toml");

/// A name that must stay text wherever it is shown.
export const HOSTILE = '<img src=x onerror=alert(1)>';
/// Another one, which would leave an attribute. Names that a spreadsheet would carry out are no names of cities.
export const QUOTED = '"><svg onload=alert(2)>';

/// A folder for a file of tests; it goes when they end.
export function workFolder(after) {
  const folder = mkdtempSync(join(tmpdir(), "dualtrack-browser-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/// Runs the program; throws with what it said where it fails.
export function dualtrack(...args) {
  return execFileSync(program, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/// A browser without a profile that looks nothing up by itself.
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/// A page that is watched: `seen` gathers errors, dialogs, and every address that is asked for.
export async function watched(browser, options = {}) {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  const page = await context.newPage();
  const seen = { errors: [], requests: [], dialogs: [] };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.errors.push(message.text());
  });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("dialog", async (dialog) => {
    seen.dialogs.push(dialog.message());
    await dialog.dismiss();
  });
  return { page, seen, close: () => context.close() };
}

/// How far the page is wider than the window, in pixels.
export const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/// The text of a download that `act` begins.
export async function downloaded(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

/// Rows of a CSV text as lists of cells, the header first.
export function cellsOf(text) {
  const rows = [];
  let row = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') cell += text[(at += 1)];
      else quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === "," || letter === "\n") {
      row.push(cell);
      cell = "";
      if (letter === "\n") {
        rows.push(row);
        row = [];
      }
    } else if (letter !== "\r") cell += letter;
  }
  if (cell !== "" || row.length > 0) rows.push([...row, cell]);
  return rows;
}

/// Rows of a CSV file as objects by the names of columns.
export function records(path) {
  const [header, ...rows] = cellsOf(readFileSync(path, "utf8"));
  return rows.map((row) => Object.fromEntries(row.map((cell, place) => [header[place], cell])));
}

/// The mean of a column in each quarter, over replicates.
export function means(rows, column) {
  const sums = new Map();
  for (const row of rows) {
    const [sum, n] = sums.get(row.quarter) ?? [0, 0];
    if (row[column] !== "") sums.set(row.quarter, [sum + Number(row[column]), n + 1]);
  }
  return new Map([...sums].map(([quarter, [sum, n]]) => [quarter, sum / n]));
}

/// Whether two numbers agree to so many significant digits.
export function agree(a, b, digits = 6) {
  return Math.abs(a - b) <= 0.51 * 10 ** -(digits - 1) * Math.max(Math.abs(a), Math.abs(b)) + 1e-12;
}
