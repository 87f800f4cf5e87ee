import type { SourceRoute } from "./source.ts";

/** Events that Intake could not take right now, parked on the OVERFLOW queue until it can. */
export interface OverflowBatch {
  readonly route: SourceRoute;
  readonly receivedAt: number;
  readonly ids: readonly string[];
  readonly lines: readonly string[];
}

/** A queue message holds 128,000 bytes and some metadata (platform.md §1.3). */
const MESSAGE_BYTES = 120_000;

/**
 * Queue messages (text) that carry the batch: a JSON head, then one event a line, so that nothing is escaped
 * twice. `byteLength` measures UTF-8. One event always fits: a line is at most 64 kB (LIMITS.lineBytes).
 */
export function encodeOverflow(batch: OverflowBatch, byteLength: (text: string) => number): string[] {
  const messages: string[] = [];
  let from = 0;
  let bytes = 0;
  const head = (start: number, end: number) =>
    JSON.stringify({ route: batch.route, receivedAt: batch.receivedAt, ids: batch.ids.slice(start, end) });
  const close = (end: number) => {
    if (end > from) messages.push([head(from, end), ...batch.lines.slice(from, end)].join("\n"));
  };
  const headBytes = byteLength(head(0, 0));
  batch.lines.forEach((line, i) => {
    const size = byteLength(line) + byteLength(JSON.stringify(batch.ids[i])) + 2;
    if (bytes + size > MESSAGE_BYTES - headBytes) {
      close(i);
      from = i;
      bytes = 0;
    }
    bytes += size;
  });
  close(batch.lines.length);
  return messages;
}

/** The batch of one message; throws on anything `encodeOverflow` did not write (a bug, not an expected failure). */
export function decodeOverflow(message: string): OverflowBatch {
  const [head = "", ...lines] = message.split("\n");
  const { route, receivedAt, ids } = JSON.parse(head) as Omit<OverflowBatch, "lines">;
  if (ids.length !== lines.length)
    throw new Error(`overflow message holds ${lines.length} lines for ${ids.length} ids`);
  return { route, receivedAt, ids, lines };
}
