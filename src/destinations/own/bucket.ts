import { createHash } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import { keepExchange } from "../engine/network.ts";
import { BUCKET_FIELDS, BUCKET_PLACE, BucketSettings } from "./bucket-settings.ts";
import { objectsOf, type BucketObject } from "./bucket-objects.ts";
import { perItem, type ItemResult } from "./multi-status.ts";
import { ANY_EVENT, defineOwn, WHOLE_EVENT } from "./own-kind.ts";
import { AnswerError, failed, isSuccess, ownCall, send, type Answer } from "./send.ts";

interface Payload {
  readonly data: Readonly<Record<string, unknown>>;
}

/** Events of one object at most; a page of lines holds no more. */
const EVENTS_PER_OBJECT = 1000;

interface StoredObject {
  readonly key: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(new TextEncoder().encode(text));

/** Each part of a key is escaped as AWS wants it; the slashes between them stay. */
const escapeKey = (key: string): string =>
  key
    .split("/")
    .map((part) =>
      encodeURIComponent(part).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join("/");

function urlOf({ endpoint, bucket }: BucketSettings, key: string): string {
  const host = endpoint.includes(BUCKET_PLACE)
    ? endpoint.replace(BUCKET_PLACE, bucket)
    : `${endpoint.replace(/\/+$/, "")}/${bucket}`;
  return `${host.replace(/\/+$/, "")}/${escapeKey(key)}`;
}

/** `20261122T120000Z`: the time of AWS's signatures. */
const amzTime = (ms: number): string => new Date(ms).toISOString().replaceAll(/[:-]|\.\d{3}/g, "");

async function putSigned({ key, body, contentType }: StoredObject, settings: BucketSettings): Promise<Answer> {
  const { accessKeyId, secretAccessKey, region } = settings;
  const signer = new AwsV4Signer({
    method: "PUT",
    url: urlOf(settings, key),
    headers: {
      "content-type": contentType,
      "x-amz-content-sha256": createHash("sha256").update(body).digest("hex"),
    },
    body,
    accessKeyId,
    secretAccessKey,
    service: "s3",
    region: region === "" ? "auto" : region,
    datetime: amzTime(ownCall().tools.now()),
  });
  const { url, method, headers } = await signer.sign();
  return send({ url: url.href, method, headers, body, secrets: [secretAccessKey] });
}

/** Puts the object by signed request, or through the R2 binding. @throws AnswerError and what `send` throws */
async function put(object: StoredObject, settings: BucketSettings): Promise<void> {
  if (settings.binding === "") {
    const answer = await putSigned(object, settings);
    if (!isSuccess(answer)) throw failed(answer);
    return;
  }
  const stored = await putBound(object, settings.binding);
  if (stored?.ok === true) return;
  const why = stored?.error ?? "this collector has no R2 bindings for destinations";
  throw new AnswerError(why, { status: 404, headers: new Headers() });
}

/** Noted as a request is: a put that fails may have stored the object, so the batch keeps together and its name. */
async function putBound({ key, body, contentType }: StoredObject, binding: string) {
  const call = ownCall();
  const url = `r2://${binding}/${key}`;
  const headers = { "content-type": contentType };
  const exchange = keepExchange(call, { method: "PUT", url, headers, body: `(${body.byteLength} bytes)` });
  try {
    return await call.tools.putObject?.(binding, key, body, contentType);
  } catch (error) {
    exchange.error = error instanceof Error ? error.message : String(error);
    throw error;
  }
}

async function store({ key, text }: BucketObject, settings: BucketSettings): Promise<void> {
  const body = settings.compress ? await gzip(text) : utf8(text);
  await put({ key, body, contentType: settings.compress ? "application/gzip" : "application/x-ndjson" }, settings);
}

const storedObjects = (payloads: readonly Payload[], { prefix, compress }: BucketSettings): BucketObject[] =>
  objectsOf(
    payloads.map(({ data }) => data),
    prefix,
    compress ? "gz" : "ndjson",
  );

/** A batch may hold events of several days, and so become several objects; each is told of for itself. */
async function storeMany(payloads: readonly Payload[], settings: BucketSettings): Promise<unknown> {
  const objects = storedObjects(payloads, settings);
  const results: ItemResult[] = payloads.map(() => ({ status: 200 }));
  for (const object of objects) {
    try {
      await store(object, settings);
    } catch (error) {
      if (!(error instanceof AnswerError) || objects.length === 1) throw error;
      for (const index of object.indices) results[index] = { status: error.status, message: error.message };
    }
  }
  return perItem(results);
}

/** The key that testing a connection writes, again and again; nothing else is asked of a key than to put objects. */
const TEST_OBJECT = "inlet-connection-test.txt";

function putTest(settings: BucketSettings): Promise<void> {
  const prefix = settings.prefix.replaceAll(/^\/+|\/+$/g, "");
  const key = prefix === "" ? TEST_OBJECT : `${prefix}/${TEST_OBJECT}`;
  return put({ key, body: utf8("Inlet may put objects here.\n"), contentType: "text/plain" }, settings);
}

/** Files of lines in a bucket, in the layout of Segment's S3 destination. */
export const bucket = defineOwn<BucketSettings>({
  facts: {
    id: "bucket",
    name: "Bucket",
    slug: "bucket",
    description:
      "Puts events as files of JSON lines into R2 or any bucket that speaks S3, laid out as Segment's S3 destination does.",
    categories: ["Raw Data", "Storage"],
    notes: [
      "Unlike Segment's S3 destination it honours the integrations object, consent and filters; the archive in inlet-archive holds everything.",
      "One file for each batch of a delivery: up to 1000 events or 2 MB.",
    ],
    fields: [...BUCKET_FIELDS],
    startsEnabled: true,
  },
  settings: BucketSettings,
  authentication: { scheme: "custom", testAuthentication: (_request, { settings }) => putTest(settings) },
  actions: {
    store: {
      title: "Store events",
      description: "Writes one object for each batch.",
      fields: {
        data: {
          label: "Data",
          description: "What becomes a line. Its projectId and receivedAt decide where it is put.",
          type: "object",
          required: true,
          default: WHOLE_EVENT,
        },
        enable_batching: {
          label: "Batch events",
          description: "Off, each event becomes an object of its own.",
          type: "boolean",
          default: true,
        },
        batch_size: {
          label: "Batch size",
          description: "Most events of one object.",
          type: "number",
          default: EVENTS_PER_OBJECT,
        },
      },
      perform: async (_request, { payload, settings }) => {
        for (const object of storedObjects([payload as Payload], settings)) await store(object, settings);
      },
      performBatch: (_request, { payload, settings }) => storeMany(payload as Payload[], settings),
    },
  },
  presets: [
    {
      actionId: "store",
      name: "Store every event",
      mapping: { data: WHOLE_EVENT, enable_batching: true, batch_size: EVENTS_PER_OBJECT },
      trigger: ANY_EVENT,
    },
  ],
});
