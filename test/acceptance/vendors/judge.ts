import * as z from "zod";
import type { Asked, Reply, Taken } from "../city.ts";

export const isoTime = z.iso.datetime({ offset: true });
export const text = z.string().min(1);
export const properties = z.record(z.string(), z.unknown());

export const json = (asked: Asked): unknown => JSON.parse(asked.text);
export const form = (asked: Asked): URLSearchParams => new URLSearchParams(asked.text);

/** Name and password of HTTP Basic. */
export function basicOf({ headers }: Asked): string {
  const [scheme, value = ""] = (headers["authorization"] ?? "").split(" ");
  return scheme === "Basic" ? Buffer.from(value, "base64").toString("utf8") : "";
}

export const event = (id: unknown, record: Taken["record"]): Taken => ({ kind: "event", id: String(id), record });
export const profile = (id: unknown, record: Taken["record"]): Taken => ({ kind: "profile", id: String(id), record });

/** What the API answers to a body that its documentation does not allow. */
export function judge<T>(schema: z.ZodType<T>, body: unknown, accept: (value: T) => Reply): Reply {
  const read = schema.safeParse(body);
  return read.success ? accept(read.data) : { status: 400, body: { error: z.prettifyError(read.error) } };
}

export const notFound: Reply = { status: 404, body: { error: "no such path" } };
export const unauthorised: Reply = { status: 401, body: { error: "wrong credentials" } };
