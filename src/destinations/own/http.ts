import { getToken } from "./http-oauth.ts";
import { batchBodyOf, bodyOf, headersOf, targetOf, type Body, type HttpPayload } from "./http-request.ts";
import { HTTP_FIELDS, HttpSettings, parseStatuses, usesOAuth } from "./http-settings.ts";
import { defineOwn, WHOLE_EVENT } from "./own-kind.ts";
import { AnswerError, failed, send, type Answer } from "./send.ts";

const BATCH_KEYS = ["method", "path", "query", "headers", "format", "batch_format"];

const isTaken = ({ status }: Answer, { successStatuses }: HttpSettings): boolean =>
  (parseStatuses(successStatuses) ?? []).some(([low, high]) => low <= status && status <= high);

/** An event must not go out before there is a token; the engine gets one when it hears of 401. */
const noToken = (): AnswerError => new AnswerError("there is no token yet", { status: 401, headers: new Headers() });

interface Sending {
  readonly payload: HttpPayload;
  readonly body: Body | undefined;
  readonly settings: HttpSettings;
  readonly token: string | undefined;
}

async function request({ payload, body, settings, token }: Sending): Promise<void> {
  const url = targetOf(settings, payload).href;
  const headers = headersOf(settings, payload, body?.contentType);
  const secretHeaders = { ...settings.secretHeaders };
  if (usesOAuth(settings)) {
    if (token === undefined) throw noToken();
    headers.set("authorization", `Bearer ${token}`);
    secretHeaders["authorization"] = `Bearer ${token}`;
  }
  const method = payload.method ?? "POST";
  const answer = await send({
    url,
    method,
    headers,
    secretHeaders,
    ...(body === undefined ? {} : { body: body.text }),
  });
  if (!isTaken(answer, settings)) throw failed(answer);
}

/** Whether the API can be spoken to at all: OPTIONS changes nothing anywhere. */
async function probe(settings: HttpSettings): Promise<void> {
  if (usesOAuth(settings)) return void (await getToken(settings));
  const { url, secretHeaders } = settings;
  const answer = await send({ url, method: "OPTIONS", headers: headersOf(settings, {}, undefined), secretHeaders });
  if (answer.status === 401 || answer.status === 403) throw failed(answer);
}

/** Any HTTP API: path, query, headers and body are mapped from the event. */
export const http = defineOwn<HttpSettings>({
  facts: {
    id: "http",
    name: "HTTP API",
    slug: "http-api",
    description: "Sends requests to any HTTP API, with path, query, headers and body made of the event as you map it.",
    categories: ["Raw Data"],
    notes: [
      "Redirects are not followed.",
      "Without OAuth, testing the connection sends OPTIONS to the base URL and looks for 401 and 403.",
    ],
    fields: [...HTTP_FIELDS],
    startsEnabled: false,
  },
  settings: HttpSettings,
  authentication: { scheme: "custom", testAuthentication: (_request, { settings }) => probe(settings) },
  authenticationFor: (settings) => ({
    scheme: usesOAuth(settings) ? "oauth2" : "custom",
    testAuthentication: () => probe(settings),
    ...(usesOAuth(settings) ? { refreshAccessToken: async () => ({ accessToken: await getToken(settings) }) } : {}),
  }),
  actions: {
    send: {
      title: "Send request",
      description: "One request for each event, or for each batch of them.",
      defaultSubscription: 'type = "track"',
      fields: {
        method: {
          label: "Method",
          description: "GET and DELETE have no body.",
          type: "string",
          choices: ["POST", "PUT", "PATCH", "DELETE", "GET"].map((value) => ({ label: value, value })),
          default: "POST",
        },
        path: {
          label: "Path",
          description: "Put behind the base URL. A text with fields may name parts of the event: users/{{userId}}.",
          type: "string",
          default: "",
        },
        query: {
          label: "Query",
          description: "Parameters of the URL, escaped as needed.",
          type: "object",
          additionalProperties: true,
          defaultObjectUI: "keyvalue",
        },
        headers: {
          label: "Headers",
          description: "Those of the settings win over these.",
          type: "object",
          additionalProperties: true,
          defaultObjectUI: "keyvalue",
        },
        format: {
          label: "Format",
          description: "What the body is.",
          type: "string",
          choices: [
            { label: "JSON", value: "json" },
            { label: "Form", value: "form" },
            { label: "Text", value: "text" },
          ],
          default: "json",
        },
        body: {
          label: "Body",
          description: "For JSON and forms: the whole event, unless you choose parts of it.",
          type: "object",
          additionalProperties: true,
          default: WHOLE_EVENT,
        },
        text: { label: "Text", description: "The body, when its format is text.", type: "text" },
        enable_batching: {
          label: "Batch events",
          description: "Sends many events in one request. JSON only.",
          type: "boolean",
          default: false,
        },
        batch_format: {
          label: "Batch format",
          description: "How the bodies of a batch are put together.",
          type: "string",
          choices: [
            { label: "JSON array", value: "array" },
            { label: "One JSON a line", value: "ndjson" },
          ],
          default: "array",
        },
        batch_size: {
          label: "Batch size",
          description: "Most events of one request.",
          type: "number",
          default: 100,
        },
        batch_keys: {
          label: "Batch keys",
          description: "Events of one batch have the same values of these.",
          type: "string",
          multiple: true,
          unsafe_hidden: true,
          default: BATCH_KEYS,
        },
      },
      perform: (_request, { payload, settings, auth }) =>
        request({ payload, body: bodyOf(payload as HttpPayload), settings, token: auth?.accessToken }),
      performBatch: (_request, { payload, settings, auth }) => {
        const payloads = payload as HttpPayload[];
        return request({ payload: payloads[0]!, body: batchBodyOf(payloads), settings, token: auth?.accessToken });
      },
    },
  },
  presets: [
    {
      actionId: "send",
      name: "Send every track call",
      mapping: {
        method: "POST",
        path: "",
        format: "json",
        body: WHOLE_EVENT,
        enable_batching: false,
        batch_format: "array",
        batch_size: 100,
        batch_keys: BATCH_KEYS,
      },
      trigger: 'type = "track"',
    },
  ],
});
