import { expect, it, vi } from "vitest";
import type { Destination } from "../../src/destinations/destination.ts";
import { loadOnce } from "../../src/destinations/registry.ts";

it("a destination's code is loaded again after it could not be, and then kept", async () => {
  const loaded: Destination = { id: "sink", name: "Test Sink", open: vi.fn() };
  const load = vi.fn().mockRejectedValueOnce(new Error("out of memory")).mockResolvedValue(loaded);
  const find = loadOnce(load);
  await expect(find("sink")).rejects.toThrow("out of memory");
  expect(await find("sink")).toBe(loaded);
  expect(await find("sink")).toBe(loaded);
  expect(load.mock.calls).toEqual([["sink"], ["sink"]]);
});
