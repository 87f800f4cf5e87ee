import { createAttemptLimiter } from "../../src/core/attempts.ts";
import {
  CATALOG_LIMITS,
  refuse,
  type AccessResult,
  type Credentials,
  type Identity,
  type Refusal,
  type Role,
  type TokenRecord,
} from "../../src/core/catalog.ts";
import { DAY_MS } from "../../src/core/durations.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import { hashSecret, randomId, randomSecret, sameSecret } from "./secrets.ts";
import type { Store } from "./store.ts";

/** As Segment's app (delivery.md §5.6). */
const SESSION_MS = 7 * DAY_MS;
/** How exact `lastUsedAt` is: at most one row written per token and minute. */
const LAST_USED_STEP_MS = 60_000;

interface Holder {
  readonly via: "admin" | "token";
  readonly role: Role;
  readonly signature: string;
}

const MINUTE = { limit: 10, windowMs: 60_000, addresses: 1000 };

/**
 * Who may use the control plane: the admin token, API tokens and the sessions they opened. Secrets are compared and
 * stored as hashes. Sessions end with the token they were opened with, and have its role.
 */
export function createAccess(store: Store, adminToken: string, now: () => number) {
  const attempts = createAttemptLimiter(MINUTE);
  const signedWith = hashSecret(`admin:${adminToken}`);

  const judge = (address: string, identity: Identity | undefined): AccessResult => {
    if (identity === undefined) {
      attempts.fail(address, now());
      return { status: "denied" };
    }
    // A viewer could otherwise go on guessing the admin token for ever, with its own token in between.
    if (identity.role === "owner") attempts.succeed(address);
    return { status: "granted", identity };
  };

  /** Whose secret it is, and what a session that it opens is signed with. */
  async function holderOf(secret: string): Promise<Holder | undefined> {
    if (await sameSecret(secret, adminToken)) return { via: "admin", role: "owner", signature: await signedWith };
    const hash = await hashSecret(secret);
    const token = store.tokenWithHash(hash);
    if (token === undefined) return undefined;
    const at = now();
    if (at - (token.lastUsedAt ?? 0) >= LAST_USED_STEP_MS) store.putToken({ ...token, lastUsedAt: at });
    return { via: "token", role: token.role, signature: hash };
  }

  async function bearerIdentity(secret: string): Promise<Identity | undefined> {
    const holder = await holderOf(secret);
    return holder && { via: holder.via, role: holder.role };
  }

  return {
    /** Trades the admin token or an API token for a session of its role. `session` is shown once, to be set as a cookie. */
    async signIn(token: string, address: string): Promise<AccessResult & { readonly session?: string }> {
      const wait = attempts.waitMs(address, now());
      if (wait > 0) return { status: "limited", retryAfterMs: wait };
      const holder = await holderOf(token);
      const expiresAt = now() + SESSION_MS;
      const result = judge(address, holder && { via: "session", role: holder.role, expiresAt });
      if (result.status !== "granted" || holder === undefined) return result;
      const session = randomSecret();
      const hash = await hashSecret(session);
      store.addSession(hash, expiresAt, holder.signature);
      store.pruneSessions(now(), await signedWith, CATALOG_LIMITS.sessionsPerToken);
      return { ...result, session };
    },

    /** A session that is not (any more) known is no guess: it is 256 random bits, and browsers keep old cookies. */
    async authenticate({ bearer, session, address }: Credentials): Promise<AccessResult> {
      if (bearer !== undefined) {
        const wait = attempts.waitMs(address, now());
        if (wait > 0) return { status: "limited", retryAfterMs: wait };
        return judge(address, await bearerIdentity(bearer));
      }
      if (session === undefined) return { status: "denied" };
      const row = store.session(await hashSecret(session));
      if (row === undefined || row.expires_at <= now()) return { status: "denied" };
      const role = row.signed_with === (await signedWith) ? "owner" : store.tokenWithHash(row.signed_with)?.role;
      if (role === undefined) return { status: "denied" };
      return { status: "granted", identity: { via: "session", role, expiresAt: row.expires_at } };
    },

    async signOut(session: string): Promise<void> {
      store.dropSession(await hashSecret(session));
    },

    listTokens: (): TokenRecord[] => store.tokens(),

    /** `secret` is shown once and cannot be had again. */
    async createToken(name: string, role: Role): Promise<Result<TokenRecord & { readonly secret: string }, Refusal>> {
      const secret = `inlet_${randomSecret()}`;
      const hash = await hashSecret(secret);
      if (store.tokens().length >= CATALOG_LIMITS.tokens) {
        return err(refuse("conflict", `A workspace has at most ${CATALOG_LIMITS.tokens} API tokens.`));
      }
      const token = { id: randomId(), name, role, createdAt: now() };
      store.addToken(token, hash);
      return ok({ ...token, secret });
    },

    deleteToken: (id: string): Result<null, Refusal> =>
      store.dropToken(id) ? ok(null) : err(refuse("not_found", "There is no such token.")),
  };
}
export type Access = ReturnType<typeof createAccess>;
