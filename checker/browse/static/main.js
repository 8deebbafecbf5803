// The page: a bar, the stage with the graph or the table, and the panel beside it.

import { announce, h, put } from "./dom.js";
import { askClaims, askGraph, listen, siteTitle } from "./source.js";
import { KINDS_OF_SUBJECT, onwards, read, write } from "./address.js";
import { Model, subjectOf } from "./model.js";
import { GraphView } from "./graph.js";
import { ClaimsView } from "./claims.js";
import { claimPanel } from "./claim.js";
import { notePanel, pathPanel } from "./note.js";
import { Search } from "./search.js";
import { hear, refreshCheck } from "./check.js";

class App {
  constructor() {
    this.model = null;
    this.rows = [];
    this.graphView = new GraphView(this);
    this.claimsView = new ClaimsView(this);
    this.searcher = new Search(this);
    this.stage = h("div", { class: "stage" });
    this.panel = h("section", { class: "panel", "aria-label": "Details", tabindex: "-1" });
    this.nav = h("nav", { "aria-label": "Views" });
    this.told = h("span", { class: "live", role: "status", hidden: true });
    this.theme = h("button", { type: "button", class: "icon", onclick: () => this.#turnTheme() });
    this.main = h("main", { id: "main" }, this.stage, this.panel);
    const searchButton = h("button", { type: "button", class: "search-button", onclick: () => this.search() }, h("span", {}, "Search"), h("kbd", {}, "/"));
    const bar = h("header", {}, h("h1", {}, h("a", { href: "#/" }, siteTitle)), this.nav, searchButton, this.told, this.theme);
    document.getElementById("app").append(h("a", { class: "skip", href: "#main", onclick: (event) => { event.preventDefault(); this.panel.focus(); } }, "To the text"), bar, this.main, this.searcher.element);
    this.#readTheme();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#readTheme());
    addEventListener("hashchange", () => this.show());
    addEventListener("keydown", (event) => this.#keys(event));
  }

  async start() {
    await this.load();
    listen((message) => this.#heard(message), (lost) => this.#lost(lost));
    refreshCheck();
    await this.show();
    document.documentElement.dataset.ready = "true";
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("drawn")));
  }

  async load() {
    const turn = (this.loading = Symbol());
    const [graph, rows] = await Promise.all([askGraph(), askClaims()]);
    if (turn !== this.loading) return; // newer ones are on their way
    this.rows = rows;
    const model = new Model(graph);
    model.claims = new Map();
    for (let node = 0; node < model.count; node++) {
      if (model.kindName[node] === "claim") model.claims.set(subjectOf(model, node).subject, node);
    }
    this.model = model;
  }

  address(state) {
    return write(state);
  }

  go(state, replace = false) {
    const address = write(state);
    if (address === location.hash) return;
    if (replace) {
      history.replaceState(null, "", address);
      this.show();
    } else location.hash = address;
  }

  search(chosen = (node) => this.go(onwards(this.state, subjectOf(this.model, node))), title = "Search") {
    this.searcher.open(chosen, title);
  }

  // The state of the address, with the home note where it names nothing.
  #state() {
    const state = read();
    const { model } = this;
    const own = /^Claims\/(.+)\.md$/.exec(state.view === "note" ? state.subject : "");
    if (own && model.claims.has(own[1])) return { ...state, view: "claim", subject: own[1] }; // the claim stands for its note
    if (state.view === "home" && model.home !== null) return { ...state, ...subjectOf(model, model.home) };
    if (state.view === "home") return { ...state, view: "graph", whole: true };
    return state;
  }

  async show() {
    const turn = (this.turn = Symbol());
    const before = this.state;
    const state = (this.state = this.#state());
    const table = state.view === "claims";
    this.#links(state);
    document.body.classList.toggle("on-claims", table);
    if (table) {
      put(this.stage, this.claimsView.element);
      this.claimsView.show(state, this.rows);
    } else {
      if (this.graphView.element.parentElement !== this.stage) put(this.stage, this.graphView.element);
      await this.graphView.show(state, this.model);
    }
    const subject = JSON.stringify([table ? state.id : state.subject, state.view, state.from, state.to]);
    const parts = await this.#panelOf(state);
    if (turn !== this.turn) return;
    document.body.classList.toggle("has-panel", Boolean(parts));
    this.panel.hidden = !parts;
    if (!parts) return;
    const moved = subject !== this.subject;
    const top = this.panel.scrollTop;
    const open = [...this.panel.querySelectorAll("details")].map((each) => each.open);
    const back = table && h("a", { class: "back", href: this.address({ ...state, id: "" }) }, "All claims");
    put(this.panel, back, parts);
    this.subject = subject;
    if (moved) {
      this.panel.scrollTop = 0;
      const heading = this.panel.querySelector("h2");
      document.title = `${heading?.textContent ?? ""} · ${siteTitle}`;
      if (before) announce(heading?.textContent ?? "");
    } else {
      [...this.panel.querySelectorAll("details")].forEach((each, index) => index in open && (each.open = open[index]));
      this.panel.scrollTop = top;
    }
  }

  async #panelOf(state) {
    if (state.view === "claims") return state.id ? claimPanel(this, state, state.id) : null;
    if (state.view === "claim") return claimPanel(this, state, state.subject);
    if (state.view === "path") return pathPanel(this, state);
    return KINDS_OF_SUBJECT.includes(state.view) ? notePanel(this, state) : null;
  }

  #links(state) {
    const entry = (text, change, current) => h("a", { href: write(onwards(state, change)), "aria-current": current ? "page" : null }, text);
    const home = this.model.home === null ? { view: "graph", subject: "" } : subjectOf(this.model, this.model.home);
    put(
      this.nav,
      entry("Graph", { ...(state.view === "claims" && state.id ? { view: "claim", subject: state.id } : home), whole: state.view === "claims" ? state.whole : false }, state.view !== "claims"),
      entry(["Claims ", h("span", { class: "count" }, this.rows.length)], { view: "claims", subject: "" }, state.view === "claims"),
    );
  }

