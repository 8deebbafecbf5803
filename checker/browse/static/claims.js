// The table of all claims.

import { h, plural, put } from "./dom.js";
import { glyph, statusText, WORDS } from "./words.js";
import { number, spark } from "./plot.js";
import { set } from "./address.js";

const COLUMNS = [
  ["status", "Status", (row) => WORDS.indexOf(row.word) + (row.stale ? 0.5 : 0)],
  ["claim", "Claim", (row) => row.statement.toLocaleLowerCase()],
  ["effect", "Effect", (row) => row.effect ?? -Infinity],
  ["seeds", "Seeds", (row) => row.seeds ?? -1],
  ["note", "Note", (row) => row.note.toLocaleLowerCase()],
];

export class ClaimsView {
  constructor(app) {
    this.app = app;
    this.search = h("input", { type: "search", placeholder: "Filter claims", "aria-label": "Filter claims", oninput: () => this.app.go({ ...this.state, q: this.search.value }, true) });
    this.chips = h("div", { class: "word-filters", role: "group", "aria-label": "Claims that are" });
    this.count = h("p", { class: "muted small", role: "status" });
    this.table = h("table", { class: "claims-table" });
    this.element = h("div", { class: "claims-view" }, h("div", { class: "claims-head" }, h("h2", {}, "Claims"), this.search, this.chips, this.count), h("div", { class: "table-box" }, this.table));
  }

  show(state, rows) {
    this.state = state;
    if (document.activeElement !== this.search) this.search.value = state.q;
    const hidden = set(state.words);
    const words = WORDS.filter((word) => rows.some((row) => row.word === word));
    const focused = document.activeElement?.dataset?.word;
    put(this.chips, words.map((word) => {
      const next = new Set(hidden);
      if (!next.delete(word)) next.add(word);
      const count = rows.filter((row) => row.word === word).length;
      return h("button", { type: "button", class: `chip word-${word.replace(" ", "-")}`, "data-word": word, "aria-pressed": String(!hidden.has(word)), onclick: () => this.app.go({ ...state, words: [...next].join(",") }, true) }, glyph(word), `${word} ${count}`);
    }));
    if (focused) this.chips.querySelector(`[data-word="${focused}"]`)?.focus();
    const wanted = state.q.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const shown = rows.filter((row) => !hidden.has(row.word) && wanted.every((word) => `${row.statement} ${row.id} ${row.note} ${row.metric} ${statusText(row)}`.toLocaleLowerCase().includes(word)));
    const descending = state.sort.startsWith("-");
    const column = COLUMNS.find(([name]) => name === state.sort.replace("-", ""));
    if (column) {
      const [, , value] = column;
      shown.sort((a, b) => ((value(a) > value(b)) - (value(a) < value(b))) * (descending ? -1 : 1));
    }
    this.count.textContent = shown.length === rows.length ? plural(rows.length, "claim") : `${shown.length} of ${plural(rows.length, "claim")}`;
    const focus = document.activeElement?.dataset?.column;
    put(this.table, h("caption", { class: "unseen" }, "All claims of this vault"), this.#head(state), h("tbody", {}, shown.map((row) => this.#row(row, state))));
    if (focus) this.table.querySelector(`[data-column="${focus}"]`)?.focus();
    if (!rows.length) put(this.table, h("tbody", {}, h("tr", {}, h("td", {}, "No sentence of this vault is tagged #claim."))));
  }

  #head(state) {
    return h("thead", {}, h("tr", {}, COLUMNS.map(([name, title]) => {
      const sorted = state.sort.replace("-", "") === name ? (state.sort.startsWith("-") ? "descending" : "ascending") : null;
      const next = sorted === "ascending" ? `-${name}` : sorted === "descending" ? "" : name;
      return h("th", { scope: "col", "aria-sort": sorted, class: `col-${name}` }, h("button", { type: "button", "data-column": name, onclick: () => this.app.go({ ...state, sort: next }, true) }, title, h("span", { class: "sorted", "aria-hidden": "true" }, sorted ? (sorted === "ascending" ? " ↑" : " ↓") : "")));
    })));
  }

  #row(row, state) {
    const open = { ...state, id: row.id };
    const link = h("a", { href: this.app.address(open) }, row.statement);
    const effect = row.effect === null ? null : [spark(row), h("span", { class: "numbers" }, `${number(row.effect, 2)} ${row.unit}`)];
    return h("tr", { "aria-current": row.id === state.id ? "true" : null, onclick: (event) => { if (!event.target.closest("a")) this.app.go(open); } },
      h("td", { class: "col-status" }, h("span", { class: `chip word-${row.word.replace(" ", "-")}` }, glyph(row.word, row.stale), statusText(row))),
      h("td", { class: "col-claim" }, link),
      h("td", { class: "col-effect" }, effect),
      h("td", { class: "col-seeds" }, row.seeds ?? ""),
      h("td", { class: "col-note" }, row.note.split("/").at(-1).replace(/\.md$/, "")));
  }
}
