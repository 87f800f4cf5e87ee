import * as z from "zod";
import { checkHealth, type HealthReport } from "../core/health-check.ts";
import { Severity, Subject, type Finding } from "../core/health.ts";
import { createApp, iso, isoField, IsoTime, route } from "./app.ts";
import type { ApiDeps } from "./deps.ts";

const ShownFinding = z.object({
  code: z.string(),
  severity: Severity,
  subject: Subject,
  sentence: z.string(),
  todo: z.string(),
  /** Path in the console. */
  link: z.string(),
  since: IsoTime.optional(),
  nextAt: IsoTime.optional(),
});
export type ShownFinding = z.infer<typeof ShownFinding>;

const ShownShard = z.object({
  sourceId: z.string(),
  shard: z.int(),
  waitingEvents: z.int(),
  waitingBytes: z.int(),
  oldestWaitingAt: IsoTime.optional(),
  unconfirmedSegments: z.int(),
  oldestUnconfirmedAt: IsoTime.optional(),
});
const ShownDestination = z.object({
  destinationId: z.string(),
  waiting: z.int(),
  retrying: z.int(),
  oldestUndeliveredAt: IsoTime.optional(),
  deliveredLastDay: z.int(),
  abandonedLastDay: z.int(),
});

const Health = z.object({
  at: IsoTime,
  /** `well` when nothing but infos was found. */
  status: z.enum(["well", "warning", "critical"]),
  findings: z.array(ShownFinding),
  looked: z.object({ sources: z.int(), shards: z.int(), destinations: z.int() }),
  /** Questions that were not asked: there were too many, or the time was up. */
  unasked: z.int(),
  shards: z.array(ShownShard),
  destinations: z.array(ShownDestination),
});

export type HealthAnswer = z.infer<typeof Health>;

const show = route({
  method: "get",
  path: "/workspace/health",
  summary: "What holds events up: backlogs, failing destinations, late exports, with what to do about each",
  tag: "Workspace",
  role: "viewer",
  request: {},
  data: z.object({ health: Health }),
});

const showFinding = ({ code, severity, subject, sentence, todo, link, since, nextAt }: Finding): ShownFinding => ({
  code,
  severity,
  subject: { ...subject },
  sentence,
  todo,
  link,
  ...isoField("since", since),
  ...isoField("nextAt", nextAt),
});

const showHealth = ({ at, status, findings, looked, unasked, shards, destinations }: HealthReport) => ({
  at: iso(at),
  status,
  findings: findings.map(showFinding),
  looked: { ...looked },
  unasked,
  shards: shards.map(({ source, shard, standing }) => ({
    sourceId: source.id,
    shard,
    waitingEvents: standing.waitingEvents,
    waitingBytes: standing.waitingBytes,
    ...isoField("oldestWaitingAt", standing.oldestWaitingAt),
    unconfirmedSegments: standing.unconfirmed,
    ...isoField("oldestUnconfirmedAt", standing.oldestUnconfirmedAt),
  })),
  destinations: destinations.map(({ destination, standing }) => ({
    destinationId: destination.id,
    waiting: standing.waiting,
    retrying: standing.retrying,
    ...isoField("oldestUndeliveredAt", standing.oldestAt),
    deliveredLastDay: standing.day.delivered,
    abandonedLastDay: standing.day.abandoned,
  })),
});

/** Is everything flowing, and if not, what is to be done? */
export const healthRoutes = ({ health }: Pick<ApiDeps, "health">) =>
  createApp().openapi(show, async (c) => c.json({ data: { health: showHealth(await checkHealth(health)) } }, 200));
