// Why a rule said something: its node explains it, and the cloud passes the question on.
import { el, text, words } from "./dom.js";

/** A button that shows the explanation of a detection below it, and hides it again. */
export function why(detection) {
  const button = el("button", "why", "why?");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  const said = el("pre", "why-text");
  said.hidden = true;
  button.addEventListener("click", async () => {
    said.hidden = !said.hidden;
    button.setAttribute("aria-expanded", String(!said.hidden));
    if (said.hidden || said.dataset.state === "asking" || said.dataset.state === "told") return;
    said.dataset.state = "asking";
    text(said, `asking ${detection.node ?? "the cloud"}…`);
    try {
      text(said, (await words(address(detection))).trim());
      said.dataset.state = "told";
    } catch (error) {
      text(said, error.message);
      said.dataset.state = "failed";
    }
  });
  return [button, said];
}

function address(detection) {
  const query = new URLSearchParams({ format: "text", at: detection.at });
  for (const [name, value] of Object.entries(detection.key ?? {})) query.append("key", `${name}=${value}`);
  if (detection.node) query.append("node", detection.node);
  return `/v1/rules/${encodeURIComponent(detection.rule)}/explain?${query}`;
}
