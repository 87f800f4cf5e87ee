import type { ExportSummary } from "./export-views.ts";
import type { HealthSource } from "./health-check.ts";
import {
  destinationFindings,
  exportFindings,
  intakeFindings,
  sourceFindings,
  workspaceFindings,
} from "./health-rules.ts";
import { unknownKeyFindings } from "./health-unknown-keys.ts";
import { HEALTH, type Finding, type Subject } from "./health.ts";
import { sentenceOf } from "./debugger.ts";
import type { ListedReplay } from "./replay.ts";
import { assertNever } from "./result.ts";
import { span } from "./spans.ts";
import type { DestinationStanding, IntakeStanding, SourceStanding, WorkspaceStanding } from "./standing.ts";
import { loaderName } from "./warehouse-record.ts";

/** What one object told. */
export type Told =
  | { readonly kind: "source"; readonly standing: SourceStanding }
  | {
      readonly kind: "intake";
      readonly source: HealthSource;
      readonly shard: number;
      readonly standing: IntakeStanding;
    }
  | { readonly kind: "clients"; readonly skewMs: number | undefined }
  | { readonly kind: "exports"; readonly summary: ExportSummary }
  | { readonly kind: "destination"; readonly standing: DestinationStanding }
  | { readonly kind: "workspace"; readonly standing: WorkspaceStanding }
  | { readonly kind: "replays"; readonly replays: readonly ListedReplay[] }
  | { readonly kind: "costs"; readonly findings: readonly Finding[] };

interface Named {
  readonly id: string;
  readonly name: string;
}
export interface Names {
  readonly sources: readonly Named[];
  readonly destinations: readonly Named[];
  readonly warehouses: readonly Named[];
}

function replayFinding(replay: ListedReplay, { sources, destinations }: Names): Finding[] {
  const nameOf = (list: readonly Named[], id: string): string => list.find((one) => one.id === id)?.name ?? "deleted";
  const name = replay.name ?? `Replay of ${nameOf(sources, replay.sourceId)}`;
  const subject: Subject = { kind: "replay", id: replay.id, name };
  const link = `/replays/${replay.id}`;
  if (replay.status === "failed") {
    const sentence = "The archive could not be read time after time, so it stopped.";
    const todo = "Resume it once the archive answers again; its page has the error.";
    return [{ code: "replay_failed", severity: "warning", subject, sentence, todo, link }];
  }
  const held = replay.status === "running" ? replay.progress.destinations.filter(({ state }) => state === "held") : [];
  return held.map(({ destinationId, heldBy }) => ({
    code: `replay_held:${destinationId}`,
    severity: "info",
    subject,
    sentence: `Held before ${nameOf(destinations, destinationId)}, which is ${heldBy === "destination_paused" ? "paused" : "down"}.`,
    todo: "It goes on by itself once the destination takes events again.",
    link,
  }));
}

function clientFinding(subject: Subject, skewMs: number | undefined): Finding[] {
  if (skewMs === undefined || Math.abs(skewMs) < HEALTH.clientSkewMs) return [];
  return [
    {
      code: "client_skew",
      severity: "info",
      subject,
      sentence: `The clocks of its clients are ${span(Math.abs(skewMs))} ${skewMs > 0 ? "ahead of" : "behind"} ours (the middle one of the latest events).`,
      todo: "Nothing for browsers: timestamps are corrected by it. A server of yours should have its clock set.",
      link: `/sources/${subject.id}/debugger`,
    },
  ];
}

/** What an object's answer means. `at`: our own clock. */
export function findingsOf(subject: Subject, told: Told, names: Names, at: number): Finding[] {
  switch (told.kind) {
    case "source":
      return sourceFindings(subject, told.standing, sentenceOf);
    case "intake":
      return intakeFindings(
        subject,
        { shard: told.shard, shards: told.source.shards, drainMs: told.source.drainMs },
        told.standing,
      );
    case "clients":
      return clientFinding(subject, told.skewMs);
    case "exports":
      return exportFindings(subject, told.summary, at, (follower) => {
        const found = names.warehouses.find(({ id }) => loaderName(id) === follower);
        return found === undefined ? undefined : { kind: "warehouse", id: found.id, name: found.name };
      });
    case "destination":
      return destinationFindings(subject, told.standing);
    case "workspace":
      return [...workspaceFindings(subject, told.standing), ...unknownKeyFindings(subject, told.standing)];
    case "replays":
      return told.replays.flatMap((replay) => replayFinding(replay, names));
    case "costs":
      return [...told.findings];
    default:
      return assertNever(told);
  }
}

/** `skews`: how far each object's clock is from the Worker's, ms; one word about the worst. */
export function skewFinding(skews: readonly number[], subject: Subject): Finding[] {
  const worst = skews.reduce((most, skew) => (Math.abs(skew) > Math.abs(most) ? skew : most), 0);
  if (Math.abs(worst) < HEALTH.objectSkewMs) return [];
  return [
    {
      code: "object_skew",
      severity: "warning",
      subject,
      sentence: `An object's clock is ${span(Math.abs(worst))} ${worst > 0 ? "ahead of" : "behind"} the Worker's.`,
      todo: "Times in reports are off by that much. On Cloudflare this is theirs to mend; elsewhere set the machine's clock.",
      link: "/health",
    },
  ];
}
