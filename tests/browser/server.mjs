// `dualtrack explore`, started and stopped as a person does it.

import { spawn } from "node:child_process";
import { request } from "node:http";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { program, root } from "./browser.mjs";

const PATIENCE_MS = 20_000;

/// Starts the explorer of a scenario: the link it printed, and `stop`, which gives the exit code.
export async function explore(scenario) {
  const args = ["explore", scenario, "--no-open", "--port", "0"];
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const said = [];
  child.stderr.on("data", (bytes) => said.push(String(bytes)));
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const early = ended.then(([code]) => {
    throw new Error(`explore ended with ${code}: ${said.join("")}`);
  });
  early.catch(() => {});
  const [link] = await Promise.race([once(lines, "line"), early]);
  const stop = async () => {
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    child.kill("SIGINT");
    const [code, signal] = await ended;
    clearTimeout(timer);
    return { code, signal, said: said.join("") };
  };
  return { link, url: new URL(link), stop };
}

/// A bare request to the server with headers of choice: status, headers and text.
export function ask(url, path, { method = "GET", headers = {}, body = "" } = {}) {
  return new Promise((done, fail) => {
    const options = { host: url.hostname, port: url.port, path, method, headers: { Host: url.host, ...headers } };
    const asked = request(options, (response) => {
      const parts = [];
      response.on("data", (bytes) => parts.push(bytes));
      response.on("end", () =>
        done({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() }),
      );
    });
    asked.on("error", fail);
    asked.end(body);
  });
}
