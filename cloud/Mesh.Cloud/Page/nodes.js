// The nodes: what each is, whether it is heard, and what waits there.
import { $, el, text, show, reconcile } from "./dom.js";
import { ago, count } from "./format.js";

const words = { ok: "well", silent: "silent", unknown: "not heard yet", stopped: "stopped" };

export function showNodes(nodes) {
  const cloud = nodes.find((n) => n.tier === "cloud");
  text($("where"), cloud ? `${cloud.site} · ${cloud.node}` : "");
  reconcile($("nodes"), nodes, (n) => n.node, create, update);
  show($("nodes-none"), nodes.length <= 1);
  text($("nodes-hint"), `uplink: {cloud: ${location.origin}}`);
}

function create() {
  return el(
    "li",
    "node",
    el("div", "node-name", el("span", "dot"), el("strong"), el("span", "tier")),
    el("p", "node-state"),
    el("dl", "facts"),
  );
}

function update(item, node) {
  item.dataset.health = node.health;
  text(item.querySelector("strong"), node.node);
  text(item.querySelector(".tier"), node.tier ?? "node");
  const heard = node.heard && node.tier !== "cloud" ? ` · heard ${ago(node.heard)}` : "";
  text(item.querySelector(".node-state"), (words[node.health] ?? node.health) + heard);
  const facts = [];
  if (node.backlog) {
    const waiting = Object.values(node.backlog).reduce((a, b) => a + b, 0);
    facts.push(["waiting", count(waiting)]);
    item.classList.toggle("behind", waiting > 1000);
  }
  const lost = Object.values(node.lost ?? {}).reduce((a, b) => a + b, 0);
  if (lost > 0) facts.push(["lost", count(lost)]);
  if (node.sources !== undefined) facts.push(["sources", count(node.sources)]);
  if (node.readings !== undefined) facts.push(["readings", count(node.readings)]);
  if (node.items !== undefined) facts.push(["items sent", count(node.items)]);
  if (node.rejected) facts.push(["rejected", count(node.rejected)]);
  if (node.tier === "cloud") facts.push(["version", node.version]);
  reconcile(
    item.querySelector("dl"),
    facts,
    ([name]) => name,
    ([name]) => el("div", "", el("dt", "", name), el("dd")),
    (line, [, number]) => text(line.querySelector("dd"), number),
  );
}
