// Runs follow the settings: a newer request ends an older one.

import { run } from "./api.js";

// A request that has not answered yet is let live this long before a newer one ends it, so that a slow machine shows
// something while a slider is dragged.
const PATIENCE_MS = 80;

/** Asks for runs, one at a time, and hands over their snapshots, at most one for each frame of the screen. */
export class Runner {
  /** `show(snapshot, isCurrent)`, `wait()` when what is shown is out of date, `fail(problem)`. */
  constructor({ show, wait, fail }) {
    Object.assign(this, { show, wait, fail });
    this.wanted = null;
    this.flight = null;
  }

  /** Wants the run of a request; the same one again is not asked for twice. */
  want(body) {
    const key = JSON.stringify(body);
    if (key === this.wanted?.key) {
      return;
    }
    this.wanted = { key, body };
    this.wait();
    this.next();
  }

  /** Asks again, after a failure. */
  again() {
    if (this.wanted) {
      this.wait();
      this.start();
    }
  }

  next() {
    const { flight } = this;
    if (flight && !flight.answered) {
      const age = performance.now() - flight.since;
      if (age < PATIENCE_MS) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.start(), PATIENCE_MS - age);
        return;
      }
    }
    this.start();
  }

  async start() {
    clearTimeout(this.timer);
    this.flight?.abort.abort();
    const flight = { ...this.wanted, abort: new AbortController(), since: performance.now(), answered: false };
    this.flight = flight;
    try {
      for await (const snapshot of run(flight.body, flight.abort.signal)) {
        if (this.flight !== flight) {
          return;
        }
        flight.answered = true;
        this.draw(flight, snapshot);
        if (flight.key !== this.wanted.key) {
          this.start();
          return;
        }
      }
    } catch (problem) {
      if (this.flight !== flight || problem.name === "AbortError") {
        return;
      }
      this.latest = null;
      this.fail(problem);
    } finally {
      if (this.flight === flight) {
        this.flight = null;
      }
    }
  }

  draw(flight, snapshot) {
    if (!this.latest) {
      requestAnimationFrame(() => {
        const { latest } = this;
        this.latest = null;
        if (latest) {
          this.show(latest.snapshot, latest.key === this.wanted.key);
        }
      });
    }
    this.latest = { snapshot, key: flight.key };
  }
}
