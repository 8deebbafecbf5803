// The graph as text: by distance from a note, or by importance.

import { h, plural, put } from "./dom.js";
import { glyph } from "./words.js";
import { onwards } from "./address.js";
import { subjectOf } from "./model.js";

const MOST_LISTED = 400;

export function drawList(view, state) {
  const { model, nodes } = view;
  const entry = (node) =>
    h("li", {}, h("a", { href: view.app.address(onwards(state, subjectOf(model, node))) }, model.kindName[node] === "claim" && glyph(model.word[node], model.staleSet.has(node)), model.label[node]),
      h("span", { class: "muted" }, model.kindName[node] === "claim" ? model.word[node] : model.kindName[node], " · ", plural(model.degree(node), "link")));
  if (view.trail) {
    put(view.list, h("h2", {}, "The path"), h("ol", {}, view.trail.map((place) => entry(nodes[place]))));
  } else if (view.steps) {
    const most = Math.max(...nodes.map((node) => view.steps[node]), 0);
    const parts = [];
    for (let step = 1; step <= most; step++) {
      const there = nodes.filter((node) => view.steps[node] === step);
      if (there.length) parts.push(h("h3", {}, step === 1 ? "One link away" : `${step} links away`), h("ul", {}, there.map(entry)));
    }
    put(view.list, h("h2", {}, `Around ${model.label[view.centre]}`), parts.length ? parts : h("p", {}, "Nothing is linked."));
  } else {
    const rest = nodes.length - MOST_LISTED;
    put(view.list, h("h2", {}, "All, the most linked first"), h("ul", {}, nodes.slice(0, MOST_LISTED).map(entry)), rest > 0 && h("p", { class: "muted" }, `and ${plural(rest, "more", "more")}; the search finds them`));
  }
}
