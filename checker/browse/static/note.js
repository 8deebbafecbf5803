// The panel of a note: its text, its claims, and what links to it; also of tags and of notes that are not written yet.

import { h, plural } from "./dom.js";
import { glyph, statusText } from "./words.js";
import { askNote, fileAddress } from "./source.js";
import { onwards } from "./address.js";
import { nodeOf, subjectOf } from "./model.js";

export const chip = (row) => h("span", { class: `chip word-${row.word.replace(" ", "-")}` }, glyph(row.word, row.stale), statusText(row));

export async function notePanel(app, state) {
  const { model } = app;
  if (state.view === "tag" || state.view === "missing") return gathered(app, state);
  const found = await askNote(state.subject).catch(() => null);
  const link = (change, ...text) => h("a", { href: app.address(onwards(state, change)) }, ...text);
  if (!found) return [h("h2", {}, state.subject.split("/").at(-1)), h("p", {}, "There is no such file in this vault.")];
  const path = h("p", { class: "where" }, found.folder ? found.folder.split("/").join(" / ") : "at the root");
  const buttons = h("div", { class: "buttons" }, h("button", { type: "button", onclick: () => app.search((node) => app.go(onwards(state, { view: "path", subject: "", from: found.path, to: model.id[node] })), "Path to…") }, "Path to…"));
  const claims = found.claims.length > 0 && section(`Claims · ${found.claims.length}`, h("ul", { class: "claims" }, found.claims.map((row) => h("li", {}, h("a", { href: app.address(onwards(state, { view: "claim", subject: row.id })) }, row.statement), chip(row)))), found.claims.length > 6);
  const text = found.html === null ? attachment(found) : body(app, state, found);
  const back = section(`Linked from · ${found.backlinks.length}`, found.backlinks.length ? h("ul", { class: "backlinks" }, found.backlinks.map((one) => h("li", {}, link({ view: "note", subject: one.note }, one.label), one.text && h("p", {}, one.text)))) : h("p", { class: "muted" }, "Nothing links here."));
  const out = found.links.length > 0 && section(`Links to · ${found.links.length}`, h("ul", { class: "outgoing" }, found.links.map((one) => h("li", {}, link({ view: one.missing ? "missing" : "note", subject: one.note }, one.label), one.missing && h("span", { class: "muted" }, " not written yet")))), true);
  const problems = found.problems.length > 0 && h("div", { class: "problems" }, found.problems.map((fault) => h("p", {}, fault)));
  return [path, h("h2", {}, found.title), buttons, problems, propertiesOf(app, state, found), claims, text, back, out];
}

function section(title, content, closed = false) {
  return h("details", { class: "section", open: !closed }, h("summary", {}, title), content);
}

function propertiesOf(app, state, found) {
  const rows = found.properties.filter((property) => property.values.length);
  if (!rows.length) return null;
  const value = (one) => (one.note ? h("a", { href: app.address(onwards(state, { view: "note", subject: one.note })) }, one.text) : one.text);
  const most = 14; // values of one property that are shown at once
  const listed = (values) => [values.slice(0, most).map((one, index) => [index ? ", " : "", value(one)]), values.length > most && h("details", {}, h("summary", {}, `and ${values.length - most} more`), values.slice(most).map((one, index) => [index ? ", " : "", value(one)]))];
  return h("dl", { class: "properties" }, rows.map((property) => h("div", {}, h("dt", {}, property.key), h("dd", {}, listed(property.values)))));
}

function attachment(found) {
  const address = fileAddress(found.path);
  const picture = /\.(png|jpe?g|gif|webp|avif|bmp|svg)$/i.test(found.path);
  if (!address) return h("p", { class: "muted" }, "This file is not part of the exported page.");
  return picture ? h("img", { class: "picture", src: address, alt: found.title }) : h("p", {}, h("a", { href: address, target: "_blank", rel: "noopener" }, `Open ${found.title}`));
}

