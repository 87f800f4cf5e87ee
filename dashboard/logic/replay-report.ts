import type { DryRunDestination, EarlierSend, ReasonWords, Replay } from "../api/replay-types.ts";
import { clip } from "./entry-text.ts";
import { windowText } from "./replay-range.ts";
import { capitalise, sumOfReasons } from "./replays.ts";
import { count, plural } from "./times.ts";

type Report = NonNullable<Replay["report"]>;

/** One part of what would be sent, or of what was, with what it means. */
export interface DiffPart {
  readonly id: "new" | "again" | "unknown" | "missing";
  readonly name: string;
  readonly count: number;
  readonly sentence: string;
}

/** What would be sent, against what was delivered when the events came in. The first three add up to what is sent. */
export function diffParts({ diff }: DryRunDestination, destination: string): readonly DiffPart[] {
  return [
    {
      id: "new",
      name: "New",
      count: diff.newlySent,
      sentence:
        "Not delivered when the events came in: it was not connected, a filter stopped them, no mapping wanted them, or they failed or wait still.",
    },
    {
      id: "again",
      name: "Delivered already",
      count: diff.alreadyDelivered,
      sentence: `Delivered when the events came in. ${destination} gets them a second time and may count them twice.`,
    },
    {
      id: "unknown",
      name: "Not known",
      count: diff.unknown,
      sentence:
        "Nothing is remembered of their first delivery: they came over 7 days ago, or are only just on their way. They may be there already.",
    },
    {
      id: "missing",
      name: "Delivered then, not sent now",
      count: diff.notSentNow,
      sentence: "Delivered when the events came in, but today’s filters and mappings would not send them.",
    },
  ];
}

/** Events of the replay that this destination gets, each at least once. */
export const eventsFor = ({ matched }: Report, { dropped }: DryRunDestination): number =>
  Math.max(0, matched - sumOfReasons(dropped));

/** "900 of 1,000 events go to it, as 1,200 deliveries." */
export function wouldSentence(report: Report, one: DryRunDestination): string {
  const events = eventsFor(report, one);
  const about = one.sampledBy.length > 0 ? "about " : "";
  if (one.wouldSend === 0) {
    return report.matched === 0 ? "There is no event to send." : "None of the events would be sent.";
  }
  const all = events === report.matched ? (events === 1 ? "The event" : `All ${count(events)} events`) : undefined;
  const some = `${capitalise(about)}${count(events)} of ${plural(report.matched, "event")}`;
  const amount = one.wouldSend === events ? "" : `, as ${about}${plural(one.wouldSend, "delivery", "deliveries")}`;
  return `${all ?? some} would be sent${amount}.`;
}

export interface ReasonRow {
  readonly reason: string;
  readonly sentence: string;
  readonly todo: string;
  readonly count: number;
}

/** What has come to no end yet is told under the name of its state. */
const PENDING = { sentence: "It waits still, or is being tried again.", todo: "" };

/** A tally by reason with its words, the most frequent first. */
export const reasonRows = (tally: Readonly<Record<string, number>>, words: ReasonWords): readonly ReasonRow[] =>
  Object.entries(tally)
    .filter(([, n]) => n > 0)
    .map(([reason, n]) => {
      const { sentence, todo } = reason === "pending" ? PENDING : (words[reason] ?? { sentence: "", todo: "" });
      return { reason, count: n, sentence, todo };
    })
    .toSorted((a, b) => b.count - a.count);

/** What became of the events when they came in, in deliveries; what was stopped before any counts once. */
export function beforeWords({ before }: DryRunDestination): string {
  const parts = [
    [before.delivered, "delivered"],
    [sumOfReasons(before.notDelivered), "not delivered"],
    [before.unknown, "not known"],
  ] as const;
  const words = parts.filter(([n]) => n > 0).map(([n, word]) => `${count(n)} ${word}`);
  return words.length === 0 ? "nothing" : words.join(", ");
}

/** What the criteria left out, and what could not be read; nothing where nothing was. */
export function leftOutWords({ notMatched, unreadable, gone }: Report): readonly string[] {
  return [
    ...(notMatched > 0 ? [`${plural(notMatched, "other")} of that time ${is(notMatched)} left out.`] : []),
    ...(unreadable > 0
      ? [
          `${plural(unreadable, "line")} ${is(unreadable)} left out because the filter cannot decide or there is no event in ${unreadable === 1 ? "it" : "them"}.`,
        ]
      : []),
    ...(gone.events > 0
      ? [`${plural(gone.events, "event")} of that time ${is(gone.events)} gone: the archive’s retention was over.`]
      : []),
  ];
}

const is = (n: number): string => (n === 1 ? "is" : "are");

export interface StartSummary {
  /** Of all destinations. */
  readonly deliveries: number;
  readonly again: number;
  readonly unknown: number;
  readonly sampled: boolean;
}

export const startSummary = ({ destinations }: Report): StartSummary => ({
  deliveries: destinations.reduce((sum, { wouldSend }) => sum + wouldSend, 0),
  again: destinations.reduce((sum, { diff }) => sum + diff.alreadyDelivered, 0),
  unknown: destinations.reduce((sum, { diff }) => sum + diff.unknown, 0),
  sampled: destinations.some(({ sampledBy }) => sampledBy.length > 0),
});

/** The warning before it is started; nothing where nothing can be doubled. */
export function doublingWords({ again, unknown }: StartSummary): string | undefined {
  if (again === 0 && unknown === 0) return undefined;
  if (unknown === 0)
    return `${count(again)} of these deliveries ${again === 1 ? "was" : "were"} made before: the destination then gets ${again === 1 ? "it" : "them"} twice, and may count ${again === 1 ? "it" : "them"} twice unless it tells copies by their messageId.`;
  const known =
    again > 0 ? `${count(again)} of these deliveries ${again === 1 ? "was" : "were"} made before, and of ` : "Of ";
  return `${known}${plural(unknown, "delivery", "deliveries")} it is not known: what the destination holds already it gets twice, and may count twice unless it tells copies by their messageId.`;
}

/** What an earlier replay goes by: its name, else the time that it is about. */
export const earlierName = ({ name, startTime, endTime }: EarlierSend): string =>
  name === undefined ? `Replay of ${windowText(startTime, endTime)}` : clip(name, 120);

/** "made 49 deliveries of this time": after its name. Its deliveries outside this window count too. */
export function earlierWords(send: EarlierSend, { startTime, endTime }: Pick<Replay, "startTime" | "endTime">): string {
  const isOver = send.status === "finished" || send.status === "cancelled";
  const isWithin =
    Date.parse(send.startTime) >= Date.parse(startTime) && Date.parse(send.endTime) <= Date.parse(endTime);
  const where = isWithin ? " of this time" : ", of a time that overlaps this one";
  if (send.delivered === 0) return "has made no delivery yet";
  return `made ${plural(send.delivered, "delivery", "deliveries")}${isOver ? "" : " so far"}${where}`;
}

/** The warning of what other replays send of this time; nothing where none does. */
export function earlierWarning({ earlier = [] }: Pick<Replay, "earlier">): string | undefined {
  if (earlier.length === 0) return undefined;
  const replays = new Set(earlier.map(({ replayId }) => replayId)).size;
  return `${plural(replays, "other replay")} of this time ${replays === 1 ? "was" : "were"} started, named below at each destination. The figures leave out what ${replays === 1 ? "it sends" : "they send"}: a destination may get that twice.`;
}
