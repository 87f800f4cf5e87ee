import { describe, expect, it, vi } from "vitest";
import { loadOwn } from "../../src/destinations/engine/open.ts";
import { findDestination } from "../../src/destinations/registry.ts";

vi.mock("../../src/destinations/engine/open.ts", () => ({ loadOwn: vi.fn(), loadCatalogued: vi.fn() }));

describe("a destination's code", () => {
  it("is loaded again after it could not be, and then kept", async () => {
    const loaded = { id: "sink", name: "Test Sink", open: vi.fn() };
    vi.mocked(loadOwn).mockRejectedValueOnce(new Error("out of memory")).mockResolvedValue(loaded);
    await expect(findDestination("sink")).rejects.toThrow("out of memory");
    expect(await findDestination("sink")).toBe(loaded);
    expect(await findDestination("sink")).toBe(loaded);
    expect(loadOwn).toHaveBeenCalledTimes(2);
  });
});
