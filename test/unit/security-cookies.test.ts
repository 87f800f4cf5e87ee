// The Catalog is one object for everybody: cookies that nobody here made must not keep it busy.
import { describe, expect, it, vi } from "vitest";
import type { ApiDeps } from "../../src/api/deps.ts";
import { apiRoutes } from "../../src/api/routes.ts";
import { createSessionCookies } from "../../src/bindings/session-cookies.ts";
import type { AccessResult, Credentials } from "../../src/core/catalog.ts";

const GOOD = "g".repeat(43);
const ENDED = "e".repeat(43);
const MINUTE = 60_000;

async function rig() {
  let now = 0;
  const sessionCookies = createSessionCookies("k".repeat(43));
  const authenticate = vi.fn<(credentials: Credentials) => Promise<AccessResult>>(async ({ session }) =>
    session === GOOD
      ? { status: "granted", identity: { via: "session", role: "owner", expiresAt: 1 } }
      : { status: "denied" },
  );
  const deps = { newRequestId: () => "1", now: () => now, sessionCookies, catalog: () => ({ authenticate }) };
  const api = apiRoutes(deps as unknown as ApiDeps);
  const ask = async (cookie: string, address = "192.0.2.9"): Promise<Response> =>
    api.request("/session", { headers: { cookie: `inlet_session=${cookie}`, "cf-connecting-ip": address } });
  const statuses = async (count: number, cookie: string, address?: string): Promise<number[]> => {
    const found = [];
    for (let n = 0; n < count; n++) found.push((await ask(cookie, address)).status);
    return found;
  };
  const [good, ended] = [await sessionCookies.seal(GOOD), await sessionCookies.seal(ENDED)];
  return { ask, statuses, good, ended, authenticate, wait: (ms: number) => void (now += ms) };
}

const FORGED = `${GOOD}.${"x".repeat(43)}`;
const times = (count: number, status: number) => Array.from({ length: count }, () => status);

describe("a cookie", () => {
  it.each(["junk", "", GOOD, `${FORGED}x`, `${FORGED}.${FORGED}`, `.${GOOD}`])(
    "of another shape is refused without asking: %j",
    async (cookie) => {
      const { statuses, authenticate } = await rig();
      expect(await statuses(30, cookie)).toEqual(times(30, 401));
      expect(authenticate).not.toHaveBeenCalled();
    },
  );

  it("that is forged is refused without asking, and slowed after ten for the rest of a minute", async () => {
    const { ask, statuses, authenticate, wait } = await rig();
    expect(await statuses(30, FORGED)).toEqual([...times(10, 401), ...times(20, 429)]);
    expect((await ask(FORGED)).headers.get("retry-after")).toBe("60");
    expect(await statuses(1, FORGED, "192.0.2.10")).toEqual([401]);
    wait(MINUTE);
    expect(await statuses(1, FORGED)).toEqual([401]);
    expect(authenticate).not.toHaveBeenCalled();
  });

  it("that is good is let in, however many are forged at its address", async () => {
    const { statuses, good } = await rig();
    await statuses(30, FORGED);
    expect(await statuses(5, good)).toEqual(times(5, 200));
  });

  it("of a session that has ended is asked about once, and never slowed: browsers keep old ones", async () => {
    const { statuses, ended, authenticate } = await rig();
    expect(await statuses(30, ended)).toEqual(times(30, 401));
    expect(authenticate).toHaveBeenCalledTimes(1);
  });

  it("of another installation, or under another sealing key, is a forged one", async () => {
    const { statuses } = await rig();
    expect(await createSessionCookies("o".repeat(43)).open(await createSessionCookies("k".repeat(43)).seal(GOOD))).toBe(
      "forged",
    );
    expect(await statuses(1, await createSessionCookies("o".repeat(43)).seal(GOOD))).toEqual([401]);
  });
});
