import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { seededRandom, type Random } from "../support/random.ts";
import { ExportRig, ndjsonIds } from "./export-rig.ts";
import { LET_GO_PATH, STALL_PATH, WORK_PATH, type Stall } from "./moved-plan.ts";
import { NO_FAULTS, until, type Faults } from "./moved-process.ts";
import { exportsAt, storedObjects } from "./stored.ts";
import { sendTraffic } from "./warehouse-traffic.ts";

/** A longer run: INLET_CRASH_KILLS=100 INLET_CRASH_HANGS=40. The same seed makes the same decisions again. */
const seed = Number(process.env["INLET_CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const kills = Number(process.env["INLET_CRASH_KILLS"] ?? 5);
const hangs = Number(process.env["INLET_CRASH_HANGS"] ?? 2);
const SENDERS = 3;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** By its clock a start comes so much later: a lease is over, or a whole hour is. */
const LATER = [70_000, 70_000, 70_000, 17 * MINUTE, 61 * MINUTE];
const FAULTS: readonly Faults[] = [NO_FAULTS, { fail: 0.05, hang: 0 }, { fail: 0.02, hang: 0.01 }];
/** Writes of an export and its followers. */
const WRITES = [
  "/ids/",
  ".parquet",
  "/upserts/",
  "warehouse-ndjson/",
  "hr=", // manifests and files of hours
  "/manifest.json",
  "-m0.avro",
  "/metadata/snap-",
  ".metadata.json",
  "/version-hint.text",
  "/users/",
  "/snapshot.json",
  "/accounts/manifest.json",
];
/** A write that is to be met comes within so many looks, or not in this process. */
const MOST_LOOKS = 20;

const drawStall = (random: Random): Stall => ({
  call: "put",
  key: random.pick(WRITES),
  nth: random.between(1, 3),
  isDone: random.next() < 0.5,
});
/** What befalls the next process: faults of the bucket, or a write that is under way when the kill comes. */
const drawFaults = (random: Random): Faults =>
  random.next() < 0.4 ? random.pick(FAULTS) : { ...NO_FAULTS, stall: drawStall(random) };

interface Landed {
  readonly at: Record<string, number>;
  looks: number;
}

/** Asks for exports, and reads the tables meanwhile as others do: so often, or until the stall is met. */
async function readAndExport(rig: ExportRig, looks: number, landed: Landed): Promise<string[]> {
  const wrong: string[] = [];
  for (let n = 0; n < looks; n++) {
    await rig.exportNow().catch(() => undefined);
    const looked = await rig.inlet.look();
    landed.looks++;
    wrong.push(...looked.wrong);
    if (looked.stalled) break;
    await sleep(50);
  }
  return wrong;
}

async function killAgainAndAgain(rig: ExportRig, random: Random): Promise<Landed> {
  const landed: Landed = { at: {}, looks: 0 };
  let faults = NO_FAULTS;
  for (let n = 0; n < kills; n++) {
    const looks = faults.stall === undefined ? random.between(1, 8) : MOST_LOOKS;
    const seen = await readAndExport(rig, looks, landed);
    await sleep(random.between(0, 150));
    const wrong = await rig.killAndAudit(n % 2 === 0 ? "runtime" : "group");
    const at = exportsAt(rig.inlet.stateDir);
    landed.at[at] = (landed.at[at] ?? 0) + 1;
    expect({ kill: n, seed, wrong: [...seen, ...wrong] }).toEqual({ kill: n, seed, wrong: [] });
    faults = drawFaults(random);
    await rig.inlet.start(random.pick(LATER), faults);
  }
  await rig.inlet.kill("group");
  return landed;
}

it(
  "publishes every event exactly once and names nothing that is not whole, whatever is killed and when",
  async () => {
    await using rig = await ExportRig.start();
    const { inlet, log, truth, audit, writeKey } = rig;
    const random = seededRandom(seed);
    const stop = new AbortController();
    const sending = Array.from({ length: SENDERS }, (_, n) =>
      sendTraffic({ writeKey, url: inlet.url, name: `s${n}`, seed: random.between(0, 2 ** 31) }, log, stop.signal),
    );
    let landed: Landed;
    try {
      landed = await killAgainAndAgain(rig, random);
    } finally {
      stop.abort();
      await Promise.all(sending);
    }

    // Whatever waits for its next try is due.
    await inlet.start(65 * MINUTE);
    await rig.untilArchived();
    await rig.untilExported();
    const found = await rig.killAndCompare();
    const { ids } = truth.totals;

    // A day later all that was replaced is gone, and only that; the archive is compacted meanwhile.
    await inlet.start(26 * HOUR);
    await rig.untilExported();
    const current = async () => (ndjsonIds(storedObjects(inlet.stateDir)).length === ids.size ? true : undefined);
    await until("the NDJSON files that are current", current).catch(() => undefined);
    const wrong = await rig.killAndAudit("group");
    const ndjson = ndjsonIds(storedObjects(inlet.stateDir));

    process.stdout.write(
      `exports crash run: seed ${seed}, ${kills} kills at ${JSON.stringify(landed.at)}, ${landed.looks} looks, ` +
        `${log.acknowledged.size} events acknowledged, ${ids.size} archived, ${found.rows} rows in ${found.tables} tables, ` +
        `${audit.manifests} manifests and ${audit.icebergTables} Iceberg tables read\n`,
    );
    expect(rig.missing()).toEqual([]);
    expect(found.differences).toEqual([]);
    expect(found.rows).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
    expect(ndjson.toSorted()).toEqual([...ids].toSorted());
  },
  120_000 + kills * 30_000,
);

it(
  "is not undone by a write that hangs, is given up, and comes through when others have published more",
  async () => {
    await using rig = await ExportRig.start();
    const { inlet } = rig;
    const random = seededRandom(seed);
    const met: string[] = [];
    const landed: Landed = { at: {}, looks: 0 };
    for (let n = 0; n < hangs; n++) {
      const stall = drawStall(random);
      await inlet.control(STALL_PATH, stall);
      await rig.send(`hang-${n}`, 30);
      const wrong = await readAndExport(rig, MOST_LOOKS, landed);
      if ((await inlet.look()).stalled) met.push(`${stall.key} ${stall.nth}${stall.isDone ? " done" : ""}`);
      // Else whoever comes next would meet it.
      else await inlet.control(STALL_PATH, { ...stall, nth: 0 });
      // Longer than a consumer lives.
      await inlet.pass(17 * MINUTE);
      await rig.send(`more-${n}`, 30);
      await rig.untilArchived();
      const help = () => inlet.control(`${WORK_PATH}?sourceId=${rig.id}`);
      const others = rig.untilExported(help);
      // While others work in its place, or after them.
      await (random.next() < 0.5 ? sleep(random.between(0, 800)) : others);
      await inlet.control(LET_GO_PATH);
      await others;
      await rig.untilExported(help);
      await sleep(300);
      wrong.push(...(await inlet.look()).wrong);
      expect({ n, seed, stall, wrong }).toEqual({ n, seed, stall, wrong: [] });
    }
    const found = await rig.killAndCompare();
    process.stdout.write(`exports hanging run: seed ${seed}, ${hangs} hangs, met ${JSON.stringify(met)}\n`);
    expect(found.differences).toEqual([]);
    expect(await rig.audit.check(storedObjects(inlet.stateDir))).toEqual([]);
  },
  120_000 + hangs * 30_000,
);
