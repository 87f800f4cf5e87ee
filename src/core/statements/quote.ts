// Table and column names come from what visitors send. The warehouse model makes them tame, but nothing here relies
// on it: whatever a name or a path holds, it stays one identifier, one literal, one comment line.

/** No engine can name it; the model never makes it. */
function withoutNul(text: string): string {
  if (text.includes("\0")) throw new Error("a name holds a NUL character");
  return text;
}

const doubled = (text: string, quote: string): string =>
  `${quote}${withoutNul(text).replaceAll(quote, quote + quote)}${quote}`;
const escaped = (text: string, quote: string): string =>
  `${quote}${withoutNul(text).replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`)}${quote}`;
const escapedLines = (text: string, quote: string): string =>
  escaped(text, quote).replaceAll("\n", "\\n").replaceAll("\r", "\\r");

/** Standard SQL: DuckDB, PostgreSQL, Redshift, and Athena's literals. */
export const sqlName = (name: string): string => doubled(name, '"');
export const sqlText = (text: string): string => doubled(text, "'");

/** ClickHouse reads backslashes in both. */
export const clickhouseName = (name: string): string => escaped(name, "`");
export const clickhouseText = (text: string): string => escaped(text, "'");

/** Snowflake, so that the name works unquoted too: it reads unquoted names as capitals. Its literals read backslashes. */
export const snowflakeName = (name: string): string =>
  doubled(
    name.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase()),
    '"',
  );
export const snowflakeText = (text: string): string => doubled(text.replaceAll("\\", "\\\\"), "'");

export const bigqueryName = (name: string): string => escapedLines(name, "`");
export const bigqueryText = (text: string): string => escapedLines(text, "'");

/** Hive's form, in Athena's definitions and Spark's. */
export const hiveName = (name: string): string => doubled(name, "`");

/** Python reads JSON's strings. */
export const pythonText = (text: string): string => JSON.stringify(withoutNul(text));

/** Text that stays on its line. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ");
