// One sensor's last hours: the minutes' average as a line, their smallest and largest value as a band around it.
import { $, text, list, el } from "./dom.js";
import { count, date, minute, value } from "./format.js";

const width = 640;
const height = 200;
const hours = 6;
const pad = { left: 8, right: 8, top: 12, bottom: 12 };

export async function openSensor(one) {
  text($("sensor-title"), `${one.sensor}  ${value(one.value, one.sensor, one.unit)}`);
  text($("sensor-where"), [one.device, ...Object.entries(one.labels ?? {}).map(([k, v]) => `${k} ${v}`)].join(" · "));
  text($("sensor-note"), "loading…");
  $("sensor-chart").replaceChildren();
  $("sensor").showModal();
  try {
    // By the sensor's own clock: a recording's last hours may be years ago.
    const from = new Date(new Date(one.at) - hours * 3600_000).toISOString();
    const path = `/v1/aggregates?device=${encodeURIComponent(one.device)}&sensor=${encodeURIComponent(one.sensor)}&from=${from}&limit=1000`;
    const { items } = await list(path);
    draw(items.sort((a, b) => (a.start < b.start ? -1 : 1)), one);
  } catch (error) {
    text($("sensor-note"), `The history cannot be had: ${error.message}`);
  }
}

function draw(minutes, one) {
  if (minutes.length === 0) {
    text($("sensor-note"), "No minutes of this sensor have been summed up yet; the first comes when a minute is over.");
    return;
  }
  const points = minutes.filter((m) => m.numbers > 0).map((m) => ({ at: +new Date(m.start), low: m.min, mid: m.sum / m.numbers, high: m.max }));
  const readings = minutes.reduce((sum, m) => sum + m.count, 0);
  const first = minutes[0].start;
  const last = minutes.at(-1).end;
  text($("sensor-note"), `${date(first)}, ${minute(first)} to ${minute(last)} · ${count(readings)} readings in ${count(minutes.length)} minutes`);
  const drawn = points.length > 1 ? points : minutes.map((m) => ({ at: +new Date(m.start), low: 0, mid: m.count, high: m.count }));
  const low = Math.min(...drawn.map((p) => p.low));
  const high = Math.max(...drawn.map((p) => p.high));
  const unit = points.length > 1 ? one.unit : "readings a minute";
  $("sensor-chart").replaceChildren(
    el("p", "scale", `highest ${value(high, "", unit)}`),
    chart(drawn, low, high),
    el("p", "scale", `lowest ${value(low, "", unit)}`),
  );
}

function chart(points, low, high) {
  const start = points[0].at;
  const span = Math.max(1, points.at(-1).at - start);
  const range = high - low || 1;
  const x = (p) => pad.left + ((p.at - start) / span) * (width - pad.left - pad.right);
  const y = (v) => height - pad.bottom - ((v - low) / range) * (height - pad.top - pad.bottom);
  const at = (p, v) => `${x(p).toFixed(1)},${y(v).toFixed(1)}`;
  const band = [...points.map((p) => at(p, p.high)), ...points.toReversed().map((p) => at(p, p.low))].join(" ");
  const line = points.map((p) => at(p, p.mid)).join(" ");
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": "history" });
  picture.append(svg("polygon", { points: band, class: "band" }), svg("polyline", { points: line, class: "line" }));
  picture.append(svg("circle", { cx: x(points.at(-1)), cy: y(points.at(-1).mid), r: 4, class: "tip" }));
  return picture;
}

function svg(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, v] of Object.entries(attributes)) node.setAttribute(name, v);
  return node;
}
