// The graph on the stage: what is around a note, all of it, or a path; as a drawing or as a list.

import { announce, calm, h, plural } from "./dom.js";
import { onwards, set } from "./address.js";
import { nodeOf, subjectOf } from "./model.js";
import { Painter } from "./draw.js";
import { Force } from "./force.js";
import { drawLegend, groupsBy } from "./look.js";
import { drawTools } from "./tools.js";
import { drawList } from "./list.js";

const MOST_AROUND = 140; // nodes around a note that are drawn at once
const LARGE = 700; // nodes from which a scene is drawn with small marks

export class GraphView {
  constructor(app) {
    this.app = app;
    this.canvas = h("canvas", { tabindex: "0", role: "application", class: "graph" });
    this.painter = new Painter(this.canvas);
    this.tools = h("div", { class: "tools" });
    this.legend = h("div", { class: "legend", "aria-hidden": "true" });
    this.told = h("p", { class: "told" });
    this.list = h("div", { class: "list", hidden: true });
    this.element = h("div", { class: "graph-view" }, this.tools, h("div", { class: "canvas-box" }, this.canvas, this.legend, this.told), this.list);
    this.key = "";
    this.nodes = [];
    new ResizeObserver(() => { this.painter.resize(); if (!this.touched) this.fit(false); }).observe(this.canvas);
    this.#pointer();
    this.canvas.addEventListener("keydown", (event) => this.#keys(event));
    this.canvas.addEventListener("blur", () => { this.painter.hot = -1; this.painter.request(); });
  }

  recolour() {
    this.painter.readColours();
    this.painter.request();
    if (this.painter.scene) drawLegend(this.legend, this.painter, this.groups);
  }

  async show(state, model) {
    const fresh = this.model !== model;
    this.model = model;
    const before = this.state;
    this.state = state;
    this.centre = nodeOf(model, state);
    const whole = state.whole || (this.centre < 0 && state.view !== "path");
    this.whole = whole;
    const key = JSON.stringify([whole || state.view === "path" ? "" : this.centre, whole, state.depth, state.follow, state.hide, state.words, state.view === "path" && [state.from, state.to]]);
    if (this.lookKey !== state.colour || this.lookModel !== model) {
      [this.lookKey, this.lookModel] = [state.colour, model];
      this.looking = groupsBy(state.colour, model);
    }
    const groups = await this.looking;
    if (this.state !== state) return; // something else is shown by now
    const recoloured = groups !== this.groups;
    this.groups = groups;
    drawTools(this, state);
    if (key !== this.key || fresh) {
      this.key = key;
      this.#scene(state, whole, fresh && before !== undefined);
    } else if (recoloured) {
      this.#look();
      this.painter.setScene(this.painter.scene);
    }
    this.#choose();
    this.list.hidden = !state.list;
    this.canvas.parentElement.hidden = state.list;
    if (state.list) drawList(this, state);
  }

  #choose() {
    this.painter.chosen = this.place?.get(this.centre) ?? -1;
    this.painter.trail = this.trail;
    this.painter.request();
  }

