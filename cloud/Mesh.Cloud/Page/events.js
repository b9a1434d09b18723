// Detections: those that are open now, and all of them as they come.
import { $, el, text, show, reconcile } from "./dom.js";
import { date, pairs, time } from "./format.js";
import { why } from "./why.js";

const kept = 100;
const events = [];
const known = new Set();
const order = { critical: 0, warning: 1, info: 2 };

export function showOpen(open, more) {
  open.sort((a, b) => order[a.severity] - order[b.severity] || (a.at < b.at ? 1 : -1));
  reconcile($("open"), open, (d) => d.id, create);
  text($("open-count"), open.length ? `${open.length}${more ? "+" : ""}` : "");
  show($("open-none"), open.length === 0);
}

/** Adds detections, newest first in the list, each once however often it comes. */
export function addEvents(some) {
  for (const one of some) {
    if (known.has(one.id)) continue;
    known.add(one.id);
    events.push(one);
  }
  events.sort((a, b) => (a.emitted < b.emitted ? 1 : a.emitted > b.emitted ? -1 : 0));
  for (const gone of events.splice(kept)) known.delete(gone.id);
  reconcile($("events"), events, (d) => d.id, create);
  show($("events-none"), events.length === 0);
}

export function addDropped(dropped) {
  const note = el("li", "dropped", `${dropped} detections came faster than this page could show them`);
  note.dataset.key = `dropped ${Date.now()}`;
  $("events").prepend(note);
}

function create(d) {
  const key = Object.values(d.key ?? {}).map(String).join(" · ");
  const { silenced, ...values } = d.values ?? {};
  const facts = pairs(values);
  const [button, said] = why(d);
  const item = el(
    "li",
    `event ${d.severity} ${d.kind}`,
    el(
      "div",
      "event-head",
      el("span", "kind", d.kind === "clear" ? "over" : d.severity === "info" ? d.kind : d.severity),
      el("span", "", el("strong", "", d.rule), key ? ` ${key}` : "", silenced ? el("span", "badge", `silenced: ${silenced}`) : null),
      el("time", "", time(d.at)),
    ),
    facts.length ? el("p", "facts-line", facts.join(" · ")) : null,
    el("p", "quiet", [d.since ? `since ${time(d.since)}` : null, date(d.at), d.node ? `on ${d.node}` : null].filter(Boolean).join(" · "), " ", button),
    said,
  );
  item.querySelector("time").dateTime = d.at;
  return item;
}
