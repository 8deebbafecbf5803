// A check that was started from the page: a button, how far it is, and its log.

import { announce, h, put } from "./dom.js";
import { canCheck, checkState, live, startCheck, stopCheck } from "./source.js";

let state = { claim: "", running: false, failed: null, log: [], progress: [] };
const boxes = new Set();

export function hear(message) {
  const ended = state.running && !message.running;
  state = message;
  if (ended) announce(message.failed ? "the check has failed" : "the check has ended");
  for (const box of [...boxes]) box.isConnected ? draw(box) : boxes.delete(box);
}

export const refreshCheck = () => live && checkState().then(hear, () => {});

export function checkBox(app, claim) {
  if (!live) return null;
  const box = h("div", { class: "check", "data-claim": claim.id });
  boxes.add(box);
  draw(box);
  return box;
}

function draw(box) {
  const id = box.dataset.claim;
  const own = state.claim === id;
  const open = box.querySelector("details")?.open ?? false;
  if (!canCheck) {
    put(box, h("p", { class: "muted small" }, "To start a check from here, open the address that ", h("code", {}, "check-claims browse"), " printed."));
    return;
  }
  if (state.running && !own) {
    put(box, h("p", { class: "muted small" }, `${state.claim} is being checked.`));
    return;
  }
  const begin = () => startCheck(id).then(hear, fault(box));
  const button = state.running
    ? h("button", { type: "button", onclick: () => stopCheck().then(hear, fault(box)) }, "Stop")
    : h("button", { type: "button", class: "primary", onclick: begin }, "Check this claim");
  const bars = own && state.running && (state.progress.length
    ? state.progress.map((job) => h("label", { class: "job" }, h("span", {}, job.title), h("progress", { value: job.done, max: job.of })))
    : h("label", { class: "job" }, h("span", {}, state.log.at(-1) ?? "starting"), h("progress", {})));
  const how = own && !state.running && state.failed !== null && h("p", { class: "small", role: "status" }, state.failed ? "Not checked; the log says why." : "Checked.");
  const log = own && state.log.length > 0 && h("details", { open: open || state.failed === true }, h("summary", {}, "Log"), h("pre", { class: "log", tabindex: "0" }, state.log.join("\n")));
  const focused = box.contains(document.activeElement) && document.activeElement.tagName === "BUTTON";
  put(box, button, bars, how, log);
  if (focused) button.focus();
}

const fault = (box) => (error) => box.append(h("p", { class: "problems", role: "alert" }, error.message));
