// The plots of a claim, drawn from its evidence: the effect against the line claimed, and what was measured.

import { h, s } from "./dom.js";

const WIDTH = 640;
const capital = (text) => text[0].toLocaleUpperCase() + text.slice(1);
const MODEL_CLASSES = 7;

export const number = (value, digits = 3) => (value === null || value === undefined ? "∞" : Number(value.toPrecision(digits + 1)).toLocaleString("en", { maximumSignificantDigits: digits + 1 }));

function ticks(low, high, count = 5) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((part) => part * power).find((size) => size >= rough);
  const found = [];
  for (let at = Math.ceil(low / step); at * step <= high + step * 1e-9; at++) found.push(Number((at * step).toPrecision(12)));
  return found;
}

const scale = (low, high, from, to) => (value) => from + ((value - low) / (high - low || 1)) * (to - from);

function extent(values, pad = 0.08) {
  const known = values.filter((value) => value !== null && value !== undefined && Number.isFinite(value));
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const room = (high - low || Math.abs(high) || 1) * pad;
  return [low - room, high + room];
}

function figure(title, drawing, note) {
  return h("figure", { class: "plot" }, h("figcaption", {}, title), drawing, note && h("p", { class: "muted small" }, note));
}

function axisBelow(at, low, high, y, text, width = WIDTH) {
  return [
    ticks(low, high).map((value) => [
      s("line", { x1: at(value), x2: at(value), y1: y, y2: y + 4, class: "axis" }),
      s("text", { x: at(value), y: y + 17, class: "tick middle" }, number(value)),
    ]),
    s("line", { x1: at(low), x2: at(high), y1: y, y2: y, class: "axis" }),
    s("text", { x: width / 2, y: y + 36, class: "tick middle" }, text),
  ];
}

// The effect with its interval; shaded is where it has to lie for the claim to hold.
export function effectPlot({ effect }) {
  if (!effect.parts.length) return null;
  const rows = effect.parts;
  const aside = rows.length > 1 ? Math.min(230, 20 + 7 * Math.max(...rows.map((row) => row.name.length))) : 20;
  const row = rows.length > 1 ? 30 : 44;
  const [top, bottom] = [14, 14 + row * rows.length];
  const numbers = rows.flatMap((part) => [part.effect, part.low, part.high, ...part.lines]);
  if (effect.from !== null) numbers.push(effect.from);
  const [low, high] = extent(numbers);
  const at = scale(low, high, aside, WIDTH - 16);
  const marks = rows.map((part, index) => {
    const y = top + row * (index + 0.5);
    const [first, last] = [part.lines[0], part.lines.at(-1)];
    const [start, end] = effect.claimed === "below" ? [low, first] : effect.claimed === "above" ? [last, high] : [first, last];
    const told = `${part.name ? `${part.name}: ` : ""}${number(part.effect)} ${effect.unit}, interval ${number(part.low)} to ${number(part.high)}`;
    return s(
      "g",
      {},
      s("title", {}, told),
      s("rect", { x: at(start), width: Math.max(0, at(end) - at(start)), y: top + row * index + 3, height: row - 6, class: "claimed" }),
      part.lines.map((line) => s("line", { x1: at(line), x2: at(line), y1: top + row * index + 3, y2: top + row * (index + 1) - 3, class: "line-claimed" })),
      s("line", { x1: at(part.low ?? low), x2: at(part.high ?? high), y1: y, y2: y, class: `interval word-${part.word.replace(" ", "-")}` }),
      [part.low, part.high].map((value) => value !== null && s("line", { x1: at(value), x2: at(value), y1: y - 6, y2: y + 6, class: `interval word-${part.word.replace(" ", "-")}` })),
      s("circle", { cx: at(part.effect), cy: y, r: 5, class: `effect word-${part.word.replace(" ", "-")}` }),
      rows.length > 1 && s("text", { x: aside - 10, y: y + 4, class: "tick end" }, part.name),
    );
  });
  const zero = effect.from !== null && s("line", { x1: at(effect.from), x2: at(effect.from), y1: top - 6, y2: bottom, class: "axis strong" });
  const whole = rows[0];
  const label = rows.length > 1 ? `${rows.length} parts, each with its effect and interval` : `effect ${number(whole.effect)} ${effect.unit}, interval ${number(whole.low)} to ${number(whole.high)}, claimed ${effect.claimed} ${whole.lines.map((line) => number(line)).join(" and ")}`;
  const drawing = s("svg", { viewBox: `0 0 ${WIDTH} ${bottom + 42}`, role: "img", "aria-label": label }, zero, marks, axisBelow(at, low, high, bottom, `${effect.of} (${effect.unit})`));
  return figure("Effect", drawing, "The bar is the interval, the dot the effect. Shaded: where the whole interval has to lie for the claim to hold.");
}

