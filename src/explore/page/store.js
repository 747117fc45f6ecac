// The state of the page, its link, and who wants to know of changes.

import { format, parse } from "./link.js";
import { same } from "./sides.js";

const COALESCE_MS = 1500;
// Browsers refuse to change an address a hundred times in half a minute.
const WRITE_MS = 250;

/** A variant that equals the base is none. */
function settled(state) {
  return state.variant && same(state.variant, state.base) ? { ...state, variant: null } : state;
}

/** Keeps the state and the address of the page together. */
export class Store {
  constructor(model) {
    this.model = model;
    this.listeners = [];
    this.lastField = null;
    this.lastTime = 0;
    this.read();
    this.address = format(this.state, model);
    history.replaceState(null, "", this.address);
    addEventListener("pagehide", () => this.write());
    // Back, forward, and an address changed by hand.
    addEventListener("hashchange", () => {
      clearTimeout(this.timer);
      this.timer = null;
      if (location.hash !== this.address) {
        this.address = location.hash;
        this.read();
        this.lastField = null;
        this.tell();
      }
    });
  }

  /** Writes a change of the address that waits. */
  write() {
    if (this.timer) {
      clearTimeout(this.timer);
      this.timer = null;
      history.replaceState(null, "", this.address);
    }
  }

  read() {
    const { state, ignored } = parse(location.hash, this.model);
    this.state = settled(state);
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
    this.state = settled({ ...this.state, ...patch });
    const address = format(this.state, this.model);
    if (address !== this.address) {
      const now = performance.now();
      const joins = field === null || (field === this.lastField && now - this.lastTime < COALESCE_MS);
      if (!joins) {
        this.write();
        history.pushState(null, "", address);
      }
      this.address = address;
      if (joins && !this.timer) {
        this.timer = setTimeout(() => this.write(), WRITE_MS);
      }
      if (field !== null) {
        this.lastField = field;
        this.lastTime = now;
      }
    }
    this.tell();
  }
}
