import type { Trace, TraceAnswer, TracedDelivery, TracedDestination, TracedFate } from "../api/delivery-types.ts";
import { count, elapsed, plural } from "./times.ts";
import { type Stage, timeOf, type Tone, type Untimed, withGaps } from "./trace-stage.ts";

/** What happened at the source, from the door to the archive. */
export function sourceStages(trace: Trace): readonly Stage[] {
  const { status, receivedAt, library, sourceName, refusals } = trace;
  const received: Untimed[] =
    status === "refused"
      ? []
      : [
          {
            key: "received",
            tone: "good",
            title: `Received by ${sourceName}`,
            ...(library === undefined ? {} : { note: `Sent by ${library}.` }),
            ...timeOf(receivedAt),
          },
          ...clockStage(trace),
        ];
  const refused = refusals.map(({ at, reason, sentence }): Untimed => ({
    key: `refused ${at}`,
    tone: "bad",
    title: status === "refused" ? `Refused by ${sourceName}` : "A copy of it was refused",
    note: sentence,
    code: reason,
    ...timeOf(at),
  }));
  return withGaps(inTime([...received, ...refused, ...copies(trace), ...archived(trace)]));
}

/** By time; what has none stays where it is. */
const inTime = (stages: readonly Untimed[]): readonly Untimed[] => {
  const first = stages[0]?.at;
  return first === undefined ? stages : stages.toSorted((a, b) => (a.at ?? first) - (b.at ?? first));
};

function clockStage({ skewMs, clockCorrected }: Trace): Untimed[] {
  if (skewMs === undefined || clockCorrected !== true) return [];
  return [
    {
      key: "clock",
      tone: "neutral",
      title: `Its clock is ${elapsed(Math.abs(skewMs))} ${skewMs > 0 ? "ahead" : "behind"}`,
      note: "The event’s timestamp was corrected by that.",
    },
  ];
}

function copies({ duplicates: { count: n, times, atLeast } }: Trace): Untimed[] {
  if (n === 0) return [];
  return [
    {
      key: "copies",
      tone: "neutral",
      title: `${atLeast === true ? "At least " : ""}${plural(n, "more copy", "more copies")} of it came`,
      note: "Recognised by the message id: not stored and not sent again.",
      ...timeOf(times.at(-1)),
    },
  ];
}

function archived({ segment }: Trace): Untimed[] {
  if (segment === undefined) return [];
  return segment.stored
    ? [
        {
          key: "archive",
          tone: "good",
          title: "In the archive",
          note: `Line ${count(segment.line + 1)} of ${segment.key}`,
        },
      ]
    : [
        {
          key: "archive",
          tone: "waiting",
          title: "Stored safely, on its way to the archive",
          note: "It is written there within seconds, then handed to destinations.",
        },
      ];
}

const FATE_TONES: Record<TracedFate["status"], Tone> = {
  delivered: "good",
  passed: "good",
  abandoned: "bad",
  pending: "waiting",
  dropped: "neutral",
  unmatched: "neutral",
};

/** What a destination's rules said before any mapping. */
export function gateStage({ gate }: TracedDelivery): Untimed {
  const { status, reason, sentence, detail } = gate;
  const titles: Record<TracedFate["status"], string> = {
    passed: "Let through by consent, filters and mappings",
    delivered: "Let through",
    pending: "Not looked at yet",
    dropped: "Not sent",
    unmatched: "Not sent",
    abandoned: "Given up",
  };
  return {
    key: "gate",
    tone: FATE_TONES[status],
    title: titles[status],
    ...noteOf(sentence, detail),
    ...(reason === undefined ? {} : { code: reason }),
  };
}

const noteOf = (sentence: string | undefined, detail: string | undefined): { note?: string } => {
  const note = [sentence, detail]
    .flatMap((part) => (part === undefined || part === "" ? [] : [part.charAt(0).toUpperCase() + part.slice(1)]))
    .join(" ");
  return note === "" ? {} : { note };
};

/** The attempts of one mapping and how it stands. `receivedAt` in ms: the gap of the first is counted from there. */
export function fateStages(fate: TracedFate, receivedAt: number | undefined): readonly Stage[] {
  const attempts = fate.attempts.map(({ at, attempt, status, reason, sentence, uncounted }, place): Untimed => {
    const failed = status !== "delivered";
    const again = uncounted === undefined || uncounted === 1 ? "" : `, ${count(uncounted)} ×`;
    return {
      key: `attempt ${place}`,
      tone: status === "delivered" ? "good" : status === "retry" ? "waiting" : status === "dropped" ? "neutral" : "bad",
      title: `${status === "dropped" ? "Dropped" : failed ? `Attempt ${attempt} failed` : attempt > 1 ? `Delivered at attempt ${attempt}` : "Delivered"}${again}`,
      ...(sentence === undefined ? {} : { note: sentence }),
      ...(reason === undefined ? {} : { code: reason }),
      ...timeOf(at),
    };
  });
  return withGaps(attempts, receivedAt);
}

/** How one mapping fared, as a word. */
export const FATE_WORDS: Record<TracedFate["status"], string> = {
  delivered: "delivered",
  abandoned: "given up",
  pending: "pending",
  dropped: "not sent",
  unmatched: "not wanted",
  passed: "let through",
};

/** The word over a destination: the worst of what happened there last. */
export function destinationWord({ state, deliveries }: TracedDestination): {
  readonly word: string;
  readonly tone: Tone;
} {
  if (state === "waiting") return { word: "on its way", tone: "waiting" };
  if (state === "unknown") return { word: "not known", tone: "neutral" };
  const last = deliveries.at(-1);
  if (state === "not_routed" || last === undefined) return { word: "not sent", tone: "neutral" };
  const statuses = new Set([last.gate, ...last.subscriptions].map(({ status }) => status));
  for (const [status, tone] of [
    ["pending", "waiting"],
    ["abandoned", "bad"],
    ["delivered", "good"],
  ] as const) {
    if (statuses.has(status)) return { word: FATE_WORDS[status], tone };
  }
  return { word: "not sent", tone: "neutral" };
}

/** Whether more will happen to it. */
export const isPending = ({ trace }: Pick<TraceAnswer, "trace">): boolean =>
  trace.status === "pending" ||
  trace.destinations.some(
    ({ state, deliveries }) =>
      state === "waiting" ||
      deliveries.some(({ gate, subscriptions }) => [gate, ...subscriptions].some((fate) => fate.status === "pending")),
  );

/** The answer to the question of the screen, in one sentence. */
export function traceSentence(trace: Trace): string {
  if (trace.status === "refused") return "It was refused at the door: it is stored nowhere and went nowhere.";
  if (trace.status === "pending") return "It arrived and is stored; it will be handed to destinations within seconds.";
  if (trace.destinations.length === 0) return "It arrived and is in the archive. Its source has no destination.";
  const words = trace.destinations.map((one) => destinationWord(one).word);
  const parts = [...Map.groupBy(words, (word) => word)].map(
    ([word, all]) =>
      `${word} ${word === "not sent" || word === "delivered" ? "to" : "at"} ${all.length === words.length && words.length > 1 ? "all " : ""}${plural(all.length, "destination")}`,
  );
  return `It arrived and is in the archive; ${parts.join(", ")}.`;
}