// What was measured: curves over layers, points where a model has one number, or one metric against the other.
export function measurementPlot(plot) {
  if (plot.loss) return lossPlot(plot.loss);
  if (plot.other) return scatterPlot(plot);
  return plot.layers ? layerPlot(plot) : seedPlot(plot);
}

const look = (model, index) => (model.reference ? "reference" : `model-${index % MODEL_CLASSES}`);

function legend(models) {
  const entries = models.map((model, index) => h("span", {}, h("i", { class: `swatch ${look(model, index)}` }), model.name, model.left_out && " (not competent)"));
  return h("div", { class: "plot-legend" }, entries);
}

function frame(at, low, high, left, right, text) {
  return [
    ticks(low, high).map((value) => [
      s("line", { x1: left, x2: right, y1: at(value), y2: at(value), class: "rule" }),
      s("text", { x: left - 6, y: at(value) + 4, class: "tick end" }, number(value)),
    ]),
    s("text", { class: "tick middle", transform: `translate(12 ${(at(low) + at(high)) / 2}) rotate(-90)` }, text),
  ];
}

function layerPlot(plot) {
  const [left, right, top, bottom] = [62, WIDTH - 12, 10, 250];
  const depth = Math.max(...plot.models.map((model) => model.layers.length));
  const all = plot.models.flatMap((model) => model.layers.flat());
  if (plot.uniform !== null) all.push(plot.uniform);
  const [low, high] = extent(all, 0.05);
  const x = scale(1, depth, left + 16, right - 16);
  const y = scale(low, high, bottom, top);
  const half = depth > 1 ? (x(2) - x(1)) / 2 : 20;
  const curves = plot.models.map((model, index) => {
    const points = model.layers.map(([mean], layer) => `${x(layer + 1)},${y(mean)}`).join(" ");
    const band = model.layers[0][1] !== null &&
      [...model.layers.map(([, bottomEnd], layer) => `${x(layer + 1)},${y(bottomEnd)}`), ...model.layers.map(([, , topEnd], layer) => `${x(layer + 1)},${y(topEnd)}`).reverse()].join(" ");
    const dots = model.layers.map(([mean, from, to], layer) =>
      s("circle", { cx: x(layer + 1), cy: y(mean), r: model.reference ? 2 : 3.5 }, s("title", {}, `${model.name}, layer ${layer + 1}: ${number(mean)} ${plot.unit}${from === null ? "" : `, ${number(from)} to ${number(to)}`}`)));
    return s("g", { class: `curve ${look(model, index)}` }, band && s("polygon", { points: band, class: "band" }), s("polyline", { points }), dots);
  });
  const label = `${plot.title} by layer: ${plot.models.map((model) => `${model.name} ${model.layers.map(([mean]) => number(mean, 2)).join(", ")}`).join("; ")}`;
  const drawing = s(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${bottom + 44}`, role: "img", "aria-label": label },
    plot.layers.map(([first, last]) => {
      const [from, to] = [Math.max(left, x(first) - half), Math.min(right, x(last) + half)];
      return s("rect", { x: from, width: to - from, y: top, height: bottom - top, class: "about" });
    }),
    frame(y, low, high, left, right, `${plot.title} (${plot.unit})`),
    plot.uniform !== null && s("line", { x1: left, x2: right, y1: y(plot.uniform), y2: y(plot.uniform), class: "uniform" }),
    curves,
    Array.from({ length: depth }, (_, layer) => s("text", { x: x(layer + 1), y: bottom + 17, class: "tick middle" }, layer + 1)),
    s("text", { x: (left + right) / 2, y: bottom + 36, class: "tick middle" }, "layer"),
  );
  const uniform = plot.uniform !== null ? ", dotted: uniform attention" : "";
  return figure([`${capital(plot.title)} by layer`, legend(plot.models)], drawing, `On ${plot.data}. Shaded layers: what the claim is about. Bands: 95 % over seeds${uniform}.`);
}

function seedPlot(plot) {
  const [left, right, top] = [150, WIDTH - 16, 8];
  const row = 30;
  const bottom = top + row * plot.models.length;
  const [low, high] = extent(plot.models.flatMap((model) => model.layers.flat().concat(model.seeds)));
  const x = scale(low, high, left, right);
  const rows = plot.models.map((model, index) => {
    const y = top + row * (index + 0.5);
    return s("g", { class: `curve ${look(model, index)}` },
      s("text", { x: left - 10, y: y + 4, class: "tick end" }, model.name),
      s("line", { x1: left, x2: right, y1: y, y2: y, class: "rule" }),
      model.seeds.map((value, seed) => s("circle", { cx: x(value), cy: y, r: 4, class: "seed" }, s("title", {}, `${model.name}, seed ${model.numbers[seed]}: ${number(value)} ${plot.unit}`))),
      s("line", { x1: x(model.layers[0][0]), x2: x(model.layers[0][0]), y1: y - 8, y2: y + 8 }));
  });
  const label = `${plot.title}: ${plot.models.map((model) => `${model.name} ${number(model.layers[0][0])}`).join(", ")}`;
  const drawing = s("svg", { viewBox: `0 0 ${WIDTH} ${bottom + 42}`, role: "img", "aria-label": label }, rows, axisBelow(x, low, high, bottom, `${plot.title} (${plot.unit})`));
  return figure(capital(plot.title), drawing, `On ${plot.data}. A dot is a seed, the stroke their mean.`);
}

function scatterPlot(plot) {
  const [left, right, top, bottom] = [62, WIDTH - 12, 10, 280];
  const models = plot.models.filter((model) => model.other);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [lowX, highX] = extent(models.flatMap((model) => model.seeds));
  const [lowY, highY] = extent(models.flatMap((model) => model.other));
  const x = scale(lowX, highX, left + 10, right - 10);
  const y = scale(lowY, highY, bottom, top);
  const points = models.map((model, index) =>
    s("g", { class: `curve ${look(model, index)}` },
      model.seeds.map((value, seed) => s("circle", { cx: x(value), cy: y(model.other[seed]), r: 2.5, class: "seed" })),
      s("circle", { cx: x(mean(model.seeds)), cy: y(mean(model.other)), r: 6, class: model.left_out ? "left-out" : "" }, s("title", {}, `${model.name}: ${number(mean(model.seeds))}, ${number(mean(model.other))}`))));
  const label = `${plot.other.title} against ${plot.title}: ${models.map((model) => `${model.name} ${number(mean(model.seeds))}, ${number(mean(model.other))}`).join("; ")}`;
  const drawing = s("svg", { viewBox: `0 0 ${WIDTH} ${bottom + 44}`, role: "img", "aria-label": label },
    frame(y, lowY, highY, left, right, `${plot.other.title} (${plot.other.unit})`), points, axisBelow(x, lowX, highX, bottom, `${plot.title} (${plot.unit})`));
  return figure([`${capital(plot.other.title)} against ${plot.title}`, legend(models)], drawing, `On ${plot.data}. Large: a model; small: its seeds.`);
}

function lossPlot(loss) {
  const [left, right, top, bottom] = [62, WIDTH - 12, 10, 200];
  const [low, high] = extent(loss.points.map(([, value]) => value));
  const last = loss.points.at(-1)[0];
  const x = scale(0, last, left, right);
  const y = scale(low, high, bottom, top);
  const points = loss.points.map(([step, value]) => `${x(step)},${y(value)}`).join(" ");
  const drawing = s("svg", { viewBox: `0 0 ${WIDTH} ${bottom + 42}`, role: "img", "aria-label": `training loss of ${loss.model}` },
    frame(y, low, high, left, right, "training loss"), s("g", { class: "curve model-0" }, s("polyline", { points })), axisBelow(x, 0, last, bottom, "step"));
  return figure(`${loss.model} has not learned its task`, drawing, null);
}

// The interval of a claim beside the line claimed, in the room of a cell.
export function spark(row) {
  if (row.effect === null || !row.lines.length) return null;
  const [w, tall] = [120, 16];
  const numbers = [row.effect, row.low, row.high, ...row.lines];
  if (row.from !== null) numbers.push(row.from);
  const [low, high] = extent(numbers, 0.06);
  const at = scale(low, high, 3, w - 3);
  const [first, last] = [row.lines[0], row.lines.at(-1)];
  const [start, end] = row.claimed === "below" ? [low, first] : row.claimed === "above" ? [last, high] : [first, last];
  const kind = `word-${row.word.replace(" ", "-")}`;
  return s("svg", { class: "spark", viewBox: `0 0 ${w} ${tall}`, width: w, height: tall, "aria-hidden": "true" },
    s("rect", { x: at(start), width: Math.max(0, at(end) - at(start)), y: 1, height: tall - 2, class: "claimed" }),
    row.from !== null && s("line", { x1: at(row.from), x2: at(row.from), y1: 0, y2: tall, class: "axis" }),
    s("line", { x1: at(row.low ?? low), x2: at(row.high ?? high), y1: tall / 2, y2: tall / 2, class: `interval ${kind}` }),
    s("circle", { cx: at(row.effect), cy: tall / 2, r: 3.2, class: `effect ${kind}` }));
}

