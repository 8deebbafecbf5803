// Search by name: `/` opens it, letters narrow it down, Enter opens what is chosen.

import { h, put } from "./dom.js";
import { glyph } from "./words.js";

const KINDS = { note: "note", claim: "claim", tag: "tag", unresolved: "not written yet", attachment: "attachment", canvas: "canvas" };

export class Search {
  constructor(app) {
    this.app = app;
    this.input = h("input", {
      type: "text", id: "search-input", role: "combobox", "aria-expanded": "true", "aria-controls": "search-results", "aria-autocomplete": "list",
      autocomplete: "off", spellcheck: "false", oninput: () => this.#find(), onkeydown: (event) => this.#keys(event),
    });
    this.results = h("ul", { id: "search-results", role: "listbox", "aria-label": "Results" });
    this.label = h("label", { for: "search-input", class: "unseen" });
    this.empty = h("p", { class: "muted small", role: "status" });
    this.element = h("dialog", { class: "search", "aria-label": "Search", onclick: (event) => event.target === this.element && this.element.close() }, h("div", {}, this.label, this.input, this.results, this.empty));
    this.at = 0;
  }

  open(chosen, title) {
    this.chosen = chosen;
    this.label.textContent = title;
    this.input.placeholder = title;
    this.input.value = "";
    this.#find();
    if (!this.element.open) this.element.showModal();
    this.input.focus();
  }

  #find() {
    const { model } = this.app;
    this.found = model.search(this.input.value, 12);
    this.at = 0;
    this.empty.textContent = this.input.value.trim() ? (this.found.length ? "" : "Nothing is called that.") : "Notes, claims, tags; part of a name will do.";
    this.#draw();
  }

  #draw() {
    const { model } = this.app;
    put(this.results, this.found.map((node, index) =>
      h("li", { role: "option", id: `result-${index}`, "aria-selected": String(index === this.at), onclick: () => this.#choose(index) },
        model.kindName[node] === "claim" ? glyph(model.word[node], model.staleSet.has(node)) : h("i", { class: `dot kind-${model.kindName[node]}` }),
        h("span", { class: "name" }, model.label[node]),
        h("span", { class: "muted small" }, model.folder[node] || KINDS[model.kindName[node]]))));
    if (this.found.length) this.input.setAttribute("aria-activedescendant", `result-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
    this.results.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  #choose(index) {
    const node = this.found[index];
    if (node === undefined) return;
    this.input.blur(); // at once, so that the next key is the page's
    this.element.close();
    this.chosen(node);
  }

  #keys(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && this.found.length) {
      this.at = (this.at + steps[event.key] + this.found.length) % this.found.length;
      this.#draw();
    } else if (event.key === "Enter") this.#choose(this.at);
    else return;
    event.preventDefault();
  }
}
