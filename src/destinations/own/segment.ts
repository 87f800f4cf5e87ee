import { perItem, type ItemResult } from "./multi-status.ts";
import { ANY_EVENT, defineOwn, WHOLE_EVENT } from "./own-kind.ts";
import { BYTES_PER_BATCH, divide, MESSAGES_PER_BATCH, messageOf } from "./segment-batch.ts";
import { hostOf, SEGMENT_FIELDS, SegmentSettings, SETTINGS_HOST } from "./segment-settings.ts";
import { failed, isSuccess, ownCall, refusePayload, send, type Answer } from "./send.ts";

interface Payload {
  readonly data: Readonly<Record<string, unknown>>;
}

const TOO_LARGE = "the event is larger than the 32 kB that Segment takes";

async function post(texts: readonly string[], settings: SegmentSettings): Promise<Answer> {
  const authorization = `Basic ${btoa(`${settings.writeKey}:`)}`;
  const headers = new Headers({ "content-type": "application/json", "user-agent": "Inlet", authorization });
  const sentAt = new Date(ownCall().tools.now()).toISOString();
  const body = `{"batch":[${texts.join(",")}],"sentAt":${JSON.stringify(sentAt)}}`;
  return send({
    url: `${hostOf(settings)}/v1/batch`,
    method: "POST",
    headers,
    body,
    secretHeaders: { authorization },
    secrets: [settings.writeKey],
  });
}

async function sendOne({ data }: Payload, settings: SegmentSettings): Promise<void> {
  const { batches } = divide([messageOf(data)]);
  if (batches[0] === undefined) throw refusePayload(TOO_LARGE);
  const answer = await post(batches[0].texts, settings);
  if (!isSuccess(answer)) throw failed(answer);
}

/** A batch that fails when others have been taken is told of its own events; the engine tries only those again. */
async function sendMany(payloads: readonly Payload[], settings: SegmentSettings): Promise<unknown> {
  const { batches, tooLarge } = divide(payloads.map(({ data }) => messageOf(data)));
  const results: ItemResult[] = payloads.map(() => ({ status: 200 }));
  for (const index of tooLarge) results[index] = { status: 400, message: TOO_LARGE };
  for (const { indices, texts } of batches) {
    const answer = await post(texts, settings);
    if (isSuccess(answer)) continue;
    if (batches.length === 1 && tooLarge.length === 0) throw failed(answer);
    for (const index of indices) results[index] = { status: answer.status, message: failed(answer).message };
  }
  return perItem(results);
}

/** Segment publishes the settings of every source under its write key. */
async function checkWriteKey(settings: SegmentSettings): Promise<void> {
  if (settings.endpoint !== "") return;
  const url = `${SETTINGS_HOST}/v1/projects/${encodeURIComponent(settings.writeKey)}/settings`;
  const headers = new Headers({ "user-agent": "Inlet" });
  const answer = await send({ url, method: "GET", headers, secrets: [settings.writeKey] });
  if (answer.status === 404) throw new Error("Segment knows no source with this write key");
  if (!isSuccess(answer)) throw failed(answer);
}

/** Passes events on to a source in a Segment workspace, as if its own libraries had sent them. */
export const segment = defineOwn<SegmentSettings>({
  facts: {
    id: "segment",
    name: "Segment Workspace",
    slug: "segment-workspace",
    description:
      "Passes every event on to a source in a Segment workspace, with its messageId, time, context and integrations.",
    categories: ["Raw Data"],
    website: "https://segment.com",
    notes: [
      "Segment counts what it receives: users, events and its own filters apply there too.",
      "With another endpoint, testing the connection checks the settings only.",
    ],
    fields: [...SEGMENT_FIELDS],
    startsEnabled: true,
  },
  settings: SegmentSettings,
  authentication: {
    scheme: "custom",
    testAuthentication: (_request, { settings }) => checkWriteKey(settings),
  },
  actions: {
    send: {
      title: "Send event",
      description: "Sends events to /v1/batch, at most 100 and 500 kB at a time.",
      fields: {
        data: {
          label: "Data",
          description: "The event. What Segment adds itself, such as receivedAt, is taken out.",
          type: "object",
          required: true,
          default: WHOLE_EVENT,
        },
        enable_batching: {
          label: "Batch events",
          description: "Sends many events in one request.",
          type: "boolean",
          default: true,
        },
        batch_size: {
          label: "Batch size",
          description: "Most events of one request.",
          type: "number",
          default: MESSAGES_PER_BATCH,
        },
        batch_bytes: {
          label: "Batch bytes",
          description: "Most bytes of one request's events.",
          type: "number",
          default: BYTES_PER_BATCH,
          unsafe_hidden: true,
        },
      },
      perform: (_request, { payload, settings }) => sendOne(payload as Payload, settings),
      performBatch: (_request, { payload, settings }) => sendMany(payload as Payload[], settings),
    },
  },
  presets: [
    {
      actionId: "send",
      name: "Send every event",
      mapping: {
        data: WHOLE_EVENT,
        enable_batching: true,
        batch_size: MESSAGES_PER_BATCH,
        batch_bytes: BYTES_PER_BATCH,
      },
      trigger: ANY_EVENT,
    },
  ],
});
