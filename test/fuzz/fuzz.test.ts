// Malformed and hostile requests to every public route of the built product; see README.md.
import { afterAll, beforeAll, expect, it } from "vitest";
import { readWhole } from "./archive.ts";
import { SOURCES } from "./input.ts";
import { StoreLedger } from "./ledger.ts";
import { startRig, type Rig } from "./rig.ts";
import { sendAll, type Failure } from "./run.ts";
import { INPUTS, IS_LONG, ONLY, SEED } from "./settings.ts";
import { Totals } from "./totals.ts";

/** What an isolate may hold altogether. */
const ISOLATE_BYTES = 128 * 1024 * 1024;
/** What memory may grow by: each id of the last day is remembered, and the short form meets some code only at its end. */
const GROWTH_BYTES = (IS_LONG ? 40 : 60) * 1024 * 1024;
/** Generous: the machine may be busy. */
const LONG_MS = 3 * 3_600_000;

const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);

/** Memory is looked at so often, after equal parts of the inputs. */
const LOOKS = IS_LONG ? 12 : 3;
/** What the least of some looks at the end is above the least of as many at the beginning. */
function grown(heaps: readonly number[]): number {
  const few = Math.ceil(heaps.length / 3);
  return Math.min(...heaps.slice(-few)) - Math.min(...heaps.slice(0, few));
}

/** All numbers in equal parts. */
function* rounds(): Generator<readonly number[]> {
  const all = ONLY ?? Array.from({ length: INPUTS }, (_, n) => n);
  const size = Math.ceil(all.length / LOOKS);
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

it(
  "answers whatever is sent with a reason, stores exactly what is good, and stays as it was",
  async () => {
    const totals = new Totals(SEED);
    const ledger = new StoreLedger();
    const prototypes = await rig.prototypes();
    const heaps: number[] = [];
    const failures: Failure[] = [];
    for (const numbers of rounds()) {
      failures.push(...(await sendAll({ rig, seed: SEED, ledger, totals }, numbers)));
      heaps.push(await rig.heap());
      if (IS_LONG) process.stdout.write(`fuzz: ${totals.inputs} inputs, ${megabytes(heaps.at(-1)!)} MB held\n`);
    }

    expect.soft({ seed: SEED, failures }).toEqual({ seed: SEED, failures: [] });

    expect.soft(await rig.prototypes()).toEqual(prototypes);

    // It still works: each reading sends a good event and waits for it.
    await rig.open("closed");
    let [archived, lost, doubled] = [0, 0, 0];
    for (const name of SOURCES) {
      const { times, faults } = await readWhole(rig.inlet, rig.ids[name], rig.material.keys[name]);
      totals.figures[`archived of ${name}`] = times.size;
      archived += times.size;
      totals.figures[`of them that had to be of ${name}`] = ledger.certain(name, times);
      const wrong = ledger.audit(name, times);
      lost += wrong["lost"]?.count ?? 0;
      doubled += wrong["twice"]?.count ?? 0;
      expect.soft({ seed: SEED, name, ...wrong, faults }).toEqual({ seed: SEED, name, faults: [] });
    }
    Object.assign(totals.figures, { archived, lost, "doubled in the archive": doubled });
    totals.figures["asked of others"] = rig.sink.asked;
    totals.figures["MB more held at the end"] = megabytes(grown(heaps));
    totals.figures["most MB held"] = megabytes(Math.max(...heaps));
    totals.write();
    expect(Math.max(...heaps)).toBeLessThan(ISOLATE_BYTES);
    expect(grown(heaps)).toBeLessThan(GROWTH_BYTES);
  },
  IS_LONG ? LONG_MS : 180_000,
);
