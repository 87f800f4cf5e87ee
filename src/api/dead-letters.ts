import * as z from "zod";
import { defined } from "../core/defined.ts";
import type { LetterCriteria, ListedLetters, ResendRecord } from "../core/dead-letter.ts";
import { explainReason } from "../core/reasons.ts";
import { expiredDaysBefore } from "../core/retention.ts";
import {
  createApp,
  iso,
  isoField,
  IsoTime,
  json,
  OpenPagination,
  openPagination,
  PageParams,
  QueryTime,
  route,
} from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { DestinationParams } from "./destination-view.ts";
import { invalid, notThere, unwrap } from "./problem.ts";

/** Events of one page: each may hold 32 kB. */
const MAX_LETTERS = 100;

const Criteria = z.object({
  reason: z.string().min(1).max(200).optional(),
  startTime: QueryTime.optional().describe("Inclusive."),
  endTime: QueryTime.optional().describe("Exclusive."),
});
const Reason = z.object({ reason: z.string(), sentence: z.string(), count: z.int() });
const LetterObject = z.object({
  key: z.string(),
  at: IsoTime,
  segmentKey: z.string(),
  replayId: z.string().optional(),
  reasons: z.array(Reason),
  lines: z.int(),
  subscriptionIds: z.array(z.string()),
  resentAs: z.array(z.string()),
});
const Letter = z.object({
  reason: z.string(),
  sentence: z.string(),
  detail: z.string(),
  at: z.string(),
  attempts: z.int(),
  segmentKey: z.string(),
  line: z.int(),
  subscriptionId: z.string().optional(),
  messageId: z.string().optional(),
  event: z.unknown(),
});
const Resend = z.object({
  id: z.string(),
  at: IsoTime,
  criteria: Criteria.extend({ again: z.boolean().optional() }),
  opening: z.boolean(),
  objects: z.int(),
  lines: z.int(),
  delivered: z.int(),
  abandoned: z.int(),
  dropped: z.int(),
  waiting: z.int(),
});

const list = route({
  method: "get",
  path: "/destinations/{destinationId}/dead-letters",
  role: "viewer",
  summary: "What was given up, the newest first: one entry per object in the archive",
  tag: "Dead letters",
  request: { params: DestinationParams, query: PageParams.extend(Criteria.shape) },
  data: z.object({ deadLetters: z.array(LetterObject), pagination: OpenPagination }),
});
const lines = route({
  method: "get",
  path: "/destinations/{destinationId}/dead-letters/lines",
  role: "viewer",
  summary: "The events of one object of dead letters, with why each was given up",
  tag: "Dead letters",
  request: {
    params: DestinationParams,
    query: z.object({
      key: z.string().min(1).max(500),
      "pagination[count]": z.coerce.number().int().min(1).max(MAX_LETTERS).default(MAX_LETTERS),
      "pagination[cursor]": z
        .string()
        .regex(/^\d{1,6}$/)
        .optional(),
    }),
  },
  data: z.object({ letters: z.array(Letter), pagination: OpenPagination }),
});
const resend = route({
  method: "post",
  path: "/destinations/{destinationId}/resends",
  summary: "Send dead letters again, each delivery once; `again` also those that an earlier re-send has taken",
  tag: "Dead letters",
  request: {
    params: DestinationParams,
    body: { ...json(Criteria.extend({ again: z.boolean().optional() })), required: false },
  },
  data: z.object({ resend: Resend }),
});
const resends = route({
  method: "get",
  path: "/destinations/{destinationId}/resends",
  role: "viewer",
  summary: "Re-sends and how far each is, the newest first",
  tag: "Dead letters",
  request: { params: DestinationParams },
  data: z.object({ resends: z.array(Resend) }),
});

/** Times as ms; a window that is none is refused. */
function criteriaOf({ reason, startTime, endTime }: z.infer<typeof Criteria>): LetterCriteria {
  const from = startTime === undefined ? undefined : Date.parse(startTime);
  const to = endTime === undefined ? undefined : Date.parse(endTime);
  if (from !== undefined && to !== undefined && from >= to) throw invalid("The window is empty.", "endTime");
  return { ...defined("reason", reason), ...defined("from", from), ...defined("to", to) };
}

const showObject = ({
  at,
  reasons,
  subscriptionIds,
  resentAs,
  ...rest
}: ListedLetters): z.infer<typeof LetterObject> => ({
  ...rest,
  at: iso(at),
  reasons: Object.entries(reasons).map(([reason, count]) => ({
    reason,
    sentence: explainReason(reason).sentence,
    count,
  })),
  subscriptionIds: [...subscriptionIds],
  resentAs: [...resentAs],
});

function showResend({ at, criteria, ...rest }: ResendRecord): z.infer<typeof Resend> {
  const { reason, from, to, again } = criteria;
  return {
    ...rest,
    at: iso(at),
    criteria: {
      ...defined("reason", reason),
      ...isoField("startTime", from),
      ...isoField("endTime", to),
      ...defined("again", again),
    },
  };
}

export const deadLetterRoutes = (deps: ApiDeps) => {
  const idOf = async (destinationId: string) => unwrap(await deps.catalog().getDestination(destinationId)).id;
  const whyGone = async (key: string): Promise<string> => {
    const { retentionDays } = await deps.catalog().workspace();
    const day = Number(key.split("/")[2]);
    return day < (expiredDaysBefore(retentionDays, deps.now()) ?? 0)
      ? `Their retention of ${retentionDays} days is over, so these dead letters were deleted.`
      : "There are no such dead letters.";
  };
  return createApp()
    .openapi(list, async (c) => {
      const query = c.req.valid("query");
      const { "pagination[count]": limit, "pagination[cursor]": cursor } = query;
      const id = await idOf(c.req.valid("param").destinationId);
      const page = await deps.ledgers.deadLetters(id, { ...criteriaOf(query), limit, ...defined("cursor", cursor) });
      const pagination = openPagination({ ...defined("cursor", cursor) }, page.next);
      return c.json({ data: { deadLetters: page.objects.map(showObject), pagination } }, 200);
    })
    .openapi(lines, async (c) => {
      const { key, "pagination[count]": count, "pagination[cursor]": cursor = "0" } = c.req.valid("query");
      const id = await idOf(c.req.valid("param").destinationId);
      // The archive holds everybody's events: only what was written for this destination is shown.
      const page = key.startsWith(`dead-letters/${id}/`)
        ? await deps.ledgers.readLetters(key, Number(cursor), count)
        : null;
      if (page === null) throw notThere(await whyGone(key));
      const letters = page.letters.map((letter) => ({ ...letter, sentence: explainReason(letter.reason).sentence }));
      const next = page.more ? String(Number(cursor) + letters.length) : undefined;
      return c.json({ data: { letters, pagination: openPagination({ cursor }, next) } }, 200);
    })
    .openapi(resend, async (c) => {
      const { again, ...criteria } = c.req.valid("json") ?? {};
      const id = await idOf(c.req.valid("param").destinationId);
      const request = { id: deps.newResendId(), ...criteriaOf(criteria), ...defined("again", again) };
      return c.json({ data: { resend: showResend(await deps.ledgers.resend(id, request)) } }, 200);
    })
    .openapi(resends, async (c) => {
      const all = await deps.ledgers.resends(await idOf(c.req.valid("param").destinationId));
      return c.json({ data: { resends: all.map(showResend) } }, 200);
    });
};
