// Requests to the program that serves the page.

/** What the page says when a request fails. `kind` is "gone", "session" or "said". */
export class Problem extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }
    throw new Problem("gone", "The program has ended.");
  }
  if (response.ok) {
    return response;
  }
  let said = `The program answered with status ${response.status}.`;
  try {
    said = (await response.json()).error ?? said;
  } catch {
    // An answer without a sentence: the status has to do.
  }
  throw new Problem(response.status === 403 ? "session" : "said", said);
}

function post(path, body, signal) {
  const headers = { "Content-Type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body), signal });
}

/** Parameters, scenarios and responses. */
export const model = async () => (await ask("/api/model")).json();

const scenarios = new Map();

/** A scenario with its cities, quarters and values; asked for once. */
export function scenario(name) {
  if (!scenarios.has(name)) {
    const answer = ask(`/api/scenario?name=${encodeURIComponent(name)}`).then((response) => response.json());
    answer.catch(() => scenarios.delete(name));
    scenarios.set(name, answer);
  }
  return scenarios.get(name);
}

/** One replicate in full. */
export const trace = async (body, signal) => (await post("/api/trace", body, signal)).json();

/** A city's choice in a quarter. */
export const choice = async (body, signal) => (await post("/api/choice", body, signal)).json();

/** Snapshots of a run, as they come; what has come together is given together. */
export async function* run(body, signal) {
  const response = await post("/api/run", body, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      const last = lines.findLast((line) => line !== "");
      if (last) {
        const snapshot = JSON.parse(last);
        if (snapshot.error) {
          throw new Problem("said", snapshot.error);
        }
        yield snapshot;
      }
    }
  } catch (error) {
    if (error instanceof TypeError) {
      throw new Problem("gone", "The program has ended.");
    }
    throw error;
  }
}

/** A file to save: its name and bytes. */
export async function file(path, body) {
  const response = await post(path, body);
  const named = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "");
  return { name: named?.[1] ?? "dualtrack.txt", blob: await response.blob() };
}
