import { LIMITS } from "../core/limits.ts";

/** Basic credentials as clients write them: standard or URL-safe base64, with or without padding. */
function decodeBase64(text: string): string | undefined {
  const standard = text.replace(/-/g, "+").replace(/_/g, "/").replace(/=+$/, "");
  if (!/^[A-Za-z0-9+/]+$/.test(standard) || standard.length % 4 === 1) return undefined;
  return atob(standard);
}

/** `Basic a, Basic b` → the users in order. The colon may be missing (ingest.md §1.2); Bearer parts are not keys. */
function basicUsers(authorization: string): string[] {
  const users: string[] = [];
  for (const part of authorization.split(",")) {
    const match = /^\s*basic\s+(\S+)\s*$/i.exec(part);
    const decoded = match?.[1] === undefined ? undefined : decodeBase64(match[1]);
    if (decoded !== undefined) users.push(decoded.split(":", 1)[0] ?? "");
  }
  return users;
}

/** Jitsu's keys are `id:secret` and masked as `id:***` in the body: the whole text or the id may be our key. */
const withId = (key: string): string[] => (key.includes(":") ? [key, key.split(":", 1)[0] ?? ""] : [key]);

const isCandidate = (key: string): boolean => key !== "" && key.length <= LIMITS.writeKeyChars && !/[*\s]/.test(key);

/** Where a request may name its write key. */
export interface KeyPlaces {
  readonly authorization?: string | undefined;
  readonly xWriteKey?: string | undefined;
  readonly query?: string | undefined;
  readonly body?: readonly string[];
}

/**
 * Write key candidates in the order they count: every Basic value of the header (a proxy may have appended the
 * real one), `X-Write-Key`, the query string, the body. Bounded in number; all of them are public and unverified.
 */
export function writeKeyCandidates(places: KeyPlaces): readonly string[] {
  const keys = [
    ...basicUsers((places.authorization ?? "").slice(0, 8192)),
    ...withId(places.xWriteKey ?? ""),
    ...withId(places.query ?? ""),
    ...(places.body ?? []).flatMap(withId),
  ];
  return [...new Set(keys.filter(isCandidate))].slice(0, LIMITS.writeKeys);
}
