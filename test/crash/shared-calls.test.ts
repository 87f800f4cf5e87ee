import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../support/archive.ts";
import { entryCode } from "../support/product-entry.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { createSource, type TestSource } from "../support/test-source.ts";
import { DOOR_PATH, type Asked, type Fate, type Mode, type Told } from "./shared-calls-paths.ts";

let inlet: RunningInlet;
let source: TestSource;
let other: TestSource;
beforeAll(async () => {
  inlet = await startInlet({}, { entry: await entryCode("test/crash/shared-calls-worker.ts") });
  source = await createSource(inlet);
  other = await createSource(inlet);
});
afterAll(() => inlet.stop());

/** So many calls alone may be under way; see SharedCalls. */
const ALONE = 4;

interface Sent {
  readonly id: string;
  readonly client: AbortController;
  /** The event's fate as its client is told; why there was no answer, when there was none. */
  readonly answer: Promise<string>;
}

interface Gathered {
  readonly alone: readonly Sent[];
  readonly calls: readonly Asked[];
  readonly sent: readonly Sent[];
  /** Of the largest call: the request that calls, and those that wait for it. */
  readonly caller: Sent;
  readonly riders: readonly Sent[];
  /** Lets all calls go on. */
  release(): Promise<void>;
  answers(events: readonly Sent[]): Promise<string[]>;
}

let made = 0;

function send(of: TestSource, id = `shared-${made++}`): Sent {
  const client = new AbortController();
  const body = JSON.stringify({ type: "track", event: "Sent", userId: "u1", messageId: id, writeKey: of.writeKey });
  const headers = { prefer: "return=representation" };
  const answer = fetch(new URL("/v1/track", inlet.url), { method: "POST", body, headers, signal: client.signal }).then(
    async (response) => {
      if (response.status !== 200) return `${response.status}`;
      const { items } = (await response.json()) as { items: [{ status: string }] };
      return items[0].status;
    },
    (error: Error) => error.name,
  );
  return { id, client, answer };
}

const asked: Asked[] = [];
let parked = 0;

/** Also reads what the door has asked since. */
async function set(mode: Mode): Promise<void> {
  const response = await fetch(new URL(DOOR_PATH, inlet.url), { method: "POST", body: JSON.stringify(mode) });
  const told = (await response.json()) as Told;
  asked.push(...told.asked);
  parked += told.parked;
}

/** Calls alone fill the places, then the events of these sources are on their way in shared calls, held. */
async function gather(of: readonly TestSource[], fate: Fate, allHang = false): Promise<Gathered> {
  asked.length = 0;
  parked = 0;
  const mode = { held: true, shared: fate, allHang };
  const look = () => set(mode);
  await look();
  asked.length = 0;
  const alone = [...new Set(of)].flatMap((one) => Array.from({ length: ALONE }, () => send(one)));
  await waitFor("calls alone", async () => (await look(), asked.length === alone.length));
  const sent = of.map((one) => send(one));
  const shared = () => asked.filter((one) => one.ids.some((id) => sent.some((event) => event.id === id)));
  await waitFor(
    "all on their way",
    async () => (await look(), shared().flatMap(({ ids }) => ids).length === sent.length),
  );
  const calls = shared();
  const group = calls.toSorted((a, b) => b.ids.length - a.ids.length)[0]!;
  const inGroup = (event: Sent) => group.ids.includes(event.id);
  const [caller] = sent.filter(({ id }) => id === group.ids[0]) as [Sent];
  const riders = sent.filter((event) => inGroup(event) && event !== caller);
  if (riders.length < 2) {
    // On a machine this busy each has come so late that the one before had waited long enough.
    await set({ held: false, shared: "pass" });
    await Promise.all([...alone, ...sent].map(({ answer }) => answer));
    return gather(of, fate, allHang);
  }
  return {
    alone,
    calls,
    sent,
    caller,
    riders,
    release: () => set({ held: false, shared: fate, allHang }),
    answers: (events: readonly Sent[]) => Promise.all(events.map(({ answer }) => answer)),
  };
}

const all = (status: string, events: readonly unknown[]) => events.map(() => status);

/** What Intake says when the same events come again. */
async function again(events: readonly Sent[]): Promise<string[]> {
  await set({ held: false, shared: "pass" });
  return Promise.all(events.map(({ id }) => send(source, id).answer));
}

const ten = () => Array.from({ length: 10 }, () => source);

describe("requests that share a call to their shard", () => {
  it("are answered each, with its own events stored", async () => {
    const { sent, alone, release, answers } = await gather(ten(), "pass");
    await release();
    expect(await answers([...sent, ...alone])).toEqual(all("accepted", [...sent, ...alone]));
    expect(await again([...sent, ...alone])).toEqual(all("duplicate", [...sent, ...alone]));
  });

  it("never share it with those of another source", async () => {
    const { calls, sent, release, answers } = await gather([...ten(), ...ten().map(() => other)], "pass");
    const ids = (from: number, to: number) => sent.slice(from, to).map(({ id }) => id);
    for (const [of, expected] of [
      [source, ids(0, 10)],
      [other, ids(10, 20)],
    ] as const) {
      const theirs = calls.filter(({ shard }) => shard.startsWith(of.id)).flatMap((call) => call.ids);
      expect(theirs.toSorted()).toEqual(expected.toSorted());
    }
    await release();
    expect(await answers(sent)).toEqual(all("accepted", sent));
  });

  it("lose nothing when the client of the one that calls is gone, nor when one's that waits is", async () => {
    const { sent, caller, riders, release, answers } = await gather(ten(), "pass");
    caller.client.abort();
    riders[0]!.client.abort();
    expect(await answers([caller, riders[0]!])).toEqual(["AbortError", "AbortError"]);
    await release();
    asked.length = 0;
    expect(await answers(riders.slice(1))).toEqual(all("accepted", riders.slice(1)));
    expect(await again(sent)).toEqual(all("duplicate", sent));
    // Nobody had to ask for itself before.
    expect(asked).toEqual([]);
  });

  it("ask each for itself when the one that calls is ended by the runtime", async () => {
    const { caller, riders, release, answers } = await gather(ten(), "end");
    await release();
    expect(await caller.answer).not.toBe("accepted");
    expect(await answers(riders)).toEqual(all("accepted", riders));
    expect(parked).toBe(0);
  });

  it("park their events each when the object fails", async () => {
    const { sent, calls, release, answers } = await gather(ten(), "throw");
    await release();
    expect(await answers(sent)).toEqual(all("accepted", sent));
    await set({ held: false, shared: "pass" });
    expect(parked).toBe(calls.filter(({ shared }) => shared).flatMap(({ ids }) => ids).length);
  });

  it("are answered in the time one alone has when the object never answers, their events parked each", async () => {
    const { sent, alone, release, answers } = await gather(ten(), "hang", true);
    await release();
    expect(await answers([...sent, ...alone])).toEqual(all("accepted", [...sent, ...alone]));
    await set({ held: false, shared: "pass" });
    expect(parked).toBe(sent.length + alone.length);
  });

  it("are taken one by one by an object of an earlier version", async () => {
    const { sent, release, answers } = await gather(ten(), "unknown");
    await release();
    expect(await answers(sent)).toEqual(all("accepted", sent));
    await set({ held: false, shared: "pass" });
    expect(parked).toBe(0);
    expect(await again(sent)).toEqual(all("duplicate", sent));
  });
});
