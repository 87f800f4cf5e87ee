import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ReplayRecord } from "../../src/core/replay.ts";
import { startHookServer, type HookServer } from "../support/hook-server.ts";
import { seededRandom } from "../support/random.ts";
import { MovedInlet, NO_FAULTS, until, type Faults } from "./moved-process.ts";

/** A longer run: INLET_CRASH_KILLS=60. The same seed makes the same decisions again. */
const seed = Number(process.env["INLET_CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const kills = Number(process.env["INLET_CRASH_KILLS"] ?? 4);
const random = seededRandom(seed);

const HOUR = 3_600_000;
/** Every lease is over: of the archive's readers (45 s), of deliveries (90 s). */
const LATER = 100_000;
/** "at most 200 events and the batches under way lie between two settlements" */
const UNSETTLED = 200;
/** A replay hands over every two seconds. */
const QUIET_MS = 2500;
const SEGMENTS = 12;
const LINES = 60;
/** Less than a batch of them has. */
const DRAIN_BYTES = 10_000;
const SELECTED = ["Bought", "Sold"];
const NAMES = [...SELECTED, "Seen"];
/** The dry run takes what is fast: its kills land in its reads. */
const IN_DRY_RUN: readonly Faults[] = [1, 3, 7].map((nth) => ({
  ...NO_FAULTS,
  stall: { call: "get", key: "segment-logs/", nth, isDone: false },
}));
const IN_RUN: readonly Faults[] = [
  NO_FAULTS,
  { fail: 0.1, hang: 0 },
  { fail: 0.05, hang: 0.02 },
  { ...NO_FAULTS, stall: { call: "get", key: "segment-logs/", nth: 5, isDone: false } },
];

interface Arrival {
  readonly id: string;
  /** Kills before it. */
  readonly kills: number;
}

let inlet: MovedInlet;
let hook: HookServer;
let sourceId = "";
let destinationId = "";
let window = { startTime: "", endTime: "" };
/** Ids of the events that the replays below are about. */
const selected = new Set<string>();
const arrivals: Arrival[] = [];
const landed: Record<string, number> = {};
let killed = 0;
let underWay = 0;

const nameOf = (n: number): string | undefined => (n % 5 === 4 ? undefined : NAMES[n % NAMES.length]);
const eventOf = (n: number) => ({
  type: nameOf(n) === undefined ? "identify" : "track",
  ...(nameOf(n) === undefined ? { traits: { n } } : { event: nameOf(n), properties: { n } }),
  messageId: `m-${n}`,
  userId: `u${n % 7}`,
});

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
    underWay++;
    response.on("close", () => underWay--);
    setTimeout(() => response.end("ok"), random.between(0, 100));
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
  await inlet.kill("group");
  await inlet.start(HOUR, IN_DRY_RUN[0]);
  await connectHook();
});
afterAll(async () => {
  process.stdout.write(
    `replay crash run: seed ${seed}, ${killed} kills, landed ${JSON.stringify(landed)}, ${arrivals.length} requests\n`,
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
const untilStatus = (id: string, status: string): Promise<Shown> =>
  until(`${id} to be ${status}`, async () => {
    const replay = await get(id);
    return replay.status === status ? replay : undefined;
  });

/** A kill where the faults have it, else at a random moment; then a new process with the next faults. */
async function killIn(id: string, faults: Faults, next: Faults): Promise<void> {
  if (faults.stall === undefined) await sleep(random.between(50, 2500));
  else
    await until("the stall", async () => ((await inlet.look()).stalled ? true : undefined), { patienceMs: 4000 }).catch(
      () => 0,
    );
  const { status } = await get(id);
  const requests = underWay;
  await inlet.kill(killed % 2 === 0 ? "runtime" : "group");
  const at = `${status}${faults.stall === undefined ? "" : "+read"}${requests > 0 ? "+requests" : ""}`;
  landed[at] = (landed[at] ?? 0) + 1;
  killed++;
  await inlet.start(LATER, next);
}

/** Kills while the replay has this status, each time with other faults. */
async function killWhile(id: string, status: string, times: number, faults: readonly Faults[]): Promise<void> {
  let now = NO_FAULTS;
  for (let n = 0; n < times; n++) {
    const next = n === times - 1 ? NO_FAULTS : random.pick(faults);
    await killIn(id, now, next);
    now = next;
    if ((await get(id)).status !== status) break;
  }
  if (now !== NO_FAULTS) await killIn(id, now, NO_FAULTS);
}

/** Arrivals beyond the first of their event, by how many kills lie between it and the one before. */
function copiesOf(all: readonly Arrival[]): readonly number[] {
  const last = new Map<string, number>();
  return all.flatMap((arrival) => {
    const before = last.get(arrival.id);
    last.set(arrival.id, arrival.kills);
    return before === undefined ? [] : [arrival.kills - before];
  });
}

it(
  "sends every chosen event, however often it is killed, and again only what was under way",
  async () => {
    await create("killed", 100);
    await killIn("killed", IN_DRY_RUN[0]!, random.pick(IN_DRY_RUN));
    await killWhile("killed", "checking", Math.ceil(kills / 4), IN_DRY_RUN);
    const { report } = await untilStatus("killed", "ready");
    await create("plain", 1000);
    expect((await untilStatus("plain", "ready")).report).toEqual(report);
    expect(report).toMatchObject({ matched: selected.size, destinations: [{ wouldSend: selected.size, dropped: {} }] });
    expect(arrivals).toEqual([]);

    const before = killed;
    await act("killed", "start");
    await killWhile("killed", "running", Math.ceil(kills / 2), IN_RUN);
    const { progress, ...ended } = await untilStatus("killed", "finished");
    expect(new Set(arrivals.map(({ id }) => id))).toEqual(selected);
    const copies = copiesOf(arrivals);
    expect(copies.filter((between) => between === 0)).toEqual([]);
    expect(copies.length).toBeLessThanOrEqual(UNSETTLED * (killed - before));
    expect(ended.report).toEqual(report);
    expect(progress.destinations).toMatchObject([
      { state: "done", delivered: selected.size, pending: 0, dropped: {}, abandoned: {}, gone: 0 },
    ]);

    const sent = arrivals.length;
    expect((await create("killed", 1000)).status).toBe("finished");
    await expect(act("killed", "start")).rejects.toThrow(/ 4\d\d/);
    await sleep(QUIET_MS);
    expect(arrivals).toHaveLength(sent);
  },
  120_000 + kills * 15_000,
);

it(
  "sends nothing more after it was cancelled, though it was killed before and after",
  async () => {
    const before = arrivals.length;
    await create("cancelled", 60);
    await untilStatus("cancelled", "ready");
    await act("cancelled", "start");
    await until("the first requests", async () => (arrivals.length > before ? true : undefined));
    await killWhile("cancelled", "running", Math.ceil(kills / 4), IN_RUN);
    await act("cancelled", "cancel");
    // What a request had under way may be booked, or lost with the process.
    await inlet.kill("runtime");
    killed++;
    const sent = arrivals.length - before;
    await inlet.start(LATER);
    expect((await get("cancelled")).status).toBe("cancelled");
    const { progress } = await until("what waits to be dropped", async () => {
      const replay = await get("cancelled");
      return replay.progress.destinations.every(({ pending }) => pending === 0) ? replay : undefined;
    });
    await sleep(QUIET_MS);
    expect(arrivals.length - before).toBe(sent);
    expect(sent).toBeLessThan(selected.size);
    const [track] = progress.destinations;
    const { replay_cancelled: dropped = 0 } = track!.dropped;
    expect(track!.delivered + dropped).toBe(track!.opened);
    expect(track!.delivered).toBeLessThanOrEqual(sent);
  },
  120_000 + kills * 15_000,
);