  // Which nodes are in the scene, and where they lie.
  #scene(state, whole, again) {
    const { model } = this;
    const shown = model.shown(set(state.hide), set(state.words));
    this.trail = null;
    let nodes = [];
    this.steps = null;
    this.degrees = null;
    this.left = 0;
    if (state.view === "path") {
      nodes = this.#pathNodes(state, shown);
    } else if (whole) {
      for (let node = 0; node < model.count; node++) if (shown[node]) nodes.push(node);
      nodes.sort((a, b) => this.#rank(b) - this.#rank(a));
    } else {
      shown[this.centre] = 1;
      this.steps = model.distances(this.centre, state.depth, shown, state.follow);
      for (let node = 0; node < model.count; node++) if (this.steps[node] >= 0) nodes.push(node);
      nodes.sort((a, b) => this.steps[a] - this.steps[b] || this.#rank(b) - this.#rank(a));
      this.left = Math.max(0, nodes.length - MOST_AROUND);
      nodes = nodes.slice(0, MOST_AROUND);
    }
    const place = new Map(nodes.map((node, index) => [node, index]));
    let links = [];
    this.degrees = new Map();
    for (const node of nodes) {
      for (let i = model.first[node]; i < model.first[node + 1]; i++) {
        const other = place.get(model.ends[i]);
        if (other !== undefined) this.degrees.set(node, (this.degrees.get(node) ?? 0) + 1);
        if (model.through[i] % 2 === 0 && other !== undefined) links.push(place.get(node), other);
      }
    }
    if (whole && links.length > 20000) links = byRank(links);
    this.nodes = nodes;
    this.place = place;
    const old = this.painter.scene;
    const oldPlaces = this.shownPlaces;
    const scene = {
      x: Float64Array.from(nodes, (node) => model.x[node]),
      y: Float64Array.from(nodes, (node) => model.y[node]),
      small: nodes.length > LARGE,
      links: Uint32Array.from(links),
      label: nodes.map((node) => model.label[node]),
      rank: Float64Array.from(nodes, (node) => this.#rank(node)),
      strong: new Set(),
    };
    scene.radius = Float64Array.from(nodes, (node) => this.#radius(node, scene.small));
    scene.order = Array.from(nodes.keys()).sort((a, b) => scene.rank[b] - scene.rank[a]);
    this.force = null;
    if (whole) scene.least = 1.5 + Math.log2(3); // two links
    if (this.steps) scene.lead = this.#lead(links);
    if (!whole) this.#settle(scene);
    const centre = place.get(this.centre);
    if (centre !== undefined) scene.strong.add(centre);
    if (this.trail) this.trail.forEach((node) => scene.strong.add(node));
    this.painter.scene = scene;
    this.#look();
    this.painter.setScene(scene);
    this.painter.trail = this.trail;
    this.shownPlaces = new Map(nodes.map((node, index) => [model.id[node], index]));
    this.#told(whole);
    if (again && this.touched) return;
    this.touched = false;
    this.painter.resize();
    this.fit(!calm() && old !== null && !whole);
    if (!whole && old && oldPlaces && !calm()) this.#glide(scene, old, oldPlaces);
  }

  // The links along which each node is reached: one from each, drawn stronger than the rest.
  #lead(links) {
    const found = new Map();
    for (let i = 0; i < links.length; i += 2) {
      for (const [a, b] of [[links[i], links[i + 1]], [links[i + 1], links[i]]]) {
        if (this.steps[this.nodes[a]] === this.steps[this.nodes[b]] + 1 && !found.has(a)) found.set(a, b);
      }
    }
    return [...found];
  }

  // A small scene finds its own places, from where its nodes lie in the whole graph.
  #settle(scene) {
    const middle = this.place.get(this.centre) ?? 0;
    const [cx, cy] = [scene.x[middle] ?? 0, scene.y[middle] ?? 0];
    for (let i = 0; i < scene.x.length; i++) {
      const [dx, dy] = [scene.x[i] - cx, scene.y[i] - cy];
      const away = Math.hypot(dx, dy);
      const reach = (this.steps ? this.steps[this.nodes[i]] : 1) * 150 + Math.min(60, away * 0.1);
      scene.x[i] = i === middle ? 0 : (dx / (away || 1)) * reach;
      scene.y[i] = i === middle ? 0 : (dy / (away || 1)) * reach;
    }
    if (this.trail) {
      this.trail.forEach((node, index) => {
        scene.x[node] = (index - (this.trail.length - 1) / 2) * 170;
        scene.y[node] = (index % 2) * 30;
      });
    }
    this.force = new Force(scene.x, scene.y, scene.radius, scene.links, this.trail ? -1 : this.place.get(this.centre));
    this.force.settle(320);
  }

  #glide(scene, old, oldPlaces) {
    const [toX, toY] = [scene.x.slice(), scene.y.slice()];
    const from = this.nodes.map((node, i) => {
      const at = oldPlaces.get(this.model.id[node]);
      return at === undefined ? [toX[i] * 0.6, toY[i] * 0.6] : [old.x[at], old.y[at]];
    });
    const began = performance.now();
    const frame = (now) => {
      if (this.painter.scene !== scene) return;
      const t = Math.min(1, (now - began) / 380);
      const eased = 1 - (1 - t) ** 3;
      for (let i = 0; i < toX.length; i++) {
        scene.x[i] = from[i][0] + (toX[i] - from[i][0]) * eased;
        scene.y[i] = from[i][1] + (toY[i] - from[i][1]) * eased;
      }
      this.painter.moved();
      if (t < 1) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  #pathNodes(state, shown) {
    const { model } = this;
    const [start, end] = [model.number.get(state.from) ?? -1, model.number.get(state.to) ?? -1];
    const steps = start >= 0 && end >= 0 ? model.path(start, end) : null;
    if (!steps) return [start, end].filter((node) => node >= 0);
    this.trail = steps.map((_, index) => index);
    const nodes = [...steps];
    const known = new Set(steps);
    for (const step of steps) {
      const near = [...model.around(step)].filter((node) => shown[node] && !known.has(node) && model.kindName[node] !== "claim");
      near.sort((a, b) => this.#rank(b) - this.#rank(a));
      for (const node of near.slice(0, 7)) {
        known.add(node);
        nodes.push(node);
      }
    }
    return nodes;
  }

  #rank(node) {
    const kind = this.model.kindName[node];
    const degree = this.degrees?.get(node) ?? this.model.degree(node);
    const bonus = { note: 1.5, canvas: 1, claim: 0.5, tag: 0.4, unresolved: -2, attachment: -2 }[kind] ?? 0;
    return (this.steps ? -this.steps[node] * 3 : 0) + bonus + Math.log2(1 + degree);
  }

  #radius(node, small) {
    const kind = this.model.kindName[node];
    const size = Math.sqrt(this.degrees.get(node) ?? 0);
    if (small) return kind === "claim" ? 5 : Math.min(12, 1.6 + size * 0.8);
    if (kind === "claim") return 6;
    if (kind === "unresolved" || kind === "attachment") return 4;
    return Math.min(15, 4.5 + size * 1.1);
  }

