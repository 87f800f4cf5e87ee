/** The lines of an NDJSON text that arrives in pieces, one at a time and without their line breaks. */
export async function* splitLines(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of pieces) {
    const parts = (rest + piece).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest !== "") yield rest;
}

/** `count` lines from line `first` (from 0) on; nothing after them is read. */
export async function* takeLines(lines: AsyncIterable<string>, first: number, count: number): AsyncGenerator<string> {
  let line = 0;
  if (count === 0) return;
  for await (const text of lines) {
    if (line++ < first) continue;
    yield text;
    if (line === first + count) return;
  }
}

/** Picks the wanted lines (ascending) and stops reading after the last one. */
export async function* selectLines(
  lines: AsyncIterable<string>,
  wanted: readonly number[],
): AsyncGenerator<{ readonly line: number; readonly text: string }> {
  let line = 0;
  let next = 0;
  if (wanted.length === 0) return;
  for await (const text of lines) {
    if (line === wanted[next]) {
      yield { line, text };
      next++;
      if (next === wanted.length) return;
    }
    line++;
  }
}
