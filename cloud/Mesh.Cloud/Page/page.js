// Starts the page: asks for nodes and values every two seconds while somebody looks, and follows detections as they come.
import { $, get, list, text } from "./dom.js";
import { addDropped, addEvents, showOpen } from "./events.js";
import { showNodes } from "./nodes.js";
import { showValues } from "./values.js";

const every = 2000;
let following = false;
let answering = false;

function showLink() {
  const state = following && answering ? "live" : answering ? "reconnecting" : "lost";
  $("link").dataset.state = state;
  text($("link"), { live: "live", reconnecting: "reconnecting…", lost: "the cloud does not answer; trying again…" }[state]);
}

async function refresh() {
  try {
    const [nodes, latest, open] = await Promise.all([
      get("/v1/nodes"),
      list("/v1/latest?limit=1000", 5),
      list("/v1/detections?open=true&limit=200"),
    ]);
    answering = true;
    showNodes(nodes.items);
    showValues(latest.items, latest.more);
    showOpen(open.items, open.more);
  } catch {
    answering = false;
  }
  showLink();
}

async function loop() {
  for (;;) {
    if (!document.hidden) await refresh();
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

async function catchUp() {
  try {
    addEvents((await list("/v1/detections?limit=100")).items);
  } catch {
    // The loop shows that the cloud does not answer.
  }
}

function follow() {
  const source = new EventSource("/v1/tail");
  const waiting = [];
  source.addEventListener("open", () => {
    following = true;
    showLink();
    catchUp();
  });
  source.addEventListener("detection", (event) => {
    // A storm of detections is drawn once per frame, not once each.
    if (waiting.push(JSON.parse(event.data)) === 1) requestAnimationFrame(() => addEvents(waiting.splice(0)));
  });
  source.addEventListener("dropped", (event) => addDropped(JSON.parse(event.data).dropped));
  source.addEventListener("error", () => {
    following = false;
    showLink();
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, every);
  });
}

follow();
loop();
