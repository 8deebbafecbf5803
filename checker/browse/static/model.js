// The graph as the page holds it: neighbours, distances, paths, and search by name.

export class Model {
  constructor(data) {
    Object.assign(this, data);
    this.count = this.id.length;
    this.number = new Map(this.id.map((name, index) => [name, index]));
    this.kindName = Array.from(this.kind, (kind) => data.kinds[kind]);
    this.staleSet = new Set(data.stale);
    this.#neighbours();
  }

  #neighbours() {
    const { links, count } = this;
    const first = new Uint32Array(count + 1);
    for (let i = 0; i < links.length; i += 3) {
      first[links[i] + 1]++;
      first[links[i + 1] + 1]++;
    }
    for (let i = 0; i < count; i++) first[i + 1] += first[i];
    const at = first.slice(0, count);
    const ends = new Uint32Array(first[count]);
    const through = new Uint32Array(first[count]); // number of the link, twice; odd: against its direction
    for (let i = 0, link = 0; i < links.length; i += 3, link++) {
      const [source, target] = [links[i], links[i + 1]];
      through[at[source]] = link * 2;
      ends[at[source]++] = target;
      through[at[target]] = link * 2 + 1;
      ends[at[target]++] = source;
    }
    Object.assign(this, { first, ends, through });
  }

  degree(node) {
    return this.first[node + 1] - this.first[node];
  }

  *around(node) {
    for (let i = this.first[node]; i < this.first[node + 1]; i++) yield this.ends[i];
  }

  // Which nodes are shown, by kind and by status of claims.
  shown(hidden, hiddenWords) {
    const seen = new Uint8Array(this.count);
    for (let node = 0; node < this.count; node++) {
      seen[node] = !hidden.has(this.kindName[node]) && !(this.kindName[node] === "claim" && hiddenWords.has(this.word[node]));
    }
    return seen;
  }

  // Steps to each node from `start`, up to `most`; -1 beyond; along links `out` of each node, `in` to it, or both. Tags and notes
  // that are not written are reached, not passed through.
  distances(start, most, shown, follow = "both") {
    const steps = new Int32Array(this.count).fill(-1);
    steps[start] = 0;
    let front = [start];
    for (let step = 1; step <= most && front.length; step++) {
      const next = [];
      for (const node of front) {
        if (node !== start && (this.kindName[node] === "tag" || this.kindName[node] === "unresolved")) continue;
        for (let i = this.first[node]; i < this.first[node + 1]; i++) {
          const other = this.ends[i];
          if (follow !== "both" && (this.through[i] % 2 === 0) !== (follow === "out")) continue;
          if (steps[other] < 0 && shown[other]) {
            steps[other] = step;
            next.push(other);
          }
        }
      }
      front = next;
    }
    return steps;
  }

  // The fewest links between two nodes, followed in either direction; null where nothing leads there.
  path(start, end) {
    const from = new Int32Array(this.count).fill(-1);
    from[start] = start;
    let front = [start];
    while (front.length && from[end] < 0) {
      const next = [];
      for (const node of front) {
        if (node !== start && this.kindName[node] === "tag") continue;
        for (const other of this.around(node)) {
          if (from[other] < 0) {
            from[other] = node;
            next.push(other);
          }
        }
      }
      front = next;
    }
    if (from[end] < 0) return null;
    const steps = [end];
    while (steps[0] !== start) steps.unshift(from[steps[0]]);
    return steps;
  }

  linked(source, target) {
    for (let i = this.first[source]; i < this.first[source + 1]; i++) {
      if (this.ends[i] === target && this.through[i] % 2 === 0) return true;
    }
    return false;
  }

  // The nodes whose name fits best: at its start, at the start of a word, inside, or letter by letter.
  search(text, most = 12, wanted = () => true) {
    const query = text.trim().toLocaleLowerCase();
    if (!query) return [];
    const words = query.split(/\s+/);
    const found = [];
    for (let node = 0; node < this.count; node++) {
      if (!wanted(node)) continue;
      const label = this.label[node].toLocaleLowerCase();
      let score = fit(label, query);
      if (score < 0 && words.length > 1 && words.every((word) => label.includes(word))) score = 2.5;
      if (score < 0 && words.every((word) => this.id[node].toLocaleLowerCase().includes(word))) score = 4;
      if (score >= 0) found.push([score + label.length / 400 - Math.min(0.6, this.degree(node) / 60), node]);
    }
    return found.sort((a, b) => a[0] - b[0]).slice(0, most).map(([, node]) => node);
  }
}

function fit(label, query) {
  const at = label.indexOf(query);
  if (at === 0) return label.length === query.length ? -0.5 + 0.5 : 0.5;
  if (at > 0) return /[\s\-_/(.]/.test(label[at - 1]) ? 1 : 2;
  if (query.length < 3 || query.includes(" ")) return -1;
  let from = 0;
  for (const letter of query) {
    from = label.indexOf(letter, from) + 1;
    if (!from) return -1;
  }
  return 6;
}

// The node of what an address shows, and the other way round.
export const nodeOf = (model, state) => {
  if (state.view === "note") return model.number.get(state.subject) ?? -1;
  if (state.view === "claim") return model.claims?.get(state.subject) ?? -1;
  if (state.view === "tag") return model.number.get(`#${state.subject}`) ?? -1;
  if (state.view === "missing") return model.number.get(state.subject) ?? -1;
  return -1;
};

export function subjectOf(model, node) {
  const kind = model.kindName[node];
  const id = model.id[node];
  if (kind === "claim") return { view: "claim", subject: id.slice(id.lastIndexOf("#^") + 2) };
  if (kind === "tag") return { view: "tag", subject: id.slice(1) };
  return { view: kind === "unresolved" ? "missing" : "note", subject: id };
}
