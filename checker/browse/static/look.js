// What colours mean: notes by folder, tag or property, claims by their status.

import { h, put } from "./dom.js";
import { glyph, WORDS } from "./words.js";
import { askValues } from "./source.js";

const MOST_COLOURS = 8;

// Which colour each note has: `placeOf` gives its number, `groups` their names.
export async function groupsBy(key, model) {
  const groupOf = await grouping(key, model);
  const counts = new Map();
  for (let node = 0; node < model.count; node++) {
    const group = model.kindName[node] === "note" ? groupOf(node) : null;
    if (group !== null) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  const largest = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, MOST_COLOURS).map(([name]) => name);
  const groups = new Map(largest.sort((a, b) => a.localeCompare(b)).map((name, index) => [name, index]));
  return { groups, placeOf: (node) => groups.get(groupOf(node)) };
}

async function grouping(key, model) {
  if (key === "none") return () => null;
  if (key === "folder") {
    const depth = folderDepth(model);
    return (node) => model.folder[node].split("/").slice(0, depth).join("/") || null;
  }
  if (key === "tag") {
    return (node) => {
      const own = [...model.around(node)].filter((other) => model.kindName[other] === "tag");
      return own.length ? model.label[own.sort((a, b) => model.degree(b) - model.degree(a))[0]] : null;
    };
  }
  const found = await askValues(key).catch(() => ({}));
  return (node) => found[model.id[node]] ?? null;
}

// Folders are told apart at the first level at which no single one holds most notes.
function folderDepth(model) {
  let best = 1;
  for (let depth = 1; depth < 4; depth++) {
    const names = new Map();
    let notes = 0;
    for (let node = 0; node < model.count; node++) {
      if (model.kindName[node] !== "note") continue;
      const name = model.folder[node].split("/").slice(0, depth).join("/");
      names.set(name, (names.get(name) ?? 0) + 1);
      notes++;
    }
    if (names.size > MOST_COLOURS + 1) break;
    best = depth;
    if (Math.max(...names.values()) < notes * 0.6) break;
  }
  return best;
}

export function drawLegend(element, painter, { groups }) {
  const rows = [];
  const colours = new Set(painter.scene.colour);
  for (const [name, place] of groups) {
    if (!colours.has(`#${place}`)) continue;
    const dot = h("i", { class: "dot" });
    dot.style.background = painter.colourOf(`#${place}`);
    rows.push(h("span", {}, dot, name.split("/").at(-1)));
  }
  if (rows.length && colours.has("plain")) rows.push(h("span", {}, h("i", { class: "dot plain" }), "other"));
  const statuses = WORDS.filter((word) => colours.has(`word:${word}`)).map((word) => h("span", {}, glyph(word), word));
  if (painter.scene.shape.some((shape) => shape.endsWith("?"))) statuses.push(h("span", {}, glyph("supported", true), "hollow: stale"));
  if (colours.has("hollow")) statuses.push(h("span", {}, h("i", { class: "dot ring" }), "not written yet"));
  put(element, h("div", {}, rows), h("div", {}, statuses));
}
