import { env, exports } from "cloudflare:workers";

export const ORIGIN = "https://inlet.test";

/** JSON of which a test knows the shape better than the compiler: it reads what it states. */
export interface Json {
  readonly [key: string]: Json;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly data: Json;
  readonly errors: readonly { readonly type: string; readonly message: string; readonly field?: string }[];
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = text !== "" && (response.headers.get("content-type")?.includes("json") ?? false);
  const body = isJson ? JSON.parse(text) : {};
  return { status: response.status, headers: response.headers, text, data: body.data ?? {}, errors: body.errors ?? [] };
}

/** One call of the control plane with exactly these headers. A string body is sent as it is. */
export async function call(
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const text = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
  const init = { method, headers: { "cf-connecting-ip": "192.0.2.1", ...headers }, redirect: "manual" as const };
  const request = new Request(`${ORIGIN}/api${path}`, text === undefined ? init : { ...init, body: text });
  return answerOf(await exports.default.fetch(request));
}

/** The same as the owner, with the admin token. */
export const api = (method: string, path: string, body?: unknown): Promise<Answer> =>
  call(method, path, {
    headers: { authorization: `Bearer ${env.INLET_ADMIN_TOKEN}`, "content-type": "application/json" },
    body,
  });

/** Makes a source and returns it as the API shows it. */
export async function makeSource(input: Record<string, unknown> = { name: "Shop" }): Promise<Json> {
  const { status, data, text } = await api("POST", "/sources", input);
  if (status !== 200 || data["source"] === undefined) throw new Error(`${status} ${text}`);
  return data["source"];
}

export interface Described {
  readonly method: string;
  readonly path: string;
}

/** Every operation that openapi.json describes. */
export async function describedRoutes(): Promise<Described[]> {
  const { text } = await call("GET", "/openapi.json");
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => ({ method: method.toUpperCase(), path })),
  );
}

/** The path of a destination, and below it. */
export const at = (destination: Json, rest = ""): string => `/destinations/${String(destination["id"])}${rest}`;

/** Connects a webhook to a source (a new one unless the body names one) and returns it as the API shows it. */
export async function connectWebhook(body: Record<string, unknown> = {}): Promise<Json> {
  const named = "sourceId" in body || "sourceIds" in body;
  const source = named ? {} : { sourceId: (await makeSource())["id"] };
  const settings = { url: "https://hooks.example/in" };
  const answer = await api("POST", "/destinations", {
    metadataId: "webhook",
    name: "Orders",
    settings,
    ...source,
    ...body,
  });
  if (answer.data["destination"] === undefined) throw new Error(answer.text);
  return answer.data["destination"];
}
