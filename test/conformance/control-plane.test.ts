import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { PATIENT } from "../support/patience.ts";

/** What only the bundled Worker on a real port shows: cookies, a real WebSocket handshake, itty-durable as bundled. */
let inlet: RunningInlet;
beforeAll(async () => {
  inlet = await startInlet();
});
afterAll(() => inlet.stop());

interface Frame {
  readonly kind: string;
  readonly entries: readonly {
    readonly seq: number;
    readonly name?: string;
    readonly status: string;
    readonly sentence?: string;
  }[];
}

const send = async (message: Record<string, unknown>): Promise<void> => {
  const body = JSON.stringify({ writeKey: "demo_write_key_local", userId: "ada", ...message });
  const response = await fetch(new URL("/v1/track", inlet.url), { method: "POST", body });
  expect([response.status, await response.json()]).toEqual([200, { success: true }]);
};

async function signIn(): Promise<string> {
  const body = JSON.stringify({ token: inlet.adminToken });
  const response = await fetch(new URL("/api/session", inlet.url), { method: "POST", body });
  await response.text();
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

describe("the control plane of the bundled Worker", () => {
  it("shows a signed-in browser what arrives, accepted or refused, and closes cleanly", async () => {
    const { sources } = await inlet.api<{ sources: { id: string }[] }>("GET", "/api/sources");
    const address = new URL(`/api/sources/${sources[0]?.id}/debugger/live`, inlet.url);
    address.protocol = "ws:";
    const headers = { cookie: await signIn(), origin: inlet.url.origin };
    const socket = new WebSocket(address.href, { headers } as unknown as string[]);
    const frames: Frame[] = [];
    socket.addEventListener("message", ({ data }) => void frames.push(JSON.parse(String(data))));
    await vi.waitUntil(() => frames[0]?.kind === "ring", PATIENT);
    await send({ event: "Order Completed" });
    await send({ event: 5 });
    const seen = () => frames.flatMap((frame) => frame.entries).toSorted((a, b) => a.seq - b.seq);
    await vi.waitUntil(() => seen().length === 2, { timeout: 10_000 });
    expect(seen()).toEqual([
      expect.objectContaining({ name: "Order Completed", status: "accepted" }),
      expect.objectContaining({ status: "refused", sentence: expect.stringContaining("must be a non-empty string") }),
    ]);
    const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
    socket.close(1000);
    expect(await closed).toBe(1000);
  });

  it("keeps preferences in an itty-durable object", async () => {
    const savedSearches = [{ name: "Zürich 東京", q: "zürich" }];
    await inlet.api("PUT", "/api/preferences", { savedSearches });
    expect(await inlet.api("GET", "/api/preferences")).toEqual({ preferences: { pinnedSources: [], savedSearches } });
  });

  it("answers with and without a slash at the end, and never with a page", async () => {
    for (const path of ["/api", "/api/"]) {
      expect(await inlet.api("GET", path)).toMatchObject({ workspace: { name: "Inlet" }, demo: true });
    }
    const headers = { authorization: `Bearer ${inlet.adminToken}`, accept: "text/html" };
    const missing = await fetch(new URL("/api/no/such/thing", inlet.url), { headers });
    expect([missing.status, await missing.json()]).toMatchObject([404, { errors: [{ type: "not_found" }] }]);
  });

  it("takes a call without a body, labelled or not", async () => {
    const { source } = await inlet.api<{ source: { id: string } }>("POST", "/api/sources", { name: "Bodyless" });
    const { source: rotated } = await inlet.api<{ source: { writeKeys: string[] } }>(
      "POST",
      `/api/sources/${source.id}/writekey`,
    );
    expect(rotated.writeKeys).toHaveLength(2);
  });
});
