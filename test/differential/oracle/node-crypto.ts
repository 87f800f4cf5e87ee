import crypto from "node:crypto";

/** Node's own crypto module knows nothing of the global one that freezeRealm stops; workerd's is made of it. */
export function freezeNodeCrypto(): void {
  crypto.randomUUID = () => "371d371d-371d-4371-8371-371d371d371d";
  crypto.randomBytes = ((size: number) => Buffer.alloc(size, 0x37)) as typeof crypto.randomBytes;
}
