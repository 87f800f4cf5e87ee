// Rows as a table of text.

/** Characters of a cell that are shown. */
const WIDEST = 60;

/** One line, without what a terminal would take for commands: the values are visitors'. */
const shown = (value) => {
  const text = value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  const line = text.replaceAll(/\p{C}/gu, " ");
  return line.length > WIDEST ? `${line.slice(0, WIDEST - 1)}…` : line;
};

/**
 * @param {readonly string[]} names
 * @param {readonly (readonly unknown[])[]} rows
 * @returns {string} numbers to the right, NULL as nothing
 */
export function table(names, rows) {
  const texts = [names.map(shown), ...rows.map((row) => row.map(shown))];
  const widths = names.map((_, at) => Math.max(...texts.map((row) => row[at].length)));
  const right = names.map((_, at) => rows.length > 0 && rows.every((row) => /^-?[\d.]+$|^$/.test(shown(row[at]))));
  const lines = texts.map((row) =>
    row
      .map((text, at) => (right[at] ? text.padStart(widths[at]) : text.padEnd(widths[at])))
      .join("  ")
      .trimEnd(),
  );
  const [head, ...body] = lines;
  return [head, widths.map((width) => "─".repeat(width)).join("  "), ...body].join("\n");
}
