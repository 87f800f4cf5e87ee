import type { LedgerDesk, LetterLines } from "../api/deps.ts";
import type { DeadLetter } from "../core/dead-letter.ts";
import { readLines } from "./archive.ts";

/** Characters of one page of letters: a page is shown whole, and each event may hold 32 kB. */
const PAGE_CHARS = 2_000_000;

/** Lines `offset` to `offset + count`, fewer when they are very long. They are our own writing: no check. */
async function takeLetters(lines: AsyncIterable<string>, offset: number, count: number): Promise<LetterLines> {
  const letters: DeadLetter[] = [];
  let at = 0;
  let chars = 0;
  for await (const line of lines) {
    if (at++ < offset) continue;
    if (letters.length === count || chars >= PAGE_CHARS) return { letters, more: true };
    chars += line.length;
    letters.push(JSON.parse(line) as DeadLetter);
  }
  return { letters, more: false };
}

/** The ledgers and what they name in the archive, for the control plane. */
export function createLedgerDesk(env: Env): LedgerDesk {
  const destination = (id: string) => env.LEDGER.getByName(`destination:${id}`);
  const source = (id: string) => env.LEDGER.getByName(`source:${id}`);
  return {
    summary: (id, window) => destination(id).summary(window),
    overview: (of, query) => ("sourceId" in of ? source(of.sourceId) : destination(of.destinationId)).overview(query),
    isPaused: (id) => destination(id).isPaused(),
    pause: (id) => destination(id).pause(),
    resume: (id) => destination(id).resume(),
    deadLetters: (id, query) => destination(id).deadLetters(query),
    async readLetters(key, offset, count) {
      const lines = await readLines(env.ARCHIVE, key);
      return lines === null ? null : takeLetters(lines, offset, count);
    },
    resend: (id, request) => destination(id).resend(request),
    resends: (id) => destination(id).resends(),
  };
}
