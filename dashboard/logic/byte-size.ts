const UNITS = ["kB", "MB", "GB", "TB"] as const;

/** "0 B", "812 B", "1.2 kB", "24 MB": decimal units; one decimal below ten, cut off. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${Math.max(0, Math.floor(bytes))}\u00a0B`;
  let [value, unit] = [bytes / 1000, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value < 10 ? Math.floor(value * 10) / 10 : Math.floor(value)}\u00a0${UNITS[unit]}`;
}
