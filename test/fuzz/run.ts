import { drawInput, type ClassName, type Drawn } from "./classes/index.ts";
import { Caller, Hang } from "./http-wire.ts";
import type { FuzzInput } from "./input.ts";
import type { StoreLedger } from "./ledger.ts";
import type { Rig } from "./rig.ts";
import { AT_ONCE, IS_LONG, PATIENCE_MS } from "./settings.ts";
import { shrunk } from "./shrink.ts";
import type { Totals } from "./totals.ts";
import { judgeAnswer, type Verdict } from "./verdict.ts";

/** An input that was answered as nothing may be. */
export interface Failure {
  /** `INLET_FUZZ_SEED=… INLET_FUZZ_ONLY=…` sends it again. */
  readonly n: number;
  readonly name: ClassName;
  readonly wrong: string;
  readonly input: string;
}

/** So many different failures are enough to look at. */
const ENOUGH = 25;

export interface Run {
  readonly rig: Rig;
  readonly seed: number;
  readonly ledger: StoreLedger;
  readonly totals: Totals;
}

/** Sends inputs, several at a time, and gives those that went wrong. */
export async function sendAll(run: Run, numbers: readonly number[]): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  const left = numbers.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const caller = new Caller(run.rig.inlet.url, PATIENCE_MS);
      for (const n of left) {
        const failure = await sendOne(run, caller, n, drawInput(run.seed, n, run.rig.material));
        if (failure !== undefined && failures.push(failure) >= ENOUGH) break;
      }
      caller.close();
    }),
  );
  return failures;
}

async function sendOne(run: Run, caller: Caller, n: number, { name, input }: Drawn): Promise<Failure | undefined> {
  const began = performance.now();
  const verdict = await ask(caller, input);
  run.totals.add(name, verdict.label, performance.now() - began);
  if (input.expect !== undefined) run.ledger.book(input.expect, verdict);
  if (verdict.wrong === undefined) return undefined;
  if (IS_LONG) process.stdout.write(`fuzz: input ${n} (${name}) went wrong: ${verdict.wrong.slice(0, 200)}\n`);
  return {
    n,
    name,
    wrong: verdict.wrong,
    input: describe(await shrunk(input, (smaller) => ask(caller, smaller), verdict)),
  };
}

async function ask(caller: Caller, input: FuzzInput): Promise<Verdict> {
  try {
    return judgeAnswer(input, await caller.send(input));
  } catch (error) {
    caller.close();
    return { label: error instanceof Hang ? "hang" : "broken answer", wrong: String(error), accepted: [], refused: [] };
  }
}

const SHOWN = 1500;
const cut = (text: string): string => (text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}… (${text.length})`);

function describe({ method, target, headers, body, raw, expect }: FuzzInput): string {
  if (raw !== undefined) return cut(JSON.stringify(raw.toString("latin1")));
  return [
    cut(`${method} ${JSON.stringify(target)}`),
    cut(JSON.stringify(headers)),
    body === undefined ? "" : cut(body.toString("latin1")),
    expect === undefined ? "" : cut(JSON.stringify(expect.messages)),
  ].join("\n");
}
