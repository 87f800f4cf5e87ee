/** How JSON.stringify writes the text between its quotes. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Runs of `\u00e9`, and `\/`, which JSON allows and JSON.stringify has no need of; `\\` is passed over. */
const NEEDLESS = /\\\\|\\\/|(?:\\u[0-9a-fA-F]{4})+/g;

/** The JSON text with the escapes JSON.stringify would write. */
const withoutNeedless = (text: string): string =>
  text.replace(NEEDLESS, (escape) => {
    if (escape === "\\\\") return escape;
    return escape === "\\/" ? "/" : inJson(String(JSON.parse(`"${escape}"`)));
  });

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

const anyOf = (texts: Iterable<string>, flags: string): RegExp =>
  new RegExp([...new Set(texts)].map(literal).join("|"), flags);

/** Whether a line may be written otherwise than JSON.stringify would. */
const hasEscapes = (line: string): boolean => line.includes(String.raw`\u`) || line.includes(String.raw`\/`);

/**
 * Whether a text occurs in a line of JSON: in its keys, its values or across them, as the user reads it (`C:\temp`), as
 * JSON writes it (`C:\\temp`, `"plan":"pro"`), or with escapes that JSON could do without (`caf\u00e9`, `http:\/\/`);
 * likewise it does not matter which of these the line uses. Upper and lower case are alike, letter by letter (É and é,
 * Σ and ς, but not ß and SS); composed and decomposed letters are not.
 */
export function compileText(text: string): (line: string) => boolean {
  // Without `u` it is ten times as fast; it matters only beyond the basic plane.
  const flags = /[\ud800-\udfff]/.test(text) ? "iu" : "i";
  const pattern = anyOf([text, inJson(text), withoutNeedless(text)], flags);
  return (line) => pattern.test(line) || (hasEscapes(line) && pattern.test(withoutNeedless(line)));
}

/** False only when none of the strings is a value (or key) in the line: cheaper than to parse it. */
export function compileHint(strings: readonly string[]): (line: string) => boolean {
  const [first = "", ...others] = strings.map((one) => JSON.stringify(one));
  const pattern = anyOf([first, ...others], "");
  const occurs = others.length === 0 ? (line: string) => line.includes(first) : (line: string) => pattern.test(line);
  return (line) => occurs(line) || hasEscapes(line);
}
