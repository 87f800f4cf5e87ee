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
