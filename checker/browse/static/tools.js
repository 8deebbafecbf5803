// The bar above the graph: how much is shown, how far, in which colours, and what is left out.

import { h, put } from "./dom.js";
import { glyph, WORDS } from "./words.js";
import { askProperties } from "./source.js";
import { set } from "./address.js";

const KIND_NAMES = { note: "Notes", canvas: "Canvases", attachment: "Attachments", unresolved: "Unresolved", tag: "Tags", claim: "Claims" };

export function drawTools(view, state) {
  const go = (change) => view.app.go({ ...view.state, ...change }, true); // of the moment of the click, not of this drawing
  const local = view.centre >= 0 && state.view !== "path";
  const choose = (whole, text) =>
    h("button", { type: "button", "data-tool": text, "aria-pressed": String(view.whole === whole), disabled: !whole && !local, onclick: () => go({ whole }) }, text);
  const depth = h("input", {
    type: "range", min: 1, max: 4, step: 1, value: state.depth, id: "depth", "aria-label": "Depth: how many links away",
    oninput: (event) => go({ depth: Number(event.target.value) }),
  });
  if (document.activeElement?.id === "depth") {
    const output = view.tools.querySelector("output");
    if (output) output.textContent = state.depth;
    if (output) return;
  }
  const hidden = set(state.hide);
  const hiddenWords = set(state.words);
  const toggle = (names, name) => {
    const next = new Set(names);
    if (!next.delete(name)) next.add(name);
    return [...next].join(",");
  };
  const kinds = view.model.kinds.filter((kind) => view.model.kindName.includes(kind));
  const words = WORDS.filter((word) => Object.values(view.model.word).includes(word));
  const box = (name, text, hiddenNames, change) =>
    h("label", {}, h("input", { type: "checkbox", checked: !hiddenNames.has(name), "data-tool": name, onchange: () => go(change(toggle(hiddenNames, name))) }), text);
  const filters = h(
    "details",
    { class: "filters", open: view.filtersOpen, ontoggle: (event) => (view.filtersOpen = event.target.open) },
    h("summary", { "data-tool": "filter" }, "Filter"),
    h(
      "div",
      { class: "popover" },
      h("fieldset", {}, h("legend", {}, "Show"), kinds.map((kind) => box(kind, KIND_NAMES[kind], hidden, (hide) => ({ hide })))),
      local && !view.whole && h("fieldset", {}, h("legend", {}, "Follow"), [["both", "links both ways"], ["out", "links from it"], ["in", "links to it"]].map(([value, text]) =>
        h("label", {}, h("input", { type: "radio", name: "follow", value, checked: state.follow === value, "data-tool": `follow-${value}`, onchange: () => go({ follow: value }) }), text))),
      words.length > 1 && h("fieldset", {}, h("legend", {}, "Claims that are"), words.map((word) => box(word, [glyph(word), word], hiddenWords, (names) => ({ words: names })))),
    ),
  );
  const colour = h(
    "select",
    { id: "colour", "data-tool": "colour", "aria-label": "Colour of notes", onchange: (event) => go({ colour: event.target.value }) },
    [["folder", "by folder"], ["tag", "by tag"], ["none", "one colour"], ...(view.keys ?? []).map((key) => [key, `by ${key}`])].map(([value, text]) =>
      h("option", { value, selected: value === state.colour }, text)),
  );
  if (!view.keys) {
    view.keys = [];
    askProperties().then((keys) => { view.keys = keys; if (keys.length) drawTools(view, view.state); }, () => {});
  }
  const focused = document.activeElement?.dataset?.tool;
  put(
    view.tools,
    h("div", { class: "segments", role: "group", "aria-label": "How much of the graph" }, choose(false, "Local"), choose(true, "Global")),
    local && !view.whole && h("label", { class: "depth" }, "Depth", depth, h("output", { for: "depth" }, state.depth)),
    h("label", { class: "select" }, h("span", {}, "Colour"), colour),
    filters,
    h("button", { type: "button", class: "quiet", "data-tool": "list", "aria-pressed": String(state.list), onclick: () => go({ list: !state.list }) }, "List"),
    h("button", { type: "button", class: "quiet", "data-tool": "fit", onclick: () => view.fit(true) }, "Fit"),
  );
  if (focused) view.tools.querySelector(`[data-tool="${focused}"]`)?.focus();
}
