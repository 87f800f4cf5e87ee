import { fromBase64Url, toBase64Url } from "../../src/core/base64.ts";

/** Seals short secrets for storage and opens them again. `owner` binds a sealed text to its record and field. */
export interface Sealer {
  seal(owner: string, plain: string): Promise<string>;
  /** `undefined` when the text was sealed with another key, for another owner, or was altered. */
  open(owner: string, sealed: string): Promise<string | undefined>;
}

const VERSION = "v1";
const IV_BYTES = 12;

/** Texts longer than this would not fit into one call's arguments; settings are far shorter. */
const MAX_CHARS = 16_000;

/** AES-256-GCM with a fresh 96-bit IV per text; stored as `v1.<iv>.<ciphertext and tag>`. `key`: 32 bytes, base64url. */
export function createSealer(key: string): Sealer {
  const keyBytes = fromBase64Url(key);
  if (keyBytes === undefined) throw new Error("a seal key must be base64url");
  const imported = crypto.subtle.importKey("raw", keyBytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  const algorithm = (iv: Uint8Array<ArrayBuffer>, owner: string) => ({
    name: "AES-GCM",
    iv,
    additionalData: new TextEncoder().encode(owner),
  });
  return {
    async seal(owner, plain) {
      if (plain.length > MAX_CHARS) throw new RangeError(`a sealed text has at most ${MAX_CHARS} characters`);
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const text = new TextEncoder().encode(plain);
      const sealed = await crypto.subtle.encrypt(algorithm(iv, owner), await imported, text);
      return `${VERSION}.${toBase64Url(iv)}.${toBase64Url(new Uint8Array(sealed))}`;
    },
    async open(owner, sealed) {
      const [version, ...parts] = sealed.split(".");
      const [iv, body] = parts.map(fromBase64Url);
      if (version !== VERSION || iv === undefined || body === undefined) return undefined;
      try {
        const plain = await crypto.subtle.decrypt(algorithm(iv, owner), await imported, body);
        return new TextDecoder().decode(plain);
      } catch {
        return undefined; // WebCrypto's only answer to a wrong key, owner or tag is an OperationError
      }
    },
  };
}