  async #heard(message) {
    if (message.kind === "check") return hear(message);
    if (message.kind === "fault") return this.#tell(message.text);
    if (message.kind !== "changed") return;
    this.#tell("");
    if (message.graph || message.claims) await this.load();
    const note = this.state.view === "note" && (message.notes === null || message.notes.includes(this.state.subject));
    if (note || message.graph || message.claims) await this.show();
  }

  #lost(lost) {
    this.#tell(lost ? "not connected" : "");
    if (!lost) refreshCheck();
  }

  #tell(text) {
    this.told.hidden = !text;
    this.told.textContent = text;
  }

  #keys(event) {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey || typing || this.searcher.element.open) return;
    if (event.key === "/") this.search();
    else if (event.key === "g") location.hash = this.nav.children[0].getAttribute("href");
    else if (event.key === "c") location.hash = this.nav.children[1].getAttribute("href");
    else return;
    event.preventDefault();
  }

  #readTheme() {
    let kept = null;
    try {
      kept = localStorage.getItem("theme");
    } catch {}
    this.#setTheme(kept);
  }

  #turnTheme() {
    const dark = document.documentElement.dataset.theme === "dark" || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
    this.#setTheme(dark ? "light" : "dark");
    try {
      localStorage.setItem("theme", dark ? "light" : "dark");
    } catch {}
  }

  #setTheme(theme) {
    if (theme) document.documentElement.dataset.theme = theme;
    const dark = theme === "dark" || (!theme && matchMedia("(prefers-color-scheme: dark)").matches);
    this.theme.textContent = dark ? "☀" : "☾";
    this.theme.setAttribute("aria-label", dark ? "Light colours" : "Dark colours");
    this.graphView.recolour();
  }
}

new App().start();
