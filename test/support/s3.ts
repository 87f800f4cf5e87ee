import { createHash, createHmac } from "node:crypto";
import type { FarEnd, SeenRequest } from "./own-kinds.ts";

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (bytes: Buffer | string): string => createHash("sha256").update(bytes).digest("hex");

/** The signature that a request should have, by AWS's description of Signature Version 4. */
export function signatureOf({ url, method, headers, body }: SeenRequest, secret: string): string {
  const [, date = "", region = "", service = "", signed = ""] =
    /Credential=[^/]+\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+),/.exec(
      headers.get("authorization") ?? "",
    ) ?? [];
  const { pathname, host, searchParams } = new URL(url);
  const names = signed.split(";");
  const canonical = [
    method,
    pathname,
    searchParams.toString(),
    ...names.map((name) => `${name}:${name === "host" ? host : headers.get(name)}`),
    "",
    signed,
    sha256(Buffer.from(body, "latin1")),
  ].join("\n");
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", headers.get("x-amz-date"), scope, sha256(canonical)].join("\n");
  const key = [region, service, "aws4_request"].reduce((key, part) => hmac(key, part), hmac(`AWS4${secret}`, date));
  return hmac(key, text).toString("hex");
}

/** A bucket that checks signatures and keeps what is put into it, by path. */
export function bucketServer(secret: string): { readonly objects: Map<string, Buffer>; readonly farEnd: FarEnd } {
  const objects = new Map<string, Buffer>();
  const farEnd: FarEnd = (seen) => {
    const bytes = Buffer.from(seen.body, "latin1");
    const given = /Signature=([0-9a-f]{64})$/.exec(seen.headers.get("authorization") ?? "")?.[1];
    const intact = seen.headers.get("x-amz-content-sha256") === sha256(bytes);
    if (seen.method !== "PUT" || !intact || given !== signatureOf(seen, secret)) {
      return new Response("<Code>SignatureDoesNotMatch</Code>", { status: 403 });
    }
    objects.set(new URL(seen.url).pathname, bytes);
    return new Response(null, { status: 200 });
  };
  return { objects, farEnd };
}