  // Colours and shapes: of claims by their status, of notes by folder, tag or property.
  #look() {
    const { model, nodes } = this;
    const { scene } = this.painter;
    scene.colour = nodes.map((node) => this.#colour(node));
    scene.shape = nodes.map((node) => {
      const kind = model.kindName[node];
      if (kind === "claim") return model.word[node] + (model.staleSet.has(node) ? "?" : "");
      return { unresolved: "ring", tag: "hash", attachment: "box", canvas: "box" }[kind] ?? "disc";
    });
    drawLegend(this.legend, this.painter, this.groups);
  }

  #colour(node) {
    const kind = this.model.kindName[node];
    if (kind === "claim") return `word:${this.model.word[node]}`;
    if (kind === "unresolved") return "hollow";
    if (kind === "tag") return "tag";
    const place = this.groups.placeOf(node);
    return place === undefined ? "plain" : `#${place}`;
  }

  #told(whole) {
    const { model, nodes } = this;
    const links = this.painter.scene.links.length / 2;
    const around = whole ? "The whole graph" : this.state.view === "path" ? "The path" : `Around ${this.centre >= 0 ? model.label[this.centre] : ""}`;
    this.count = this.left ? `${nodes.length} of ${plural(nodes.length + this.left, "node")}, the nearest and most linked` : `${plural(nodes.length, "node")}, ${plural(links, "link")}`;
    this.told.textContent = this.count;
    const how = "Arrow keys go from note to note, Enter opens, plus and minus zoom, 0 shows all. The list shows the same as text.";
    this.canvas.setAttribute("aria-label", `${around}: ${plural(nodes.length, "node")}, ${plural(links, "link")}. ${how}`);
  }

  fit(glide) {
    if (!this.painter.scene?.x.length || !this.painter.width) return;
    this.painter.below = this.legend.offsetHeight;
    const target = this.painter.fitted(null, this.whole ? 1.6 : 1.25);
    if (glide && !calm()) this.#moveTo(target);
    else {
      this.painter.camera = target;
      this.painter.picture = null;
      this.painter.request();
    }
    this.touched = false;
  }

  #moveTo(target) {
    const from = { ...this.painter.camera };
    const began = performance.now();
    const frame = (now) => {
      const t = Math.min(1, (now - began) / 300);
      const eased = 1 - (1 - t) ** 3;
      const mix = (name) => from[name] + (target[name] - from[name]) * eased;
      this.painter.camera = { x: mix("x"), y: mix("y"), k: mix("k") };
      this.painter.request();
      if (t < 1) this.gliding = requestAnimationFrame(frame);
    };
    cancelAnimationFrame(this.gliding);
    this.gliding = requestAnimationFrame(frame);
  }

  open(node) {
    const keep = this.whole ? { whole: true } : {};
    this.app.go(onwards(this.state, { ...subjectOf(this.model, node), ...keep }));
  }

  zoom(factor, x = this.painter.width / 2, y = this.painter.height / 2) {
    const { camera } = this.painter;
    const [sx, sy] = this.painter.toScene(x, y);
    const k = Math.max(0.002, Math.min(8, camera.k * factor));
    this.painter.camera = { k, x: sx - (x - this.painter.width / 2) / k, y: sy - (y - this.painter.height / 2) / k };
    this.touched = true;
    this.painter.shownLabels = null;
    this.painter.request();
  }

  #pointer() {
    const { canvas, painter } = this;
    const down = new Map();
    let grabbed = -1, moved = 0, pinch = 0;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    canvas.addEventListener("pointerdown", (event) => {
      const [x, y] = at(event);
      canvas.setPointerCapture(event.pointerId);
      down.set(event.pointerId, [x, y]);
      moved = 0;
      grabbed = down.size === 1 ? painter.at(x, y) : -1;
      cancelAnimationFrame(this.gliding);
    });
    canvas.addEventListener("pointermove", (event) => {
      const [x, y] = at(event);
      const before = down.get(event.pointerId);
      if (!before) {
        const node = painter.at(x, y);
        canvas.style.cursor = node >= 0 ? "pointer" : "grab";
        if (node !== painter.hot) {
          painter.hot = node;
          painter.request();
          this.told.textContent = node >= 0 ? this.describe(this.nodes[node]) : this.count;
        }
        return;
      }
      const [dx, dy] = [x - before[0], y - before[1]];
      moved += Math.abs(dx) + Math.abs(dy);
      down.set(event.pointerId, [x, y]);
      if (down.size === 2) {
        const [a, b] = [...down.values()];
        const span = Math.hypot(a[0] - b[0], a[1] - b[1]);
        if (pinch) this.zoom(span / pinch, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
        pinch = span;
        return;
      }
      if (grabbed >= 0 && moved > 4) this.#drag(grabbed, x, y);
      else if (grabbed < 0) {
        painter.camera = { ...painter.camera, x: painter.camera.x - dx / painter.camera.k, y: painter.camera.y - dy / painter.camera.k };
        this.touched = true;
        painter.shownLabels = painter.picture ? painter.shownLabels : null;
        painter.request();
      }
    });
    const up = (event) => {
      if (!down.delete(event.pointerId)) return;
      pinch = 0;
      if (grabbed >= 0 && moved <= 4 && event.type === "pointerup") this.open(this.nodes[grabbed]);
      if (this.force) this.force.held = -1;
      grabbed = -1;
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    canvas.addEventListener("pointerleave", () => { painter.hot = -1; painter.request(); });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.03 : 0.0016)), ...at(event));
    }, { passive: false });
  }

  #drag(node, x, y) {
    const { painter, force } = this;
    [painter.scene.x[node], painter.scene.y[node]] = painter.toScene(x, y);
    this.touched = true;
    if (force && !calm()) {
      force.held = node;
      force.heat = 0.25;
      if (!this.moving) {
        const frame = () => {
          this.moving = painter.scene.x === force.x && force.step();
          painter.moved();
          if (this.moving) requestAnimationFrame(frame);
        };
        this.moving = true;
        requestAnimationFrame(frame);
      }
    }
    painter.moved();
  }

  #keys(event) {
    const { painter } = this;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in ways) this.#step(ways[event.key]);
    else if (event.key === "Enter" && painter.hot >= 0) this.open(this.nodes[painter.hot]);
    else if (event.key === "+" || event.key === "=") this.zoom(1.25);
    else if (event.key === "-") this.zoom(0.8);
    else if (event.key === "0") this.fit(true);
    else if (event.key === "Escape" && painter.hot >= 0) painter.hot = -1;
    else return;
    event.preventDefault();
    painter.request();
  }

  // To the linked node that lies best in a direction, or else to the nearest one there.
  #step([wx, wy]) {
    const { painter } = this;
    const { scene } = painter;
    if (!scene.x.length) return;
    let from = painter.hot >= 0 ? painter.hot : painter.chosen;
    if (from < 0) {
      painter.hot = scene.order[0];
    } else {
      const best = (nodes, least) => {
        let found = -1, score = -Infinity;
        for (const node of nodes) {
          const [dx, dy] = [scene.x[node] - scene.x[from], scene.y[node] - scene.y[from]];
          const length = Math.hypot(dx, dy);
          const along = (dx * wx + dy * wy) / (length || 1);
          const value = along - length / 4000;
          if (node !== from && along > least && value > score) [found, score] = [node, value];
        }
        return found;
      };
      let next = best(painter.neighbours(from), 0.35);
      if (next < 0) {
        const ahead = Array.from(scene.x.keys()).filter((node) => (scene.x[node] - scene.x[from]) * wx + (scene.y[node] - scene.y[from]) * wy > 1);
        ahead.sort((a, b) => Math.hypot(scene.x[a] - scene.x[from], scene.y[a] - scene.y[from]) - Math.hypot(scene.x[b] - scene.x[from], scene.y[b] - scene.y[from]));
        next = best(ahead.slice(0, 12), 0.35);
      }
      if (next < 0) return announce("nothing further that way");
      painter.hot = next;
    }
    const [x, y] = painter.toScreen(painter.hot);
    if (x < 30 || y < 30 || x > painter.width - 30 || y > painter.height - 30) {
      this.#moveTo({ x: scene.x[painter.hot], y: scene.y[painter.hot], k: painter.camera.k });
    }
    announce(this.describe(this.nodes[painter.hot]));
  }

  describe(node) {
    const { model } = this;
    const kind = model.kindName[node];
    const what = kind === "claim" ? `claim, ${model.word[node]}${model.staleSet.has(node) ? ", stale" : ""}` : kind;
    return `${model.label[node]}, ${what}, ${plural(model.degree(node), "link")}`;
  }

}

// Links with the more important ends first: nodes are in order of importance.
function byRank(links) {
  const pairs = [];
  for (let i = 0; i < links.length; i += 2) pairs.push([links[i], links[i + 1]]);
  return pairs.sort((a, b) => Math.min(a[0], a[1]) - Math.min(b[0], b[1])).flat();
}
