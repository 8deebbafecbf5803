// A scene of nodes and links on a canvas. Small scenes are drawn anew each frame; of large ones a picture is kept and moved.

import { colourName, shapeOf } from "./words.js";
import { Boxes, Grid } from "./spatial.js";

const DIRECT = 4000; // nodes and links up to which each frame draws all
const MOST_LINKS = 60000; // drawn at once; the least important ones beyond wait for a closer look
const MARGIN = 0.5; // of the picture beyond each edge, in widths
const LABEL_ROOM = 9000; // square pixels for each label, and where there are many nodes
const LABEL_ROOM_MANY = 24000;
const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const LINE = 14;

export class Painter {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.camera = { x: 0, y: 0, k: 1 };
    this.scene = null;
    this.hot = -1; // under the pointer or focused
    this.chosen = -1;
    this.trail = null; // scene numbers of a path
    this.width = this.height = 0;
    this.below = 0; // room at the lower edge that nodes keep free
    this.picture = null;
    this.widths = new Map();
    this.frame = 0;
    this.readColours();
  }

  readColours() {
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue(name).trim();
    this.colours = {
      ground: value("--ground"), ink: value("--ink"), muted: value("--muted"), link: value("--graph-link"),
      accent: value("--accent"), plain: value("--graph-node"), hollow: value("--graph-hollow"), tag: value("--graph-tag"),
    };
    this.palette = value("--palette").split(/\s+/);
    this.wordColour = (word) => value(colourName(word));
    this.words = new Map();
    this.picture = null;
  }

  colourOf(key) {
    if (key.startsWith("word:")) {
      if (!this.words.has(key)) this.words.set(key, this.wordColour(key.slice(5)));
      return this.words.get(key);
    }
    if (key.startsWith("#")) return this.palette[Number(key.slice(1)) % this.palette.length];
    return this.colours[key] ?? this.colours.plain;
  }

  // x, y: places; radius; colour: keys; shape: "disc", "ring", "box", "hash" or a status word; label; rank: importance;
  // order: from the most important; links: pairs of scene numbers.
  setScene(scene) {
    this.scene = scene;
    this.hot = this.chosen = -1;
    this.trail = null;
    this.picture = null;
    this.grid = null;
    this.adjacent = null;
    this.groups = null;
    this.request();
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const ratio = Math.min(2, devicePixelRatio || 1);
    if (width === this.width && height === this.height && ratio === this.ratio) return;
    Object.assign(this, { width, height, ratio });
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.picture = null;
    this.request();
  }

  request() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.paint());
  }

  moved() {
    this.picture = null;
    this.grid = null;
    this.request();
  }

  toScreen(node) {
    const { camera, scene } = this;
    return [(scene.x[node] - camera.x) * camera.k + this.width / 2, (scene.y[node] - camera.y) * camera.k + this.height / 2];
  }

  toScene(x, y) {
    const { camera } = this;
    return [(x - this.width / 2) / camera.k + camera.x, (y - this.height / 2) / camera.k + camera.y];
  }

  // The camera from which all nodes are seen, or those of a list.
  fitted(nodes = null, closest = 1.6) {
    const { scene } = this;
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    const count = nodes ? nodes.length : scene.x.length;
    for (let i = 0; i < count; i++) {
      const node = nodes ? nodes[i] : i;
      left = Math.min(left, scene.x[node]);
      right = Math.max(right, scene.x[node]);
      top = Math.min(top, scene.y[node]);
      bottom = Math.max(bottom, scene.y[node]);
    }
    if (!count) return { x: 0, y: 0, k: 1 };
    const aside = Math.min(150, this.width * 0.14);
    const k = Math.max(1e-4, Math.min(closest, (this.width - aside) / (right - left + 1), (this.height - 70 - this.below) / (bottom - top + 1)));
    return { x: (left + right) / 2, y: (top + bottom) / 2 + this.below / 2 / k, k };
  }

  radius(node) {
    const { scene, camera } = this;
    return Math.max(scene.small ? 1.3 : 2.4, scene.radius[node] * Math.min(1.4, Math.max(scene.small ? 0.3 : 0.62, camera.k ** 0.5)));
  }

  paint() {
    this.frame = 0;
    const { context, scene, width, height, ratio } = this;
    if (!width || !scene) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const dimmed = this.hot >= 0 || this.trail !== null;
    context.globalAlpha = dimmed ? 0.28 : 1;
    if (scene.x.length + scene.links.length / 2 <= DIRECT) {
      this.drawScene(context, this.camera, width, height, !dimmed);
    } else {
      this.usePicture(context, !dimmed);
    }
    context.globalAlpha = 1;
    this.drawAbove(context);
    this.painted?.();
  }

  usePicture(context, labels) {
    const { camera, width, height, ratio } = this;
    const kept = this.picture;
    const fresh = kept && kept.k === camera.k && Math.abs(kept.x - camera.x) * camera.k < width * MARGIN * 0.98 &&
      Math.abs(kept.y - camera.y) * camera.k < height * MARGIN * 0.98;
    if (!kept) this.takePicture();
    else if (!fresh) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => { this.takePicture(); this.request(); }, 90);
    }
    const { image, x, y, k, w, h } = this.picture;
    const scale = camera.k / k;
    context.drawImage(image, width / 2 + (x - camera.x) * camera.k - (w / 2) * scale, height / 2 + (y - camera.y) * camera.k - (h / 2) * scale, w * scale, h * scale);
    if (labels) this.drawLabels(context, this.shownLabels ?? (this.shownLabels = this.placeLabels(context, camera, width, height)));
  }

  takePicture() {
    const { camera, width, height, ratio } = this;
    const [w, h] = [width * (1 + 2 * MARGIN), height * (1 + 2 * MARGIN)];
    const image = this.picture?.image ?? document.createElement("canvas");
    image.width = Math.round(w * ratio);
    image.height = Math.round(h * ratio);
    const context = image.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.drawScene(context, camera, w, h, false);
    this.picture = { image, ...camera, w, h };
    this.shownLabels = null;
  }

  drawScene(context, camera, width, height, labels) {
    const { scene } = this;
    const [dx, dy] = [width / 2 - camera.x * camera.k, height / 2 - camera.y * camera.k];
    const { x, y, links } = scene;
    const k = camera.k;
    const many = links.length / 2 > 3000;
    const thin = scene.lead !== undefined;
    context.strokeStyle = this.colours.link;
    context.lineWidth = many ? 0.6 : 1;
    const alpha = context.globalAlpha;
    context.globalAlpha = alpha * (many ? Math.max(0.16, Math.min(0.6, 30 / Math.sqrt(links.length / 2))) : thin ? 0.34 : scene.small ? 0.55 : 0.75);
    context.beginPath();
    const most = MOST_LINKS * 2;
    let drawn = 0;
    for (let i = 0; i < links.length && drawn < most; i += 2) {
      const ax = x[links[i]] * k + dx, ay = y[links[i]] * k + dy;
      const bx = x[links[i + 1]] * k + dx, by = y[links[i + 1]] * k + dy;
      if ((ax < 0 && bx < 0) || (ay < 0 && by < 0) || (ax > width && bx > width) || (ay > height && by > height)) continue;
      context.moveTo(ax, ay);
      context.lineTo(bx, by);
      drawn += 2;
    }
    context.stroke();
    if (thin) {
      context.globalAlpha = alpha * 0.9;
      context.beginPath();
      for (const [a, b] of scene.lead) {
        context.moveTo(x[a] * k + dx, y[a] * k + dy);
        context.lineTo(x[b] * k + dx, y[b] * k + dy);
      }
      context.stroke();
    }
    context.globalAlpha = alpha;
    for (const [key, nodes] of this.grouped()) {
      const [shape, colour] = key;
      this.drawNodes(context, nodes, shape, colour, k, dx, dy, width, height);
    }
    if (labels) this.drawLabels(context, this.placeLabels(context, camera, width, height));
  }

  // The nodes by look, so that each look is drawn in one go; the important looks come last.
  grouped() {
    if (this.groups) return this.groups;
    const { scene } = this;
    const found = new Map();
    for (let node = 0; node < scene.x.length; node++) {
      const key = `${scene.shape[node]}\n${scene.colour[node]}`;
      if (!found.has(key)) found.set(key, []);
      found.get(key).push(node);
    }
    this.groups = [...found].map(([key, nodes]) => [key.split("\n"), nodes]).sort(([a], [b]) => place(a[1]) - place(b[1]));
    return this.groups;
  }

  drawNodes(context, nodes, shape, colour, k, dx, dy, width, height) {
    const { scene } = this;
    context.beginPath();
    const tiny = scene.small && scene.radius[nodes[0]] * k ** 0.6 < 2 && shape === "disc";
    for (const node of nodes) {
      const x = scene.x[node] * k + dx, y = scene.y[node] * k + dy;
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue;
      const r = this.radius(node);
      if (tiny && r < 1.6) context.rect(x - r, y - r, 2 * r, 2 * r);
      else outline(context, shape, x, y, r);
    }
    this.inkIn(context, shape, colour);
  }

  inkIn(context, shape, colour) {
    const hollow = shape === "ring" || shape.endsWith("?") || shapeOf(shape).hollow && isWord(shape);
    context.lineJoin = "round";
    if (hollow) {
      context.fillStyle = this.colours.ground;
      context.fill();
      context.strokeStyle = this.colourOf(colour);
      context.lineWidth = shape === "ring" ? 1.2 : 1.8;
      context.stroke();
    } else {
      context.fillStyle = this.colourOf(colour);
      context.fill();
      if (!this.scene.small) {
        context.strokeStyle = this.colours.ground;
        context.lineWidth = 1;
        context.stroke();
      }
    }
  }

  // Labels that do not touch one another nor the larger nodes, the important ones first.
  placeLabels(context, camera, width, height) {
    const { scene } = this;
    const [dx, dy, k] = [width / 2 - camera.x * camera.k, height / 2 - camera.y * camera.k, camera.k];
    context.font = FONT;
    const taken = new Boxes();
    const most = Math.max(6, Math.round((width * height) / (scene.x.length > 300 ? LABEL_ROOM_MANY : LABEL_ROOM)));
    const seen = [];
    const important = scene.x.length > 300 && k < 0.9 && scene.least !== undefined;
    for (const node of scene.order) {
      if (important && scene.rank[node] < scene.least) break;
      const x = scene.x[node] * k + dx, y = scene.y[node] * k + dy;
      if (x < 4 || y < 4 || x > width - 4 || y > height - 4) continue;
      seen.push([node, x, y]);
      if (seen.length > most * 12) break;
    }
    for (const [node, x, y] of seen.slice(0, 500)) {
      const r = this.radius(node);
      if (r >= 3 || !scene.small) taken.add(x - r, y - r, x + r, y + r, node);
    }
    const found = [];
    for (const [node, x, y] of seen) {
      if (found.length >= most) break;
      const lines = this.linesOf(scene.label[node]);
      const w = Math.max(...lines.map((line) => this.widthOf(context, line)));
      const tall = lines.length * LINE;
      const r = this.radius(node) + 3;
      const spots = [[x - w / 2, y + r], [x + r + 2, y - tall / 2], [x - r - 2 - w, y - tall / 2], [x - w / 2, y - r - tall]];
      const spot = spots.find(([a, b]) => a > 2 && b > 2 && a + w < width - 2 && b + tall < height - 2 && !taken.hits(a - 3, b - 1, a + w + 3, b + tall + 1, node));
      if (!spot) continue;
      taken.add(spot[0] - 3, spot[1] - 1, spot[0] + w + 3, spot[1] + tall + 1, -1);
      found.push({ node, lines, w, atX: spot[0] - x, atY: spot[1] - y });
    }
    return found;
  }

  drawLabels(context, labels) {
    for (const label of labels) {
      const [x, y] = this.toScreen(label.node);
      this.drawLabel(context, label, x + label.atX, y + label.atY, this.scene.strong?.has(label.node));
    }
  }

  drawLabel(context, { lines, w }, x, y, strong) {
    context.font = strong ? `600 ${FONT}` : FONT;
    context.textBaseline = "top";
    context.textAlign = "center";
    context.lineJoin = "round";
    context.strokeStyle = this.colours.ground;
    context.lineWidth = 3.5;
    context.fillStyle = strong ? this.colours.ink : this.colours.muted;
    lines.forEach((line, index) => {
      context.strokeText(line, x + w / 2, y + index * LINE + 1);
      context.fillText(line, x + w / 2, y + index * LINE + 1);
    });
  }

  linesOf(text) {
    const kept = this.widths.get(`\n${text}`);
    if (kept) return kept;
    const words = text.split(/\s+/);
    const lines = [""];
    for (const word of words) {
      const last = lines[lines.length - 1];
      if (last && last.length + word.length > 25) lines.push(word);
      else lines[lines.length - 1] = last ? `${last} ${word}` : word;
    }
    const shown = lines.slice(0, 2).map((line) => (line.length > 30 ? `${line.slice(0, 29)}…` : line));
    if (lines.length > 2) shown[1] = `${shown[1].replace(/…$/, "")}…`;
    this.widths.set(`\n${text}`, shown);
    return shown;
  }

  widthOf(context, line) {
    if (!this.widths.has(line)) this.widths.set(line, context.measureText(line).width + 1);
    return this.widths.get(line);
  }

  neighbours(node) {
    if (!this.adjacent) {
      this.adjacent = new Map();
      const { links } = this.scene;
      for (let i = 0; i < links.length; i += 2) {
        for (const [a, b] of [[links[i], links[i + 1]], [links[i + 1], links[i]]]) {
          if (!this.adjacent.has(a)) this.adjacent.set(a, []);
          this.adjacent.get(a).push(b);
        }
      }
    }
    return this.adjacent.get(node) ?? [];
  }

  // What is under the pointer or on the path, in full strength above the rest; and a ring around what is chosen.
  drawAbove(context) {
    const { scene, camera, width, height } = this;
    const [dx, dy, k] = [width / 2 - camera.x * camera.k, height / 2 - camera.y * camera.k, camera.k];
    const pairs = [];
    const lit = new Set();
    if (this.trail) {
      this.trail.forEach((node, index) => {
        lit.add(node);
        if (index) pairs.push(this.trail[index - 1], node);
      });
    }
    if (this.hot >= 0) {
      lit.add(this.hot);
      for (const other of this.neighbours(this.hot)) {
        lit.add(other);
        pairs.push(this.hot, other);
      }
    }
    if (pairs.length) {
      context.strokeStyle = this.colours.accent;
      context.lineWidth = this.trail ? 2.4 : 1.3;
      context.globalAlpha = 0.75;
      context.beginPath();
      for (let i = 0; i < pairs.length; i += 2) {
        context.moveTo(scene.x[pairs[i]] * k + dx, scene.y[pairs[i]] * k + dy);
        context.lineTo(scene.x[pairs[i + 1]] * k + dx, scene.y[pairs[i + 1]] * k + dy);
      }
      context.stroke();
      context.globalAlpha = 1;
    }
    for (const node of lit) this.drawNodes(context, [node], scene.shape[node], scene.colour[node], k, dx, dy, width, height);
    for (const [node, thick] of [[this.chosen, 2], [this.hot, 2]]) {
      if (node < 0) continue;
      const [x, y] = this.toScreen(node);
      context.beginPath();
      context.arc(x, y, this.radius(node) + 4, 0, 2 * Math.PI);
      context.strokeStyle = this.colours.accent;
      context.lineWidth = thick;
      context.stroke();
    }
    if (lit.size) {
      const ordered = [...lit].sort((a, b) => (b === this.hot) - (a === this.hot) || scene.rank[b] - scene.rank[a]);
      const part = { ...scene, order: ordered };
      const whole = this.scene;
      this.scene = part;
      this.drawLabels(context, this.placeLabels(context, camera, width, height));
      this.scene = whole;
    }
  }

  // The node at a place on the screen; -1 where there is none.
  at(x, y) {
    const { scene } = this;
    if (!scene) return -1;
    const [sx, sy] = this.toScene(x, y);
    const reach = 22 / this.camera.k;
    let best = -1, nearest = Infinity;
    for (const node of this.near(sx, sy, reach)) {
      const away = Math.hypot(scene.x[node] - sx, scene.y[node] - sy) * this.camera.k - this.radius(node);
      if (away < Math.min(nearest, 6)) [best, nearest] = [node, away];
    }
    return best;
  }

  *near(x, y, reach) {
    const { scene } = this;
    const count = scene.x.length;
    if (count < 600) {
      for (let node = 0; node < count; node++) yield node;
      return;
    }
    this.grid ??= new Grid(scene.x, scene.y);
    yield* this.grid.near(x, y, reach);
  }
}

const isWord = (shape) => !["disc", "ring", "box", "hash"].includes(shape);
const place = (colour) => (colour.startsWith("word:") ? 3 : colour === "hollow" ? 0 : 1);

function outline(context, shape, x, y, r) {
  if (shape === "disc" || shape === "ring") {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  } else if (shape === "box") {
    context.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
  } else if (shape === "hash") {
    for (let i = 0; i < 6; i++) {
      const [a, b] = [x + r * Math.cos((i * Math.PI) / 3), y + r * Math.sin((i * Math.PI) / 3)];
      i ? context.lineTo(a, b) : context.moveTo(a, b);
    }
    context.closePath();
  } else {
    shapeOf(shape.replace("?", "")).points.forEach(([a, b], i) => (i ? context.lineTo(x + a * r * 1.25, y + b * r * 1.25) : context.moveTo(x + a * r * 1.25, y + b * r * 1.25)));
    context.closePath();
  }
}
