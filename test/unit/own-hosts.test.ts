import { describe, expect, it } from "vitest";
import { OwnHosts } from "../../src/bindings/own-hosts.ts";

function twoIsolates() {
  const stored: string[] = [];
  let now = 0;
  let asked = 0;
  const store = () => ({
    ownHosts: async () => (asked++, stored),
    noteHost: async (host: string) => void stored.push(host),
  });
  const isolate = (configured: string[] = []) => new OwnHosts(new Set(configured), store, () => now);
  return { isolate, stored, wait: (ms: number) => void (now += ms), asked: () => asked };
}

describe("our own hosts", () => {
  it("are those that are set, without asking", async () => {
    const { isolate, asked } = twoIsolates();
    expect(await isolate(["data.shop.example"]).has("data.shop.example")).toBe(true);
    expect(asked()).toBe(0);
  });

  it("are also those that any isolate has noted, within a minute", async () => {
    const { isolate, wait } = twoIsolates();
    const [edge, consumer] = [isolate(), isolate()];
    expect(await consumer.has("inlet.example")).toBe(false);
    await edge.note("inlet.example");
    expect(await edge.has("inlet.example")).toBe(true);
    wait(60_000);
    expect(await consumer.has("inlet.example")).toBe(true);
  });

  it("are found under every port where only the name counts, and under their own where it does not", async () => {
    const { isolate } = twoIsolates();
    const one = isolate(["inlet.example", "port.example:8443", "127.0.0.1:8787"]);
    for (const host of ["inlet.example", "inlet.example:80", "port.example", "port.example:8443"]) {
      expect(await one.has(host, true)).toBe(true);
    }
    expect(await one.has("not-inlet.example:80", true)).toBe(false);
    expect([await one.has("127.0.0.1:8787"), await one.has("127.0.0.1:3000")]).toEqual([true, false]);
  });

  it("are asked for once a minute, and noted once", async () => {
    const { isolate, stored, asked, wait } = twoIsolates();
    const one = isolate();
    for (let i = 0; i < 5; i++) expect(await one.has("hooks.example")).toBe(false);
    expect(asked()).toBe(1);
    wait(60_000);
    await one.has("hooks.example");
    expect(asked()).toBe(2);
    for (let i = 0; i < 5; i++) await one.note("inlet.example");
    expect(stored).toEqual(["inlet.example"]);
  });
});
