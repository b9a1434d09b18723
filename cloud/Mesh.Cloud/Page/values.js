// The newest value of every sensor, grouped by room where devices have one, else by device.
import { $, el, text, show, reconcile } from "./dom.js";
import { count, time, value } from "./format.js";
import { openSensor } from "./sensor.js";

let latest = [];
const byText = new Intl.Collator("en", { numeric: true }).compare;

$("filter").addEventListener("input", draw);

export function showValues(items, more) {
  latest = items;
  text($("values-count"), items.length ? `${count(items.length)}${more ? "+" : ""}` : "");
  draw();
}

function draw() {
  const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map();
  for (const one of latest) {
    if (words.every((w) => haystack(one).includes(w))) {
      const name = one.labels?.room ? `Room ${one.labels.room}` : one.device;
      groups.set(name, [...(groups.get(name) ?? []), one]);
    }
  }
  const sorted = [...groups].sort(([a], [b]) => byText(a, b));
  reconcile($("values"), sorted, ([name]) => name, createGroup, updateGroup);
  show($("values-none"), latest.length === 0);
  show($("values-unmatched"), latest.length > 0 && sorted.length === 0);
}

function haystack(one) {
  one.haystack ??= [one.device, one.sensor, ...Object.entries(one.labels ?? {}).map(([k, v]) => `${k} ${v}`)]
    .join(" ")
    .toLowerCase();
  return one.haystack;
}

function createGroup([name]) {
  return el("article", "room", el("h3", "", el("span", "", name), el("span", "quiet")), el("ul"));
}

function updateGroup(group, [, sensors]) {
  const labels = sensors[0].labels ?? {};
  text(group.querySelector("h3 .quiet"), labels.room && labels.floor ? `floor ${labels.floor}` : "");
  sensors.sort((a, b) => byText(a.sensor, b.sensor) || byText(a.device, b.device));
  reconcile(group.querySelector("ul"), sensors, (s) => `${s.device} ${s.sensor}`, createSensor, updateSensor);
}

function createSensor(one) {
  const button = el("button", "sensor", el("span", "name", one.sensor), el("span", "value"), el("time"));
  button.type = "button";
  button.title = `${one.device} ${one.sensor}: show the last hours`;
  const item = el("li", "", button);
  button.addEventListener("click", () => openSensor(item.latest));
  return item;
}

function updateSensor(item, one) {
  item.latest = one;
  const shown = value(one.quality === "bad" ? null : one.value, one.sensor, one.unit);
  const field = item.querySelector(".value");
  if (field.textContent !== shown) {
    const changed = field.textContent !== "";
    text(field, shown);
    field.classList.toggle("on", one.value === true);
    if (changed) flash(field);
  }
  const at = item.querySelector("time");
  at.dateTime = one.at;
  text(at, time(one.at));
}

function flash(node) {
  node.classList.remove("changed");
  void node.offsetWidth; // Starts the animation again.
  node.classList.add("changed");
}
