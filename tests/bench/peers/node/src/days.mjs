// Business days of the operator, and local days as instants in milliseconds.
import data from "./holidays.json" with { type: "json" };

export const COUNTRY = data.country;
const HOLIDAYS = new Set(data.holidays);
const DAY = 86_400_000;
const formats = new Map();

/** What the clocks of a zone show, read as if it were UTC. */
function shown(at, zone) {
  if (!formats.has(zone)) {
    formats.set(zone, new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }));
  }
  return Date.parse(`${formats.get(zone).format(at).replace(" ", "T")}Z`);
}

const isoDate = (at) => new Date(at).toISOString().slice(0, 10);
const offset = (at, zone) => shown(at, zone) - Math.floor(at / 1000) * 1000;
export const localDate = (at, zone) => isoDate(shown(at, zone));
export const nextDay = (day) => isoDate(Date.parse(day) + DAY);

/** The first instant of a local day: a midnight that does not exist moves forward, of two the later. */
export function firstInstant(day, zone) {
  const midnight = Date.parse(day);
  const candidates = [midnight - DAY, midnight + DAY].map((near) => midnight - offset(near, zone));
  const real = candidates.filter((at) => at + offset(at, zone) === midnight);
  return Math.max(...(real.length > 0 ? real : candidates));
}

/** The first instant after that many business days; the day of `start` is not counted. */
export function deadline(start, businessDays, zone, added) {
  let day = localDate(start, zone);
  for (let left = businessDays; left > 0;) {
    day = nextDay(day);
    const year = Number(day.slice(0, 4));
    if (year < data.years[0] || year > data.years[1]) throw new RangeError("outside the calendar data");
    const weekday = new Date(day).getUTCDay() || 7;
    if (!data.weekend.includes(weekday) && !HOLIDAYS.has(day) && !added.has(day)) left -= 1;
  }
  return firstInstant(nextDay(day), zone);
}

export function monthsBefore(day, months) {
  const [year, month, date] = day.split("-").map(Number);
  const longest = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  return isoDate(Date.UTC(year, month - 1 - months, Math.min(date, longest)));
}

export const rfc3339 = (at) => new Date(at).toISOString().replace(".000Z", "Z");
