import { afterEach, describe, expect, it, vi } from "vitest";
import type { ApiDeps } from "../../src/api/deps.ts";
import { apiRoutes } from "../../src/api/routes.ts";

const SECRET = "sealed-with-0123456789";

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** A control plane whose Catalog fails in the middle of an answer. */
function brokenApi(also: Partial<ApiDeps> = {}) {
  const granted = { status: "granted", identity: { via: "admin", role: "owner" } } as const;
  const deps: Partial<ApiDeps> = {
    catalog: () =>
      ({
        authenticate: async () => granted,
        workspace: async () => {
          throw new Error(SECRET);
        },
        listSources: async () => {
          throw new Error(SECRET);
        },
      }) as unknown as ReturnType<ApiDeps["catalog"]>,
    newRequestId: () => "request-1",
    ...also,
  };
  return apiRoutes(deps as ApiDeps);
}

afterEach(() => void vi.restoreAllMocks());

describe("a bug behind the control plane", () => {
  it("is answered with an id only, and logged under it", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const response = await brokenApi().request("/", { headers: { authorization: "Bearer x" } });
    expect(response.status).toBe(500);
    expect(response.headers.get("x-request-id")).toBe("request-1");
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({
      errors: [{ type: "internal", message: "The collector failed to answer." }],
      requestId: "request-1",
    });
    expect(text).not.toContain(SECRET);
    const [line] = log.mock.calls[0] ?? [];
    expect(JSON.parse(String(line))).toMatchObject({ requestId: "request-1", error: { message: SECRET } });
  });

  it("in two places at once is one answer, and no promise is left to fail by itself", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const unknownVolume = () => nextTurn().then(() => Promise.reject(new Error(SECRET)));
    const api = brokenApi({ unknownVolume });
    expect((await api.request("/volume", { headers: { authorization: "Bearer x" } })).status).toBe(500);
    await nextTurn();
    await nextTurn();
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
