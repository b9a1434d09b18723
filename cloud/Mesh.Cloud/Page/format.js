// How numbers, values and instants read.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const short = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

const yes = { occupancy: "occupied", motion: "motion", door: "open", lock: "locked", contact: "open" };
const no = { occupancy: "empty", motion: "still", door: "closed", lock: "unlocked", contact: "closed" };

export const count = (n) => whole.format(n);

export function value(v, sensor, unit) {
  if (v === null || v === undefined) return "unknown";
  if (v === true) return yes[sensor] ?? "on";
  if (v === false) return no[sensor] ?? "off";
  if (typeof v !== "number") return String(v);
  const number = Math.abs(v) >= 1000 ? whole.format(v) : fine.format(v);
  return unit ? `${number} ${unit}` : number;
}

export const time = (iso) => clock.format(new Date(iso));
export const minute = (iso) => short.format(new Date(iso));
export const date = (iso) => day.format(new Date(iso));

/** How long ago, by this machine's clock and the cloud's: for what happened on the wall clock only. */
export function ago(iso, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - new Date(iso)) / 1000));
  if (seconds < 2) return "just now";
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}

export function pairs(object) {
  return Object.entries(object ?? {}).map(([name, v]) => `${name} ${typeof v === "number" ? fine.format(v) : v ?? "unknown"}`);
}
