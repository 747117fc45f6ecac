// Files to keep: the settings as a scenario, the runs as CSV, the link.

import { file } from "./api.js";
import { byId, el, setText } from "./dom.js";

function download({ name, blob }) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Wires the dialog that saves. */
export function wireSaving(store, { scenarios, fail }) {
  const dialog = byId("save");
  const said = (text) => setText(byId("save-said"), text);
  byId("open-save").addEventListener("click", () => {
    const { variant, base, n } = store.state;
    byId("save-side").value = variant ? "variant" : "base";
    byId("save-side").querySelector("[value=variant]").disabled = !variant;
    const title = scenarios()?.[variant ? "variant" : "base"].title ?? "";
    const side = variant ?? base;
    byId("save-title").value = Object.keys(side.set).length > 0 ? `${title}, changed` : title;
    setText(byId("save-n"), String(n));
    said("");
    dialog.showModal();
  });
  byId("save-close").addEventListener("click", () => dialog.close());
  const body = () => {
    const { state } = store;
    const side = byId("save-side").value === "variant" && state.variant ? state.variant : state.base;
    return { side, seed: state.seed ?? scenarios().base.seed, replicates: state.n };
  };
  const save = (path, make) => async () => {
    said("Working \u2026");
    try {
      const made = await file(path, make());
      download(made);
      said(`${made.name} is saved where your browser keeps downloads.`);
    } catch (problem) {
      said(problem.message);
      if (problem.kind !== "said") {
        fail(problem);
      }
    }
  };
  byId("save-scenario").addEventListener(
    "click",
    save("/api/scenario-file", () => ({ ...body(), title: byId("save-title").value.trim() || "Untitled" })),
  );
  byId("save-csv").addEventListener(
    "click",
    save("/api/csv", () => ({ ...body(), file: byId("save-table").value })),
  );
  byId("copy").addEventListener("click", async () => {
    let done = "The settings are copied. Add them to the address that dualtrack explore prints.";
    try {
      await navigator.clipboard.writeText(store.address);
    } catch {
      done = "The browser does not allow copying: the address of this page holds the settings.";
    }
    setText(byId("copied"), done);
    setTimeout(() => setText(byId("copied"), ""), 8000);
  });
}
