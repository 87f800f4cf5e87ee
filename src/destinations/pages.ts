import { selectLines } from "../core/segment-lines.ts";
import { parseLine, type DeliveryLine } from "../core/settle-lines.ts";

/** How much of a segment is held parsed at once. */
export const PAGE = {
  lines: 1000,
  /** Characters of its lines; one line more may stand over it. */
  chars: 2 * 1024 * 1024,
} as const;

/** Some of the wanted lines, in ascending order. */
export interface Page {
  readonly lines: readonly DeliveryLine[];
  /** Wanted lines that the archive does not have: only the last page can name any. */
  readonly missing: readonly number[];
}

/** The wanted lines (ascending) of a segment, each read and parsed once, page by page as they are asked for. */
export async function* readPages(
  segment: AsyncIterable<string>,
  wanted: readonly number[],
  bounds: { readonly lines: number; readonly chars: number } = PAGE,
): AsyncGenerator<Page> {
  let lines: DeliveryLine[] = [];
  let chars = 0;
  let read = 0;
  for await (const { line, text } of selectLines(segment, wanted)) {
    lines.push(parseLine(line, text));
    chars += text.length;
    read++;
    if (lines.length < bounds.lines && chars < bounds.chars) continue;
    yield { lines, missing: [] };
    lines = [];
    chars = 0;
  }
  const missing = wanted.slice(read);
  if (lines.length > 0 || missing.length > 0) yield { lines, missing };
}