// The text was made harmless where it was made; here its pictures and links are connected.
function body(app, state, found) {
  const article = h("article", { class: "prose" });
  article.innerHTML = found.html;
  const first = article.firstElementChild;
  if (first?.matches(".md-h1") && first.textContent.trim() === found.title) first.classList.add("unseen"); // it repeats the title above
  for (const element of article.querySelectorAll("[data-file]")) {
    const address = fileAddress(element.dataset.file);
    if (!address) {
      element.replaceWith(h("span", { class: "md-missing" }, element.dataset.file));
      continue;
    }
    element.loading = "lazy";
    element.src = address;
  }
  for (const element of article.querySelectorAll(".md-claim[data-word]")) {
    element.prepend(glyph(element.dataset.word, element.textContent.includes("stale")));
    element.classList.add("chip", `word-${element.dataset.word.replace(" ", "-")}`);
  }
  for (const element of article.querySelectorAll("table, pre, .md-math")) {
    if (element.closest("[tabindex]")) continue;
    const box = h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": element.tagName === "TABLE" ? "Table" : "Scrolls sideways" });
    element.replaceWith(box);
    box.append(element);
  }
  for (const element of article.querySelectorAll("a[data-footnote]")) {
    element.addEventListener("click", (event) => {
      event.preventDefault();
      scrollTo(article, element.dataset.footnote);
    });
  }
  for (const element of article.querySelectorAll("a[data-note], a[data-claim], a[data-tag]")) {
    const { note, claim, tag, at } = element.dataset;
    const missing = element.classList.contains("md-missing");
    const change = claim ? { view: "claim", subject: claim } : tag ? { view: "tag", subject: tag.toLowerCase() } : { view: missing ? "missing" : "note", subject: note, at: at ?? "" };
    if (note === found.path && at) {
      element.addEventListener("click", (event) => {
        event.preventDefault();
        scrollTo(article, at);
      });
    }
    element.setAttribute("href", app.address(onwards(state, change)));
  }
  if (state.at) requestAnimationFrame(() => scrollTo(article, state.at));
  return article;
}

function scrollTo(article, name) {
  const target = [...article.querySelectorAll("[data-at]")].find((element) => element.dataset.at === name && element.tagName !== "A");
  const shown = target?.tagName === "SPAN" ? target.closest("li, p, td, blockquote, div") ?? target : target;
  if (!shown) return;
  shown.scrollIntoView({ block: "center" });
  shown.classList.add("found");
}

// A tag, or a note that is linked to and not written: what leads to it.
function gathered(app, state) {
  const { model } = app;
  const node = nodeOf(model, state);
  const around = node < 0 ? [] : [...new Set(model.around(node))].sort((a, b) => model.label[a].localeCompare(model.label[b]));
  const list = h("ul", { class: "outgoing" }, around.map((other) => h("li", {}, h("a", { href: app.address(onwards(state, subjectOf(model, other))) }, model.label[other]))));
  if (state.view === "tag") return [h("p", { class: "where" }, "Tag"), h("h2", {}, `#${state.subject}`), h("p", { class: "muted" }, plural(around.length, "note")), list];
  return [h("p", { class: "where" }, "Not written yet"), h("h2", {}, state.subject), h("p", { class: "muted" }, around.length ? `Linked from ${plural(around.length, "note")}:` : "Nothing links here any more."), list];
}

export function pathPanel(app, state) {
  const { model } = app;
  const [start, end] = [model.number.get(state.from), model.number.get(state.to)];
  const name = (node, id) => (node === undefined ? id : model.label[node]);
  const head = [h("p", { class: "where" }, "Path"), h("h2", {}, `${name(start, state.from)} → ${name(end, state.to)}`)];
  const steps = start === undefined || end === undefined ? null : model.path(start, end);
  if (!steps) return [...head, h("p", {}, "No links lead from one to the other.")];
  const rows = steps.map((node, index) => {
    const before = steps[index - 1];
    const arrow = index ? (model.linked(before, node) ? "links to" : "is linked from") : "";
    return h("li", {}, arrow && h("span", { class: "muted" }, arrow, " "), h("a", { href: app.address(onwards(state, subjectOf(model, node))) }, model.label[node]));
  });
  const swap = h("button", { type: "button", onclick: () => app.go({ ...state, from: state.to, to: state.from }) }, "Turn around");
  return [...head, h("p", { class: "muted" }, plural(steps.length - 1, "link")), h("ol", { class: "path" }, rows), h("div", { class: "buttons" }, swap)];
}

