// The page of a claim: what it says, how it was read, what was measured, what was decided and why.

import { h } from "./dom.js";
import { statusText } from "./words.js";
import { askClaim } from "./source.js";
import { onwards } from "./address.js";
import { chip } from "./note.js";
import { effectPlot, measurementPlot, number } from "./plot.js";
import { checkBox } from "./check.js";

export async function claimPanel(app, state, id) {
  const found = await askClaim(id).catch(() => null);
  if (!found) return [h("h2", {}, id), h("p", {}, "There is no claim of this id here.")];
  const note = found.note.split("/").at(-1).replace(/\.md$/, "");
  const where = h("p", { class: "where" }, "Claim in ", h("a", { href: app.address(onwards(state, { view: "note", subject: found.note, at: `^${found.id.toLowerCase()}` })) }, note));
  const verdict = h("p", { class: "verdict" }, chip(found), h("span", {}, sentence(found.reason)));
  const links = h("div", { class: "buttons" },
    state.view === "claims" && h("a", { class: "button", href: app.address(onwards(state, { view: "claim", subject: found.id })) }, "Show in the graph"),
    copier("Copy the command", found.command));
  return [
    where, h("h2", { class: "statement" }, found.statement), verdict, links, checkBox(app, found),
    readings(found), supports(app, state, found), found.plots.map((plot) => [found.plots.length > 1 && h("h3", {}, plot.scope), effectPlot(plot), measurementPlot(plot)]),
    numbers(found), papers(found), changes(found), pastOf(found),
  ];
}

const sentence = (text) => (text ? `${text[0].toLocaleUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}` : "");

function readings(found) {
  const rows = [];
  if (found.reading) rows.push(["Read as", sentence(found.reading)]);
  if (found.said && found.said !== found.reading && found.edited) rows.push(["The note says", sentence(found.said)]);
  if (found.missing.length) rows.push(["Missing", found.missing.join(", ")]);
  if (found.choices.length) rows.push(["Choices", found.choices.join(", ")]);
  if (found.suggestions.length) rows.push(["Near to it", found.suggestions.join(", ")]);
  if (found.strongest) rows.push(["The evidence does support", sentence(found.strongest)]);
  if (found.edited) rows.push(["Spec", `claims/${found.id}.yaml was edited by a person, so it counts.`]);
  return rows.length > 0 && h("dl", { class: "facts" }, rows.map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text))));
}

function supports(app, state, found) {
  const link = (id) => h("a", { href: app.address(onwards(state, { view: "claim", subject: id })) }, id);
  const rows = [["Rests on", found.rests_on], ["Supports", found.supports], ["At risk from", found.at_risk]].filter(([, ids]) => ids.length);
  return rows.length > 0 && h("dl", { class: "facts" }, rows.map(([name, ids]) => h("div", {}, h("dt", {}, name), h("dd", {}, ids.flatMap((id, place) => [place > 0 && ", ", link(id)])))));
}

function papers(found) {
  if (!found.reported.length) return null;
  const rows = found.reported.map((one) => h("tr", {}, [[one.source, one.where].filter(Boolean).join(", "), one.number, one.beside].map((text) => h("td", {}, text))));
  return [h("h3", { class: "group" }, "Reported"), h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Numbers from papers" },
    h("table", { class: "seeds" }, h("caption", {}, "Numbers from papers decide nothing here"), h("thead", {}, h("tr", {}, ["source", "number", "beside the measurement"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, rows)))];
}

function numbers(found) {
  if (!found.evidence.length) return null;
  const rows = found.evidence.map((one) => [
    h("h3", {}, statusText({ word: one.verdict, scope: one.scope, stale: !one.fresh })),
    h("dl", { class: "facts" }, [
      one.effect !== null && ["Effect", `${number(one.effect)} ${one.unit} (${one.effect_of})`],
      one.effect !== null && ["Interval", `${number(one.low)} to ${number(one.high)} ${one.unit}`],
      one.claimed && ["Claimed", one.claimed],
      ["Measured", `${one.models.join(", ")}; ${one.seeds} seeds, ${one.images} images of ${one.data}`],
      one.p !== null && ["p", `${one.p.toPrecision(2)} for the claim, ${one.p_against.toPrecision(2)} against it; alpha ${one.alpha}`],
      ["Rule", sentence(one.rule)],
      ["Evidence", h("code", {}, one.key)],
    ].filter(Boolean).map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text)))),
  ]);
  const models = found.plots.flatMap((plot) => plot.models);
  const seeds = models.length > 0 && h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Values by seed" }, h("table", { class: "seeds" }, h("caption", {}, "Mean over images and the layers claimed, by seed"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "model"), longest(models).map((seed) => h("th", { scope: "col" }, `seed ${seed}`)))),
    h("tbody", {}, models.map((model) => h("tr", {}, h("th", { scope: "row" }, model.name), longest(models).map((_, index) => h("td", {}, model.seeds[index] === undefined ? "" : number(model.seeds[index]))))))));
  return [h("h3", { class: "group" }, "Decision"), rows, seeds];
}

const longest = (models) => models.map((model) => model.numbers).reduce((a, b) => (b.length > a.length ? b : a), []);

function changes(found) {
  return found.would_change_it.length > 0 && [h("h3", {}, "What would change it"), h("ul", {}, found.would_change_it.map((change) => h("li", {}, change)))];
}

function pastOf(found) {
  if (!found.history.length) return null;
  return [h("h3", {}, "History"), h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "History" }, h("table", {}, h("thead", {}, h("tr", {}, ["run", "scope", "verdict", "effect", "interval", "seeds"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, found.history.map((run) => h("tr", {}, h("td", {}, run.run), h("td", {}, run.scope), h("td", {}, chip({ word: run.word }), run.again !== run.word && ` its values give ${run.again}`), h("td", {}, run.effect), h("td", {}, run.interval), h("td", {}, run.seeds))))))];
}

function copier(text, command) {
  const button = h("button", { type: "button", title: command, onclick: async () => {
    try {
      await navigator.clipboard.writeText(command);
      button.textContent = "Copied";
    } catch {
      button.textContent = command;
    }
    setTimeout(() => (button.textContent = text), 2500);
  } }, text);
  return button;
}
