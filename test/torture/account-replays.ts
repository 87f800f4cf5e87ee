import { deadLetterIds, type Segment } from "./audit.ts";
import type { Findings } from "./findings.ts";
import { idsWithin, type Asked } from "./replays.ts";
import type { Siege } from "./siege.ts";

const sumOf = (tally: Readonly<Record<string, number>>): number =>
  Object.values(tally).reduce((sum, count) => sum + count, 0);

interface Judged {
  /** Events that it may have sent, and those among them that it must have. */
  readonly may: readonly string[];
  readonly must: readonly string[];
  readonly opened: number;
  readonly delivered: number;
}

/** One replay: what it says of itself adds up, and lies between what it had to send and what it could. */
async function judge(
  siege: Siege,
  asked: Asked,
  { segments, findings }: { readonly segments: readonly Segment[]; readonly findings: Findings },
): Promise<Judged> {
  const { status, report, progress, startTime, endTime } = await siege.replays.show(asked.id);
  const window = { from: Date.parse(startTime), to: Date.parse(endTime) };
  const may = idsWithin(segments, window);
  const must = idsWithin(
    segments.filter(({ key }) => asked.known.has(key)),
    window,
  );
  const [track] = progress.destinations;
  const [opened, delivered] = [track?.opened ?? 0, track?.delivered ?? 0];
  const named = sumOf(track?.abandoned ?? {}) + sumOf(track?.dropped ?? {});
  const wrong: string[] = [];
  const check = (holds: boolean, what: string) => void (holds || wrong.push(`${asked.id} ${what}`));
  check(status === "finished", `is ${status}`);
  check(opened >= must.length && opened <= may.length, `sent ${opened}, not ${must.length} to ${may.length}`);
  const matched = report?.matched ?? 0;
  check(matched >= must.length && matched <= may.length, `found ${matched}, not ${must.length} to ${may.length}`);
  check(opened === delivered + named, `sent ${opened}, of which ${delivered} are delivered and ${named} are named`);
  check(sumOf(track?.dropped ?? {}) + (track?.gone ?? 0) === 0, `dropped ${JSON.stringify(track?.dropped)}`);
  findings.blame("replays that do not add up", wrong);
  return { may, must, opened, delivered };
}

/** Each event of a replayed time was delivered once or is with the dead letters, and nothing else was sent. */
export async function accountForReplays(
  siege: Siege,
  segmentsOf: (sourceId: string) => readonly Segment[],
  findings: Findings,
): Promise<void> {
  const { inlet, hall, replays, town } = siege;
  const arrived = town.of(hall.again.path);
  const letters = await deadLetterIds(inlet, hall.again);
  const ends = new Set([...arrived.keys(), ...letters]);
  const may = new Set<string>();
  let opened = 0;
  for (const asked of replays.asked) {
    const segments = segmentsOf(asked.sourceId);
    const judged = await judge(siege, asked, { segments, findings });
    opened += judged.opened;
    for (const id of judged.may) may.add(id);
    findings.blame(
      "chosen for a replay and neither delivered nor named",
      judged.must.filter((id) => !ends.has(id)),
    );
    findings.add("replays: delivered", judged.delivered);
  }
  findings.blame(
    "replayed and not chosen",
    [...ends].filter((id) => !may.has(id)),
  );
  findings.blame("events replayed twice", opened === ends.size ? [] : [`${opened} were sent, ${ends.size} are known`]);
  findings.add("replays", replays.asked.length);
  findings.add("replays: events sent", opened);
  findings.add("replays: given up", letters.size);
}
