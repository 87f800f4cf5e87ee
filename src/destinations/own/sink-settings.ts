import * as z from "zod";
import type { DestinationField } from "../../core/destination-kind.ts";

export const SINK_LIMITS = { delayMs: 30_000, seconds: 86_400 } as const;

const Status = z.coerce.number().int().min(200).max(599);

export const SinkSettings = z.object({
  /** What is answered to events that are not chosen to fail. */
  status: Status.default(200),
  delayMs: z.coerce.number().int().min(0).max(SINK_LIMITS.delayMs).default(0),
  /** Share of the events that fail, 0 to 100: the messageId decides, so the same ones each time. */
  failPercent: z.coerce.number().min(0).max(100).default(0),
  failStatus: Status.default(500),
  /** Seconds after an event was received until it fails no more; 0: never. */
  recoverSeconds: z.coerce.number().int().min(0).max(SINK_LIMITS.seconds).default(0),
  /** Sent as Retry-After with failures; 0: none. */
  retryAfterSeconds: z.coerce.number().int().min(0).max(SINK_LIMITS.seconds).default(0),
});
export type SinkSettings = z.infer<typeof SinkSettings>;

type Numeric = Pick<DestinationField, "name" | "label" | "description" | "defaultValue">;
const number = (field: Numeric): DestinationField => ({ ...field, type: "number", required: false, secret: false });

export const SINK_FIELDS: readonly DestinationField[] = [
  number({
    name: "status",
    label: "Answer",
    description: "The HTTP status that events are answered with. 200 accepts them.",
    defaultValue: 200,
  }),
  number({
    name: "delayMs",
    label: "Delay",
    description: `Milliseconds before each answer, at most ${SINK_LIMITS.delayMs}. More than 10000 plays a destination that hangs.`,
    defaultValue: 0,
  }),
  number({
    name: "failPercent",
    label: "Failing share",
    description:
      "Percent of the events that fail. The messageId decides which, so it is the same ones at each attempt.",
    defaultValue: 0,
  }),
  number({
    name: "failStatus",
    label: "Answer to failing events",
    description: "429 and 500 are tried again, 400 is given up at once.",
    defaultValue: 500,
  }),
  number({
    name: "recoverSeconds",
    label: "Recovers after",
    description: "Seconds after an event was received until it fails no more. 0: it never recovers.",
    defaultValue: 0,
  }),
  number({
    name: "retryAfterSeconds",
    label: "Retry-After",
    description: "Seconds that a failing answer asks to wait. 0: it does not ask.",
    defaultValue: 0,
  }),
];
