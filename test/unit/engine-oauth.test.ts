import { describe, expect, it } from "vitest";
import { call, connect, EVENT, farEnd, type Sent, type Settings } from "../support/engine.ts";

const HUBSPOT = "632b1116e0cb83902f3fd717";
const SETTINGS: Settings = {
  oauth_access_token: "token-0",
  oauth_refresh_token: "refresh-0",
  oauth_client_id: "client-0",
  oauth_client_secret: "client-secret-0",
};
const UPSERT = { actionId: "upsertContact", mapping: { email: "ada@example.com" }, events: [EVENT] };

const isRenewal = ({ url }: Sent): boolean => url.endsWith("/token");
const tokenOf = ({ headers }: Sent): string => headers.get("authorization") ?? "";

/** HubSpot with one access token that it takes, and a new one for each renewal. */
function hubspot(
  taken: string,
  renewal: (count: number) => Response = (n) => Response.json({ access_token: `token-${n}` }),
) {
  let renewals = 0;
  return farEnd((sent) => {
    if (isRenewal(sent)) return renewal(++renewals);
    return tokenOf(sent) === `Bearer ${taken}` ? Response.json({ id: "1" }) : new Response("expired", { status: 401 });
  });
}

describe("an access token that is refused", () => {
  it("is renewed once, kept, and the event sent again", async () => {
    const { connection, saved } = await connect(HUBSPOT, SETTINGS, "dst_renewed");
    const { tools, sent } = hubspot("token-1");
    expect(await connection.perform(call({ ...UPSERT, tools }))).toEqual([{ status: "delivered" }]);
    expect(saved).toEqual([{ oauth_access_token: "token-1" }]);
    expect(new URLSearchParams(sent.find(isRenewal)!.body).get("refresh_token")).toBe("refresh-0");
    await connection.perform(call({ ...UPSERT, tools }));
    expect(sent.filter(isRenewal)).toHaveLength(1);
  });

  it("is renewed by one of several calls, and the others use what it got", async () => {
    const { connection, saved } = await connect(HUBSPOT, SETTINGS, "dst_together");
    const { tools, sent } = hubspot("token-1");
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => connection.perform(call({ ...UPSERT, tools }))));
    expect(outcomes.flat()).toEqual(Array.from({ length: 4 }, () => ({ status: "delivered" })));
    expect(sent.filter(isRenewal)).toHaveLength(1);
    expect(saved).toHaveLength(1);
  });

  it("is renewed by each destination for itself", async () => {
    const one = await connect(HUBSPOT, SETTINGS, "dst_a");
    const two = await connect(HUBSPOT, SETTINGS, "dst_b");
    const { tools } = hubspot("token-1");
    await one.connection.perform(call({ ...UPSERT, tools }));
    await two.connection.perform(call({ ...UPSERT, tools: hubspot("token-1").tools }));
    expect([one.saved, two.saved].map(({ length }) => length)).toEqual([1, 1]);
  });

  it("gives the event up when nobody renews it, and says that a person must connect again", async () => {
    const { connection, saved } = await connect(HUBSPOT, SETTINGS, "dst_refused");
    const { tools } = hubspot("none", () => new Response("refresh-0 is revoked", { status: 400 }));
    const [outcome] = await connection.perform(call({ ...UPSERT, tools }));
    expect(outcome).toMatchObject({ status: "abandoned", reason: "401", who: "user" });
    expect(outcome).toMatchObject({ detail: expect.stringContaining("connect the destination again") });
    expect(JSON.stringify(outcome)).not.toMatch(/refresh-0|client-secret-0|token-0/);
    expect(saved).toEqual([]);
  });

  it("waits while the place where tokens are renewed is down", async () => {
    const { connection } = await connect(HUBSPOT, SETTINGS, "dst_down");
    const { tools } = hubspot("none", () => new Response("down", { status: 503 }));
    expect(await connection.perform(call({ ...UPSERT, tools }))).toMatchObject([{ status: "retry", reason: "503" }]);
  });

  it("does not go round when the renewed token is refused too", async () => {
    const { connection } = await connect(HUBSPOT, SETTINGS, "dst_round");
    const { tools, sent } = hubspot("never");
    expect(await connection.perform(call({ ...UPSERT, tools }))).toMatchObject([
      { status: "abandoned", reason: "401" },
    ]);
    expect(sent.filter(isRenewal)).toHaveLength(2);
    expect(sent).toHaveLength(4);
  });
});
