import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { newCatalog } from "../support/catalog.ts";

const HOUR = 3_600_000;

afterEach(() => void vi.useRealTimers());

describe("access", () => {
  const ADMIN = env.INLET_ADMIN_TOKEN;

  it("opens a session for the admin token, which can be ended", async () => {
    const catalog = newCatalog();
    const signedIn = await catalog.signIn(ADMIN, "a");
    expect(signedIn).toMatchObject({ status: "granted", identity: { via: "session", role: "owner" } });
    const { session } = signedIn;
    expect(await catalog.authenticate({ session, address: "a" })).toMatchObject({ status: "granted" });
    await catalog.signOut(session ?? "");
    expect(await catalog.authenticate({ session, address: "a" })).toEqual({ status: "denied" });
  });

  it("ends a session after seven days", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const catalog = newCatalog();
    const { session } = await catalog.signIn(ADMIN, "a");
    vi.setSystemTime(Date.now() + 7 * 24 * HOUR - 1000);
    expect(await catalog.authenticate({ session, address: "a" })).toMatchObject({ status: "granted" });
    vi.setSystemTime(Date.now() + 1000);
    expect(await catalog.authenticate({ session, address: "a" })).toEqual({ status: "denied" });
  });

  it("ends sessions that were opened with another admin token", async () => {
    const catalog = newCatalog();
    const { session } = await catalog.signIn(ADMIN, "a");
    await runInDurableObject(catalog, (_object, state) => {
      state.storage.sql.exec("UPDATE sessions SET signed_with = 'the hash of an older admin token'");
    });
    expect(await catalog.authenticate({ session, address: "a" })).toEqual({ status: "denied" });
  });

  it("keeps neither sessions nor API tokens in the clear", async () => {
    const catalog = newCatalog();
    const { session } = await catalog.signIn(ADMIN, "a");
    const token = await catalog.createToken("ci", "owner");
    if (!token.ok) throw new Error(token.error.message);
    const stored = await runInDurableObject(catalog, (_object, state) =>
      JSON.stringify([
        state.storage.sql.exec("SELECT * FROM sessions").toArray(),
        state.storage.sql.exec("SELECT * FROM tokens").toArray(),
      ]),
    );
    expect(session).toHaveLength(43);
    expect(stored).not.toContain(session);
    expect(stored).not.toContain(token.value.secret);
    expect(stored).not.toContain(ADMIN);
    expect(JSON.stringify(await catalog.listTokens())).not.toContain(token.value.secret);
  });

  it("accepts an API token until it is deleted, and notes when it was used", async () => {
    const catalog = newCatalog();
    const token = await catalog.createToken("ci", "owner");
    if (!token.ok) throw new Error(token.error.message);
    const credentials = { bearer: token.value.secret, address: "a" };
    expect(await catalog.authenticate(credentials)).toMatchObject({ status: "granted", identity: { via: "token" } });
    expect((await catalog.listTokens())[0]?.lastUsedAt).toBeGreaterThan(0);
    await catalog.deleteToken(token.value.id);
    expect(await catalog.authenticate(credentials)).toEqual({ status: "denied" });
  });

  it("makes an address wait after ten wrong tokens, at most a minute, and nobody else", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const catalog = newCatalog();
    for (let n = 0; n < 10; n++) expect(await catalog.signIn("wrong", "bad")).toEqual({ status: "denied" });
    const limited = await catalog.signIn(ADMIN, "bad");
    expect(limited.status).toBe("limited");
    expect(await catalog.authenticate({ bearer: ADMIN, address: "bad" })).toMatchObject({ status: "limited" });
    expect(await catalog.signIn(ADMIN, "good")).toMatchObject({ status: "granted" });
    vi.setSystemTime(Date.now() + 60_000);
    expect(await catalog.signIn(ADMIN, "bad")).toMatchObject({ status: "granted" });
  });
});
