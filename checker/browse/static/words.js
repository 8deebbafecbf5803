// The status words: each has a shape and a colour of its own, so that neither is the only sign.

import { s } from "./dom.js";

export const WORDS = ["supported", "refuted", "inconclusive", "needs spec", "untestable", "error", "unchecked"];

// Outlines in a square from -1 to 1; `hollow` shapes are drawn without filling.
const SHAPES = {
  supported: { points: [[0, -1], [0.95, 0.75], [-0.95, 0.75]] },
  refuted: { points: [[0, 1], [-0.95, -0.75], [0.95, -0.75]] },
  inconclusive: { points: [[0, -1.05], [1.05, 0], [0, 1.05], [-1.05, 0]] },
  "needs spec": { points: [[-0.8, -0.8], [0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]] },
  untestable: { points: [[-0.8, -0.8], [0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]], hollow: true },
  error: {
    points: [[-1, -0.6], [-0.6, -1], [0, -0.4], [0.6, -1], [1, -0.6], [0.4, 0], [1, 0.6], [0.6, 1], [0, 0.4], [-0.6, 1], [-1, 0.6], [-0.4, 0]],
  },
  unchecked: { points: [[0, -1.05], [1.05, 0], [0, 1.05], [-1.05, 0]], hollow: true },
};

export const shapeOf = (word) => SHAPES[word] ?? SHAPES.unchecked;
export const colourName = (word) => `--word-${word.replace(" ", "-")}`;

export function glyph(word, stale = false) {
  const shape = shapeOf(word);
  const points = shape.points.map(([x, y]) => `${x * 5.5},${y * 5.5}`).join(" ");
  const look = shape.hollow || stale ? "hollow" : "filled";
  return s(
    "svg",
    { class: `glyph ${look} word-${word.replace(" ", "-")}`, viewBox: "-8 -8 16 16", width: 14, height: 14, "aria-hidden": "true" },
    s("polygon", { points }),
  );
}

export const statusText = ({ word, scope, stale, at_risk }) => [word, scope, stale && "stale", at_risk?.length > 0 && "at risk"].filter(Boolean).join(" · ");
