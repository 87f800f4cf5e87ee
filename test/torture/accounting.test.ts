import { expect, it } from "vitest";
import { seededRandom } from "../support/random.ts";
import { Account } from "./account.ts";
import { drawRounds, SHORT_PLAN, type Round } from "./schedule.ts";
import { IS_LONG, MINUTES, SEED } from "./settings.ts";
import { Siege } from "./siege.ts";
import { Totals } from "./totals.ts";

const MINUTE = 60_000;
/** Tools answer one request at a time or so; what a long run sends has to be delivered in it. */
const REST_MS = IS_LONG ? 3000 : 600;
/** A hanging request is let go after 10 s; the short form cannot wait so long. */
const HANG_MS = IS_LONG ? 12_000 : 1500;

/** The long form goes on until its time is over. */
function* rounds(): Generator<Round> {
  yield* SHORT_PLAN;
  if (!IS_LONG) return;
  const end = Date.now() + (MINUTES ?? 0) * MINUTE;
  for (const round of drawRounds(seededRandom(SEED))) {
    if (Date.now() > end) return;
    yield round;
  }
}

it(
  "acknowledges, archives, exports and delivers each event exactly once, or names what became of it, whatever fails",
  async () => {
    const totals = new Totals("accounting", SEED);
    await using siege = await Siege.lay(totals);
    siege.town.hangMs = HANG_MS;
    siege.send(REST_MS);
    let count = 0;
    for (const round of rounds()) {
      count++;
      await siege.round(round);
    }
    await siege.endTraffic();
    await siege.calmDown();
    const account = new Account(siege);
    await account.take();
    await siege.inlet.settleTally();
    totals.figures["rounds"] = count;
    totals.write();

    expect({ seed: SEED, problems: account.findings.problems }).toEqual({ seed: SEED, problems: {} });
    // No warehouse is there to be cut off from in the short form.
    expect(totals.missing().filter((kind) => IS_LONG || kind !== "warehouse_cut")).toEqual([]);
    expect(siege.log.acknowledged.size).toBeGreaterThan(500);
  },
  (MINUTES ?? 0) * MINUTE * 1.2 + 30 * MINUTE,
);
