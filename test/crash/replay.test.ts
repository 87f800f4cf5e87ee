import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ReplayRecord } from "../../src/core/replay.ts";
import { startHookServer, type HookServer } from "../support/hook-server.ts";
import type { Kill } from "../support/inlet-process.ts";
import { seededRandom } from "../support/random.ts";
import { STALL_PATH } from "./moved-plan.ts";
import {
  AT_HAND_OVER,
  copiesOf,
  eventOf,
  IN_DRY_RUN,
  IN_RUN,
  nameOf,
  SELECTED,
  type Arrival,
} from "./replay-traffic.ts";
import { MovedInlet, NO_FAULTS, until, type Faults } from "./moved-process.ts";

/** A longer run: INLET_CRASH_KILLS=60. The same seed makes the same decisions again. */
const seed = Number(process.env["INLET_CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const kills = Number(process.env["INLET_CRASH_KILLS"] ?? 4);
const random = seededRandom(seed);
/** How many answers are asked for is not the seed's. */
const answers = seededRandom(seed);

const HOUR = 3_600_000;
/** Every lease is over: of the archive's readers (45 s), of deliveries (90 s). */
const LATER = 100_000;
/** "at most 200 events and the batches under way lie between two settlements" */
const UNSETTLED = 200;
/** A replay hands over every two seconds, and tries again after minutes. */
const QUIET = { times: 3, passMs: 200_000, waitMs: 400 };
/** A replay lives through so many kills: then the next one. */
const KILLS_OF_ONE = 4;
const ROUNDS = Array.from({ length: Math.ceil(kills / KILLS_OF_ONE) }, (_, round) => round);
/** A read that is to be met comes within this time, or not in this process. */
const PATIENCE_MS = 2500;
const SEGMENTS = 12;
const LINES = 60;
/** Less than a batch of them has. */
const DRAIN_BYTES = 10_000;
let inlet: MovedInlet;
let hook: HookServer;
let sourceId = "";
let destinationId = "";
let window = { startTime: "", endTime: "" };
/** Ids of the events that the replays below are about. */
const selected = new Set<string>();
/** Those of one replay. */
let arrivals: Arrival[] = [];
let requests = 0;
const landed: Record<string, number> = {};
let killed = 0;
let resumed = 0;
let underWay = 0;

/** A past hour of events, in segments as Intake writes them: each batch is one. */
async function fillArchive(): Promise<void> {
  const { source } = await inlet.api<{ source: { id: string; writeKeys: [string] } }>("POST", "/api/sources", {
    name: "History",
    settings: { drain: { afterMs: 200, afterBytes: DRAIN_BYTES }, exports: { enabled: false } },
  });
  sourceId = source.id;
  const started = inlet.now() - 1000;
  for (let n = 0; n < SEGMENTS; n++) {
    const numbers = Array.from({ length: LINES }, (_, line) => n * LINES + line);
    const batch = numbers.map(eventOf);
    const body = JSON.stringify({ writeKey: source.writeKeys[0], batch });
    await until("the batch", async () => {
      const { status } = await fetch(new URL("/v1/batch", inlet.url), { method: "POST", body });
      return status === 200 ? true : undefined;
    });
    for (const one of numbers) if (SELECTED.includes(nameOf(one) ?? "")) selected.add(eventOf(one).messageId);
  }
  await until("the archive", async () => {
    const { archive } = await inlet.api<{ archive: { events: number } }>("GET", `/api/sources/${sourceId}/archive`);
    return archive.events === SEGMENTS * LINES ? true : undefined;
  });
  const iso = (at: number) => new Date(at).toISOString();
  window = { startTime: iso(started), endTime: iso(inlet.now() + 1000) };
}

async function connectHook(): Promise<void> {
  hook.answer = ({ event }, response) => {
    arrivals.push({ id: event.messageId, kills: killed });
    requests++;
    underWay++;
    response.on("close", () => underWay--);
    setTimeout(() => response.end("ok"), answers.between(0, 100));
  };
  const body = { sourceId, metadataId: "webhook", name: "Hook", settings: { url: hook.url } };
  const { destination } = await inlet.api<{ destination: { id: string } }>("POST", "/api/destinations", body);
  destinationId = destination.id;
}

beforeAll(async () => {
  inlet = await MovedInlet.create();
  hook = await startHookServer();
  await inlet.start(0);
  await fillArchive();
  await inlet.pass(HOUR);
  await connectHook();
});
afterAll(async () => {
  process.stdout.write(
    `replay crash run: seed ${seed}, ${killed} kills, ${resumed} resumed, landed ${JSON.stringify(landed)}, ${requests} requests\n`,
  );
  await inlet[Symbol.asyncDispose]();
  await hook.stop();
});

const request = (id: string, rate: number) => ({
  id,
  sourceId,
  destinationIds: [destinationId],
  ...window,
  events: SELECTED,
  rate,
});
type Shown = ReplayRecord;
const create = async (id: string, rate: number): Promise<Shown> =>
  (await inlet.api<{ replay: Shown }>("POST", "/api/replays", request(id, rate))).replay;
const get = async (id: string): Promise<Shown> =>
  (await inlet.api<{ replay: Shown }>("GET", `/api/replays/${id}`)).replay;
const act = (id: string, action: string) => inlet.api("POST", `/api/replays/${id}/${action}`);
/** Whoever was killed is missed when its lease is over, and after a pause another takes its place. */
const letTimePass = () => inlet.passIdle(10_000);

const untilStatus = (id: string, status: string): Promise<Shown> =>
  until(`${id} to be ${status}`, async () => {
    await letTimePass();
    const replay = await goOn(id);
    return replay.status === status ? replay : undefined;
  });

/** A replay whose readers were killed time after time has failed; its user resumes it. */
async function goOn(id: string): Promise<Shown> {
  const replay = await get(id);
  if (replay.status !== "failed") return replay;
  resumed++;
  await act(id, "resume");
  return get(id);
}

/** What befalls the process as it is now. */
let faults = NO_FAULTS;

/** From now on, as far as a process that runs can be given them. */
async function befall(wanted: Faults): Promise<void> {
  if (wanted.stall === undefined) return;
  await inlet.control(STALL_PATH, wanted.stall);
  faults = wanted;
}

/** Until the call hangs, unless this process makes it no more. */
async function untilStalled(id: string): Promise<void> {
  const { status } = await goOn(id);
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end && !(await inlet.look()).stalled;) {
    if ((await goOn(id)).status !== status) break;
    // A run would be over: what it is allowed to send comes with the time.
    if (status === "checking") await letTimePass();
    await sleep(20);
  }
}

/** A kill where the faults have it, else at a random moment; then a new process with the next faults. */
async function killIn(id: string, next: Faults): Promise<void> {
  if (faults.stall === undefined) await sleep(random.between(50, 2000));
  else await untilStalled(id);
  const { stalled } = await inlet.look();
  const { status } = await get(id);
  const at = `${status}${stalled ? `+${faults.stall?.call}` : ""}${underWay > 0 ? "+requests" : ""}`;
  landed[at] = (landed[at] ?? 0) + 1;
  await kill(killed % 2 === 0 ? "runtime" : "group", next);
}

/** How many requests had come when it was dead. */
async function kill(what: Kill, next = NO_FAULTS): Promise<number> {
  await inlet.kill(what);
  const came = arrivals.length;
  killed++;
  faults = next;
  await inlet.start(LATER, next);
  return came;
}

/** Kills while the replay has this status, each time with other faults; then there are none. */
async function killWhile(id: string, status: string, times: number, from: readonly Faults[]): Promise<void> {
  for (let n = 0; n < times; n++) {
    await killIn(id, n === times - 1 ? NO_FAULTS : random.pick(from));
    if ((await goOn(id)).status !== status) break;
  }
  if (faults !== NO_FAULTS) await killIn(id, NO_FAULTS);
}

/** Whatever would be tried again, is. */
async function quiet(): Promise<void> {
  for (let n = 0; n < QUIET.times; n++) {
    await inlet.passIdle(QUIET.passMs);
    await sleep(QUIET.waitMs);
  }
}

it(
  "sends every chosen event, however often it is killed, and again only what was under way",
  async () => {
    for (const round of ROUNDS) await sendThroughKills(`killed-${round}`);
  },
  120_000 + kills * 15_000,
);

async function sendThroughKills(id: string): Promise<void> {
  arrivals = [];
  await befall(random.pick(IN_DRY_RUN));
  await create(id, 100);
  await killWhile(id, "checking", KILLS_OF_ONE / 2, IN_DRY_RUN);
  const { report } = await untilStatus(id, "ready");
  await create(`${id}-plain`, 1000);
  expect((await untilStatus(`${id}-plain`, "ready")).report).toEqual(report);
  expect(report).toMatchObject({ matched: selected.size, destinations: [{ wouldSend: selected.size, dropped: {} }] });
  expect(arrivals).toEqual([]);

  const before = killed;
  await befall(random.pick(AT_HAND_OVER));
  await act(id, "start");
  await killWhile(id, "running", KILLS_OF_ONE / 2, IN_RUN);
  const { progress, ...ended } = await untilStatus(id, "finished");
  expect(new Set(arrivals.map((one) => one.id))).toEqual(selected);
  const copies = copiesOf(arrivals);
  expect(copies.filter((between) => between === 0)).toEqual([]);
  expect(copies.length).toBeLessThanOrEqual(UNSETTLED * (killed - before));
  expect(ended.report).toEqual(report);
  expect(progress.destinations).toMatchObject([
    { state: "done", delivered: selected.size, pending: 0, dropped: {}, abandoned: {}, gone: 0 },
  ]);

  const sent = arrivals.length;
  expect((await create(id, 1000)).status).toBe("finished");
  await expect(act(id, "start")).rejects.toThrow(/ 4\d\d/);
  await quiet();
  expect(arrivals).toHaveLength(sent);
}

it(
  "sends nothing more after it was cancelled, though it was killed before and after",
  async () => {
    for (const round of ROUNDS) await cancelBetweenKills(`cancelled-${round}`);
  },
  120_000 + kills * 15_000,
);

async function cancelBetweenKills(id: string): Promise<void> {
  arrivals = [];
  await create(id, 60);
  await untilStatus(id, "ready");
  await act(id, "start");
  await until("the first requests", async () => (arrivals.length > 0 ? true : undefined), { everyMs: 20 });
  await befall(random.pick(IN_RUN));
  await killWhile(id, "running", KILLS_OF_ONE / 4, IN_RUN);
  await act(id, "cancel");
  // What a request had under way may be booked, or lost with the process.
  const sent = await kill("runtime");
  expect((await get(id)).status).toBe("cancelled");
  const { progress } = await until("what waits to be dropped", async () => {
    await letTimePass();
    const replay = await get(id);
    return replay.progress.destinations.every(({ pending }) => pending === 0) ? replay : undefined;
  });
  await quiet();
  expect(arrivals).toHaveLength(sent);
  expect(sent).toBeLessThan(selected.size);
  const [track] = progress.destinations;
  const { replay_cancelled: dropped = 0 } = track!.dropped;
  expect(track!.delivered + dropped).toBe(track!.opened);
  expect(track!.delivered).toBeLessThanOrEqual(sent);
}
