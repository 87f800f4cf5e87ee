/** The end of an axis: the next 1, 2 or 5 times a power of ten, so that its half is a readable number too. */
export function niceTop(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** A tick of the time axis: the time of day, with the day where the axis is longer than one. In ms, local. */
export const tick = (at: number, barMs: number): string =>
  barMs >= 3_600_000 ? `${day.format(at)}, ${clock.format(at)}` : clock.format(at);

/** A length of time at an axis, whole numbers: "800 ms", "5 s", "2 min", "1 h". In ms. */
export function shortDuration(ms: number): string {
  if (ms === 0) return "0";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${round(ms / 1000)} s`;
  return ms < 3_600_000 ? `${round(ms / 60_000)} min` : `${round(ms / 3_600_000)} h`;
}

const round = (n: number): string => String(n < 10 ? Math.round(n * 10) / 10 : Math.round(n));

const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** 12,500 → "12.5K", for an axis. */
export const shortCount = (n: number): string => compact.format(n);
