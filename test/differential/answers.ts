import { REFRESHED, type Answer } from "./case.ts";

/** What the capturing server does with one request. */
export type Reply =
  | "hang"
  | "break"
  | {
      readonly status: number;
      readonly statusText: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    };

export interface Asked {
  readonly url: string;
  /** Everything that was sent, as text: a token counts wherever it stands. */
  readonly text: string;
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  207: "Multi-Status",
  307: "Temporary Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  413: "Payload Too Large",
  422: "Unprocessable Entity",
  423: "Locked",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
};

const JSON_TYPE = "application/json; charset=utf-8";
const ITEM = {
  id: "item-1",
  name: "one",
  email: "ada@example.com",
  status: "success",
  success: true,
  code: "SUCCESS",
  key: "email",
  value: "1",
  properties: { email: "ada@example.com" },
};

/** An answer with most of what the catalogue's code looks for, so that flows of several requests go on. */
const GENEROUS = {
  ...ITEM,
  access_token: REFRESHED,
  accessToken: REFRESHED,
  refresh_token: "refresh-after-refresh",
  token: REFRESHED,
  token_type: "Bearer",
  expires_in: 3600,
  instance_url: "https://instance.example.com",
  ok: true,
  message: "success",
  data: [ITEM],
  results: [{ ...ITEM, properties: { email: "ada@example.com" } }],
  result: [ITEM],
  items: [ITEM],
  elements: [{ id: 7, name: "one" }],
  users: [ITEM],
  lists: [ITEM],
  audiences: [ITEM],
  external_id: "ext-1",
  audienceId: "aud-1",
  request_id: "req-1",
  requestId: "req-1",
  total: 1,
  count: 1,
  errors: [],
  FailedRecordCount: 0,
  FailedEntryCount: 0,
  Records: [],
  Entries: [],
};

/** What AWS STS gives for AssumeRole. */
const ASSUMED_ROLE = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser>
<AssumedRoleId>ARO123:inlet</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/inlet/inlet</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>ASIATEST</AccessKeyId><SecretAccessKey>secret-of-sts</SecretAccessKey>
<SessionToken>session-of-sts</SessionToken><Expiration>2026-11-20T13:00:00Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>`;

/** Bodies of accepted requests, by `Answer.body`: most generous, the rest poor, none, or not what was expected. */
const ACCEPTED: readonly (readonly [type: string | undefined, body: string])[] = [
  [JSON_TYPE, JSON.stringify(GENEROUS)],
  [JSON_TYPE, JSON.stringify({ ...GENEROUS, data: ITEM, result: ITEM, results: [] })],
  [JSON_TYPE, JSON.stringify({ ...GENEROUS, data: { ...ITEM, data: [ITEM], attributes: ITEM }, items: [] })],
  [JSON_TYPE, "{}"],
  [undefined, ""],
  ["text/plain", "OK"],
  [JSON_TYPE, JSON.stringify([ITEM, ITEM])],
  [JSON_TYPE, '{"broken":'],
];

const FAILED: readonly (readonly [type: string | undefined, body: string])[] = [
  [
    JSON_TYPE,
    JSON.stringify({
      message: "That did not work: ümlaut",
      code: "E_TEST",
      status: "error",
      error: { message: "inner message", code: 190, type: "TestException", error_subcode: 7 },
      errors: [{ message: "first", code: "first_code", index: 0 }],
    }),
  ],
  [JSON_TYPE, JSON.stringify({ error: "invalid_request", error_description: "described" })],
  ["text/html", "<html><body>upstream said no</body></html>"],
  [undefined, ""],
  [JSON_TYPE, "[]"],
];

export const BODIES = Math.max(ACCEPTED.length, FAILED.length);

/** Where tokens are given out: these work even when nothing else does. */
const isTokenUrl = (url: string): boolean => /token|oauth|\/auth|login|signin/i.test(new URL(url).pathname);

export function replyTo(answer: Answer, asked: Asked): Reply {
  const given = replyOf(answer, asked);
  const { hostname } = new URL(asked.url);
  if (typeof given === "string" || given.status >= 300 || !hostname.endsWith(".amazonaws.com")) return given;
  const isSts = hostname.startsWith("sts.");
  const isJson = /^(?:kinesis|events)\./.test(hostname);
  return isJson ? given : { ...given, headers: { "content-type": "text/xml" }, body: isSts ? ASSUMED_ROLE : "" };
}

/** Where a redirect leads: another host than the one that was asked. */
export const MOVED_HOST = "moved.example.net";

function replyOf(answer: Answer, asked: Asked): Reply {
  switch (answer.kind) {
    case "hang":
    case "break":
      return answer.kind;
    case "status":
      return reply(answer.status, answer.body);
    case "refresh":
      return isTokenUrl(asked.url) || asked.text.includes(REFRESHED) ? reply(200, 0) : reply(401, answer.body);
    case "refused":
      return isTokenUrl(asked.url) ? reply(200, 0) : reply(401, answer.body);
    case "redirect": {
      const url = new URL(asked.url);
      if (url.hostname === MOVED_HOST) return reply(200, answer.body);
      const moved = reply(307, 3);
      const location = `https://${MOVED_HOST}${url.pathname}`;
      return { ...moved, headers: { ...moved.headers, location } };
    }
  }
}

function reply(status: number, body: number): Exclude<Reply, string> {
  const bodies = status < 300 ? ACCEPTED : FAILED;
  const [type, text] = bodies[body % bodies.length] ?? [undefined, ""];
  return {
    status,
    statusText: STATUS_TEXT[status] ?? "Unknown",
    headers: {
      ...(type === undefined ? {} : { "content-type": type }),
      ...(status === 429 ? { "retry-after": "37" } : {}),
      ...(status === 503 && body % 2 === 1 ? { "retry-after": "Fri, 20 Nov 2026 12:02:00 GMT" } : {}),
    },
    body: status === 204 ? "" : text,
  };
}
