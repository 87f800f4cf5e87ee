import { KILLS, type Kill } from "../support/inlet-process.ts";
import type { Random } from "../support/random.ts";
import { ABORTS, type Abortable, type FaultKind, type Rates } from "./seams.ts";
import type { Illness } from "./town.ts";

export type Act =
  | { readonly does: "abort"; readonly binding: Abortable }
  | { readonly does: "jump"; readonly ms: number }
  /** The source that may grow gets its second shard. */
  | { readonly does: "grow" }
  /** The next connection to the warehouse breaks off. */
  | { readonly does: "cut" }
  /** Tables are made of what is there so far. */
  | { readonly does: "export" }
  /** What is archived of this source so far is replayed. */
  | { readonly does: "replay"; readonly source: 0 | 1 };

/** Some seconds of a run: what goes wrong in them, what is done in their course, and how they end. */
export interface Round {
  readonly name: string;
  readonly ms: number;
  readonly rates: Rates;
  readonly illness: Readonly<Record<string, Illness>>;
  readonly acts: readonly Act[];
  readonly clientsLeave: boolean;
  /** It goes on, within reason, until all of these came about. */
  readonly until?: readonly FaultKind[];
  /** Time that passes now and then meanwhile. */
  readonly stepMs?: number;
  readonly kill?: Kill;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Weathers: what one seam, or one side of it, may do. */
const STORMS: Readonly<Record<string, Rates>> = {
  bucket: {
    put_refused: 0.15,
    put_unanswered: 0.15,
    put_slow: 0.15,
    put_hung: 0.04,
    get_refused: 0.12,
    get_cut: 0.12,
    get_slow: 0.15,
    list_refused: 0.2,
    delete_refused: 0.2,
    delete_unanswered: 0.2,
    upload_refused: 0.15,
    upload_unanswered: 0.15,
  },
  queues: {
    send_refused: 0.2,
    send_unanswered: 0.2,
    message_dropped: 0.2,
    message_repeated: 0.3,
    message_late: 0.2,
    messages_reordered: 0.6,
  },
  calls: { call_refused: 0.08, call_unanswered: 0.08, call_slow: 0.1, commit_refused: 0.06 },
  door: { append_refused: 0.3, append_unanswered: 0.25, commit_refused: 0.1, overflow_refused: 0.15 },
};

const ILL: Illness = { error: 0.08, throttle: 0.05, reset: 0.06, hang: 0.04 };
const HANGING: Illness = { error: 0, throttle: 0, reset: 0.05, hang: 0.08 };
const UNWELL = { "/flaky": ILL, "/hanging": HANGING, "/again": ILL };
/** That an event is refused comes about by itself: poisoned ones are tried until they are given up. */
const ILLNESSES: readonly FaultKind[] = ["destination_500", "destination_429", "destination_reset", "destination_hung"];

const calm = { rates: {}, illness: {}, acts: [], clientsLeave: false };
const abort = (binding: Abortable): Act => ({ does: "abort", binding });
const replay = (source: 0 | 1): Act => ({ does: "replay", source });
const jump = (ms: number): Act => ({ does: "jump", ms });
const mixed = (...names: (keyof typeof STORMS)[]): Rates => Object.assign({}, ...names.map((name) => STORMS[name]));
const kindsOf = (rates: Rates): readonly FaultKind[] => Object.keys(rates) as FaultKind[];

/** Every kind of fault, in some 10 s. */
export const SHORT_PLAN: readonly Round[] = [
  // Each archive's index looks for what was there before it.
  { ...calm, name: "first", ms: 300, rates: { list_refused: 0.6 }, until: ["list_refused"] },
  { ...calm, name: "calm", ms: 1000 },
  {
    ...calm,
    name: "queues",
    ms: 1500,
    rates: mixed("queues"),
    acts: [jump(70 * SECOND), jump(-40 * SECOND), abort("INTAKE")],
    until: [...kindsOf(mixed("queues")), "client_left"],
    clientsLeave: true,
    kill: "group",
  },
  // What came before is three hours old by now: it is exported, compacted, and its objects are removed.
  {
    ...calm,
    name: "bucket",
    ms: 1500,
    rates: mixed("bucket"),
    acts: [jump(3 * HOUR), { does: "cut" }, { does: "export" }, replay(0), abort("ARCHIVE_INDEX"), abort("EXPORTS")],
    until: kindsOf(mixed("bucket")).filter((kind) => kind !== "list_refused"),
    stepMs: HOUR + MINUTE,
    kill: "runtime",
  },
  {
    ...calm,
    name: "calls",
    ms: 1500,
    rates: mixed("calls"),
    acts: [abort("LEDGER"), jump(2 * MINUTE), abort("INTAKE"), abort("REPLAYS")],
    illness: UNWELL,
    until: [...kindsOf(mixed("calls")), ...ILLNESSES],
    kill: "parent",
  },
  {
    ...calm,
    name: "door",
    ms: 1500,
    rates: mixed("door"),
    acts: [{ does: "grow" }, replay(1), abort("LEDGER")],
    illness: UNWELL,
    until: [...kindsOf(mixed("door")), "overflow_used"],
  },
  { ...calm, name: "after", ms: 600, acts: [jump(2 * HOUR)] },
];

const JUMPS: readonly number[] = [
  35 * SECOND,
  2 * MINUTE,
  2 * MINUTE,
  17 * MINUTE,
  HOUR + MINUTE,
  3 * HOUR,
  -5 * SECOND,
  -MINUTE,
  -HOUR,
];
/** What was decided must still be known at the end: ledgers forget what they were done with 7 days ago. */
const MOST_AHEAD = 5 * 24 * HOUR;

/** Rounds without end, each another mixture. */
export function* drawRounds(random: Random): Generator<Round> {
  let ahead = 0;
  for (let n = 0; ; n++) {
    const storms = Object.keys(STORMS).filter(() => random.next() < 0.4);
    const strength = random.pick([0.1, 0.3, 0.6, 1]);
    const acts = Array.from({ length: random.between(0, 4) }, (): Act => {
      if (random.next() < 0.5) return abort(random.pick(Object.keys(ABORTS) as Abortable[]));
      const ms = random.pick(JUMPS);
      ahead += ms;
      return jump(ahead > MOST_AHEAD ? -MINUTE : ms);
    });
    yield {
      name: `${n}: ${storms.length === 0 ? "calm" : storms.join(" and ")}`,
      ms: random.between(1500, 6000),
      rates: weaker(mixed(...storms), strength),
      illness: random.next() < 0.5 ? UNWELL : {},
      acts: [...acts, ...extrasOf(n, random)],
      clientsLeave: random.next() < 0.5,
      ...(random.next() < 0.5 ? { kill: random.pick(KILLS) } : {}),
    };
  }
}

/** What a long run does now and then besides. */
function extrasOf(n: number, random: Random): Act[] {
  const extras: Act[] = [];
  if (random.next() < 0.5) extras.push({ does: "export" });
  if (random.next() < 0.3) extras.push({ does: "cut" });
  if (n % 4 === 0) extras.push(replay(random.pick([0, 1])));
  return n === 3 ? [...extras, { does: "grow" }] : extras;
}

const weaker = (rates: Rates, by: number): Rates =>
  Object.fromEntries(Object.entries(rates).map(([seam, rate]) => [seam, rate * by]));
