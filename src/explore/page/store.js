// The state of the page, its link, and who wants to know of changes.

import { format, parse } from "./link.js";

const COALESCE_MS = 1500;

/** Keeps the state and the address of the page together. */
export class Store {
  constructor(model) {
    this.model = model;
    this.listeners = [];
    this.lastField = null;
    this.lastTime = 0;
    this.read();
    history.replaceState(null, "", format(this.state, model));
    // Back, forward, and an address changed by hand.
    addEventListener("hashchange", () => {
      if (location.hash !== format(this.state, model)) {
        this.read();
        this.lastField = null;
        this.tell();
      }
    });
  }

  read() {
    const { state, ignored } = parse(location.hash, this.model);
    this.state = state;
    this.ignored = ignored;
  }

  /** Calls a listener with the state after every change. */
  listen(listener) {
    this.listeners.push(listener);
  }

  tell() {
    for (const listener of this.listeners) {
      listener(this.state);
    }
  }

  /**
   * Changes the state. Each change is a step of the browser's history, but changes of one field in a row, as while a
   * slider is dragged, are one step, and changes without a field are none.
   */
  set(patch, field = null) {
    this.state = { ...this.state, ...patch };
    const address = format(this.state, this.model);
    if (address !== location.hash) {
      const now = performance.now();
      const joins = field === null || (field === this.lastField && now - this.lastTime < COALESCE_MS);
      history[joins ? "replaceState" : "pushState"](null, "", address);
      if (field !== null) {
        this.lastField = field;
        this.lastTime = now;
      }
    }
    this.tell();
  }
}
