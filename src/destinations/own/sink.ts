import { createHash } from "node:crypto";
import { DELIVERY } from "../../core/delivery.ts";
import { keepExchange } from "../engine/network.ts";
import { perItem, type ItemResult } from "./multi-status.ts";
import { ANY_EVENT, defineOwn, WHOLE_EVENT } from "./own-kind.ts";
import { AnswerError, isSuccess, ownCall } from "./send.ts";
import { SINK_FIELDS, SinkSettings } from "./sink-settings.ts";

interface Payload {
  readonly data: Readonly<Record<string, unknown>>;
}

/** Where a messageId stands between 0 and 100. */
function percentOf(messageId: unknown): number {
  const digest = createHash("md5").update(String(messageId)).digest();
  return (digest.readUInt32BE(0) / 2 ** 32) * 100;
}

/** Whether this event fails now. */
function fails({ data }: Payload, { failPercent, recoverSeconds }: SinkSettings, now: number): boolean {
  if (percentOf(data["messageId"]) >= failPercent) return false;
  const receivedAt = Date.parse(String(data["receivedAt"]));
  return recoverSeconds === 0 || Number.isNaN(receivedAt) || now < receivedAt + recoverSeconds * 1000;
}

const resultFor = (payload: Payload, settings: SinkSettings, now: number): ItemResult =>
  fails(payload, settings, now)
    ? { status: settings.failStatus, message: "the settings let this event fail" }
    : { status: settings.status, message: "the settings answer so" };

/** Waits as long as the settings say, but no longer than a request may take or the call lasts. */
async function wait({ delayMs }: SinkSettings): Promise<void> {
  if (delayMs === 0) return;
  const signal = AbortSignal.any([ownCall().signal, AbortSignal.timeout(DELIVERY.requestTimeoutMs)]);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, delayMs);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(Object.assign(new Error("the sink was told to hang"), { name: "TimeoutError" }));
    });
  });
}

const headersOf = ({ retryAfterSeconds }: SinkSettings, result: ItemResult): Headers =>
  new Headers(retryAfterSeconds > 0 && !isSuccess(result) ? { "retry-after": String(retryAfterSeconds) } : {});

/** Leaves in the report what a request to a real destination would. */
function record(body: unknown, status: number, headers: Headers): void {
  keepExchange(ownCall(), {
    method: "POST",
    url: "https://sink.invalid/",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    response: { status, statusText: "", headers: Object.fromEntries(headers), body: "" },
  });
}

async function acceptOne(payload: Payload, settings: SinkSettings): Promise<void> {
  await wait(settings);
  const result = resultFor(payload, settings, ownCall().tools.now());
  const headers = headersOf(settings, result);
  record(payload.data, result.status, headers);
  if (!isSuccess(result)) throw new AnswerError(result.message ?? "", { status: result.status, headers });
}

async function acceptMany(payloads: readonly Payload[], settings: SinkSettings): Promise<unknown> {
  await wait(settings);
  const now = ownCall().tools.now();
  const results = payloads.map((payload) => resultFor(payload, settings, now));
  const worst = results.find((result) => !isSuccess(result)) ?? { status: settings.status };
  record(
    payloads.map(({ data }) => data),
    worst.status,
    headersOf(settings, worst),
  );
  return perItem(results);
}

/** A far end inside the collector: accepts everything, or fails as told, so that the report can be tried out. */
export const sink = defineOwn<SinkSettings>({
  facts: {
    id: "sink",
    name: "Test Sink",
    slug: "test-sink",
    description: "Accepts every event and keeps none, or answers slowly or with errors as you tell it. For trying out.",
    categories: ["Testing"],
    notes: ["Sends nothing anywhere: the answers are made up inside the collector."],
    fields: [...SINK_FIELDS],
    startsEnabled: true,
  },
  settings: SinkSettings,
  authentication: { scheme: "custom" },
  actions: {
    accept: {
      title: "Accept event",
      description: "Answers as the settings say.",
      fields: {
        data: {
          label: "Data",
          description: "The event. Its messageId decides whether it fails, its receivedAt when it recovers.",
          type: "object",
          required: true,
          default: WHOLE_EVENT,
        },
        enable_batching: {
          label: "Batch events",
          description: "Takes many events in one request, and answers for each of them.",
          type: "boolean",
          default: false,
        },
        batch_size: {
          label: "Batch size",
          description: "Most events of one batch.",
          type: "number",
          default: 100,
        },
      },
      perform: (_request, { payload, settings }) => acceptOne(payload as Payload, settings),
      performBatch: (_request, { payload, settings }) => acceptMany(payload as Payload[], settings),
    },
  },
  presets: [
    {
      actionId: "accept",
      name: "Accept every event",
      mapping: { data: WHOLE_EVENT, enable_batching: false, batch_size: 100 },
      trigger: ANY_EVENT,
    },
  ],
});
