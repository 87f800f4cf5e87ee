import type { RefreshAccessTokenResult } from "@segment/actions-core";
import type { OAuthSettings } from "./settings.ts";

/** Another call renewed the token while this one waited for its turn: it has only to be made again. */
export class TokenRenewed extends Error {}

/** The token was refused, and so was its renewal: a person must connect the destination again. */
export class RenewalFailed extends Error {
  readonly reason: unknown;
  constructor(reason: unknown) {
    super("the access token could not be renewed");
    this.reason = reason;
  }
}

/** A turn that has taken this long belongs to an invocation that was ended: nobody waits for it any more. */
const LONGEST_TURN_MS = 20_000;

/** The OAuth tokens of one connection, renewed by one call of this isolate at a time. */
export class Tokens {
  #current: OAuthSettings;
  /** Every token of this connection so far: none of them may be shown. */
  readonly seen: string[] = [];
  #turn: { readonly since: number; readonly over: Promise<void> } | undefined;

  constructor(initial: OAuthSettings = {}) {
    this.#current = initial;
    this.#note(initial);
  }

  #note({ access_token, refresh_token }: OAuthSettings): void {
    for (const token of [access_token, refresh_token]) {
      if (token !== undefined && !this.seen.includes(token)) this.seen.push(token);
    }
  }

  /** A copy, which actions-core may change. */
  get current(): OAuthSettings {
    return { ...this.#current };
  }

  /**
   * Waits until no other call renews.
   * @param used the access token that was refused
   * @param now ms since epoch
   * @returns ends this call's turn
   * @throws TokenRenewed when `used` is no longer the one in use; the signal's reason when it aborts first
   */
  async takeTurn(used: string | undefined, now: number, signal: AbortSignal): Promise<() => void> {
    if (this.#turn !== undefined && now - this.#turn.since < LONGEST_TURN_MS) await unless(signal, this.#turn.over);
    if (this.#current.access_token !== used) throw new TokenRenewed("the access token was renewed meanwhile");
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#turn = { since: now, over };
    return end;
  }

  /** @returns the settings to be kept, by their names */
  renew({ accessToken, refreshToken }: RefreshAccessTokenResult): Record<string, string> {
    const again = refreshToken ? { refresh_token: refreshToken } : {};
    this.#current = { ...this.#current, access_token: accessToken, ...again };
    this.#note(this.#current);
    return { oauth_access_token: accessToken, ...(refreshToken ? { oauth_refresh_token: refreshToken } : {}) };
  }
}

function unless(signal: AbortSignal, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
