import { createHash } from "node:crypto";

/** MD5 of the text's UTF-8 bytes, as the sampling of filters wants it (core/filter): spread evenly, not secret. */
export const sampleHash = (text: string): Uint8Array => createHash("md5").update(text).digest();
