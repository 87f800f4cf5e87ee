import { gzipSync } from "node:zlib";

/** What a form knows when it is sent. `who` is an id only this form uses: its events are found by it. */
export interface Sender {
  readonly key: string;
  readonly who: string;
  readonly now: Date;
}

export interface FormRequest {
  readonly method?: "GET" | "OPTIONS";
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects are sent as their JSON. */
  readonly body?: string | Uint8Array | object;
}

/** The answer's parts that a form promises. `body`: the parsed JSON, matched in part. */
export interface FormAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | RegExp>>;
}

/** One way to send, as a person would try it with curl. */
export interface Form {
  readonly name: string;
  /** Where the behaviour is written down: a section of Segment's published specification as we noted it. */
  readonly spec: string;
  /** What must come out, in words; a row of README.md. */
  readonly expect: string;
  path(sender: Sender): string;
  request(sender: Sender): FormRequest;
  /** How often it is sent, one after the other (1). */
  readonly times?: number;
  readonly answer: FormAnswer;
  /** What reached the archive, in order, each matched in part; empty: nothing did. */
  archived(sender: Sender): readonly object[];
}

export const OK: FormAnswer = {
  status: 200,
  body: { success: true },
  headers: { "content-type": /^application\/json/ },
};
export const GIF_ANSWER: FormAnswer = {
  status: 200,
  headers: { "content-type": "image/gif", "cache-control": /no-store/ },
};
export const refusedAs = (code: string): FormAnswer => ({ status: 400, body: { success: false, code } });

export const basic = (credentials: string): Record<string, string> => ({ authorization: `Basic ${btoa(credentials)}` });
export const keyed = ({ key }: Sender): Record<string, string> => basic(`${key}:`);
export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
export const gzip = (value: unknown): Uint8Array => gzipSync(json(value));
export const track = ({ who }: Sender, more: object = {}) => ({
  type: "track",
  event: "Clicked",
  userId: who,
  ...more,
});
export const nothing = (): readonly object[] => [];

/** A form that posts JSON to a fixed path; most are. */
export function postForm(
  path: string,
  form: Omit<Form, "path" | "request" | "answer"> & {
    headers?: (sender: Sender) => Record<string, string>;
    body: (sender: Sender) => string | Uint8Array | object;
    answer?: FormAnswer;
  },
): Form {
  const { headers = keyed, body, answer = OK, ...rest } = form;
  return { ...rest, answer, path: () => path, request: (sender) => ({ headers: headers(sender), body: body(sender) }) };
}
