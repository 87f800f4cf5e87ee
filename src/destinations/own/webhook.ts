import { ANY_EVENT, defineOwn, WHOLE_EVENT } from "./own-kind.ts";
import { failed, isSuccess, ownCall, send } from "./send.ts";
import { WEBHOOK_FIELDS, WebhookSettings } from "./webhook-settings.ts";

interface Payload {
  readonly data: Readonly<Record<string, unknown>>;
}

async function headersFor(body: string, settings: WebhookSettings): Promise<Headers> {
  const headers = new Headers({ "content-type": "application/json", "user-agent": "Inlet" });
  for (const given of [settings.headers, settings.secretHeaders]) {
    for (const [name, value] of Object.entries(given)) headers.set(name, value);
  }
  if (settings.sharedSecret) {
    headers.set("x-signature", await ownCall().tools.hmacSha1Hex(settings.sharedSecret, body));
  }
  return headers;
}

/** Each event as one request with its JSON as the body, signed as Segment signs it (destinations.md §7.7). */
async function sendOne({ data }: Payload, settings: WebhookSettings): Promise<void> {
  const { url, method, secretHeaders, sharedSecret } = settings;
  const body = JSON.stringify(data);
  const headers = await headersFor(body, settings);
  const answer = await send({ url, method, headers, body, secretHeaders, secrets: [sharedSecret ?? ""] });
  if (!isSuccess(answer)) throw failed(answer);
}

export const webhook = defineOwn<WebhookSettings>({
  facts: {
    id: "webhook",
    name: "Webhooks",
    slug: "webhooks",
    description: "Sends every event as JSON to a URL of yours, signed when you set a shared secret.",
    categories: ["Raw Data"],
    notes: [],
    fields: [...WEBHOOK_FIELDS],
    startsEnabled: true,
  },
  settings: WebhookSettings,
  authentication: { scheme: "custom" },
  actions: {
    send: {
      title: "Send event",
      description: "One request for each event.",
      fields: {
        data: {
          label: "Data",
          description: "The JSON object that is sent: the whole event, unless you choose parts of it.",
          type: "object",
          required: true,
          default: WHOLE_EVENT,
        },
      },
      perform: (_request, { payload, settings }) => sendOne(payload as Payload, settings),
    },
  },
  presets: [{ actionId: "send", name: "Send every event", mapping: { data: WHOLE_EVENT }, trigger: ANY_EVENT }],
});
