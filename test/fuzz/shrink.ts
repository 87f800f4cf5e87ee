import type { FuzzInput } from "./input.ts";
import type { Verdict } from "./verdict.ts";

/** So many requests at most, lest a broken product be asked for ever. */
const TRIES = 120;

/**
 * Takes parts away as long as the answer stays wrong in the same way. Only of failures that show in the status: what
 * should be stored is said of the whole input.
 */
export async function shrunk(
  input: FuzzInput,
  ask: (input: FuzzInput) => Promise<Verdict>,
  { label }: Verdict,
): Promise<FuzzInput> {
  if (!/^5\d\d$/.test(label)) return input;
  const budget = new Budget(TRIES);
  let best = input;
  const stays = async (smaller: FuzzInput): Promise<boolean> => {
    if (!budget.take()) return false;
    const { expect: _, ...bare } = smaller;
    if ((await ask(bare)).label !== label) return false;
    best = smaller;
    return true;
  };
  for (let i = best.headers.length - 1; i >= 0; i--) await stays({ ...best, headers: best.headers.toSpliced(i, 1) });
  for (const part of ["body", "raw"] as const) {
    for (let size = Math.ceil((best[part]?.length ?? 0) / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let at = 0; budget.left && at < (best[part]?.length ?? 0);) {
        const bytes = best[part]!;
        const smaller = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
        if (!(await stays({ ...best, [part]: smaller }))) at += size;
      }
    }
  }
  return best;
}

class Budget {
  #tries: number;
  constructor(tries: number) {
    this.#tries = tries;
  }
  get left(): boolean {
    return this.#tries > 0;
  }
  take(): boolean {
    return this.#tries-- > 0;
  }
}
