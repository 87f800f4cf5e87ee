import * as z from "zod";
import { costReport, type CostReport } from "../core/cost-report.ts";
import { Subject } from "../core/health.ts";
import { PRICES_AS_OF } from "../core/prices.ts";
import { createApp, iso, IsoTime, route } from "./app.ts";
import type { ApiDeps } from "./deps.ts";

const Line = z.object({
  what: z.enum(["requests", "objects", "duration", "rows", "queues", "r2", "processor", "storage"]),
  /** Operations; for `processor` ms, for `duration` GB-seconds, for `storage` bytes. */
  amount: z.number(),
  dollars: z.number(),
});
const Projected = z
  .number()
  .nullable()
  .describe(
    "Dollars of the whole month at the pace of the last days; null before the first full day: too early to say.",
  );
const Row = z.object({ subject: Subject, soFar: z.number(), projected: Projected, lines: z.array(Line) });
const Cost = z.object({
  at: IsoTime,
  /** The UTC month it is about; its end is exclusive. */
  monthStart: IsoTime,
  monthEnd: IsoTime,
  /** The day the list prices were read. */
  pricesAsOf: z.iso.date(),
  soFar: z.number(),
  projected: Projected,
  budgetDollars: z.number().nullable(),
  rows: z.array(Row),
  missing: z.array(Subject),
});

export type CostAnswer = z.infer<typeof Cost>;
export type CostRowAnswer = z.infer<typeof Row>;

const show = route({
  method: "get",
  path: "/workspace/cost",
  summary: "Estimated dollars of this month by source and destination, from counted operations and list prices",
  tag: "Workspace",
  role: "viewer",
  request: {},
  data: z.object({ cost: Cost }),
});

const showCost = ({ at, monthStart, monthEnd, soFar, projected, budget, rows, missing }: CostReport) => ({
  at: iso(at),
  monthStart: iso(monthStart),
  monthEnd: iso(monthEnd),
  pricesAsOf: PRICES_AS_OF,
  soFar,
  projected,
  budgetDollars: budget,
  rows: rows.map((row) => ({
    subject: { ...row.subject },
    soFar: row.soFar,
    projected: row.projected,
    lines: row.lines.map((line) => ({ ...line })),
  })),
  missing: missing.map((subject) => ({ ...subject })),
});

/** What does this cost? */
export const costRoutes = ({ cost }: Pick<ApiDeps, "cost">) =>
  createApp().openapi(show, async (c) => c.json({ data: { cost: showCost(await costReport(cost)) } }, 200));
