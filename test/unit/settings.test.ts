import { describe, expect, test } from "vitest";
import { mountAt, mountOf } from "../../src/collect/mount.ts";
import { settingsFor } from "../../src/collect/settings.ts";
import { SourceSettings } from "../../src/core/source.ts";
import { createTestSource } from "../support/memory-deps.ts";

const testSource = (settings: Partial<SourceSettings> = {}) =>
  createTestSource({ settings: SourceSettings.parse(settings) });
const HTTPS = mountAt("https://data.shop.example", "");
const segment = (settings: ReturnType<typeof settingsFor>) => settings.integrations["Segment.io"];

describe("the mount point of a request", () => {
  test("is the host and scheme that were asked, with the port", () => {
    expect(mountOf("http://127.0.0.1:8787/v1/projects/wk/settings", "/k3x9")).toEqual({
      protocol: "http",
      host: "127.0.0.1:8787",
      prefix: "",
      base: "http://127.0.0.1:8787",
      apiHost: "127.0.0.1:8787/v1",
    });
  });

  test("carries the path prefix when it was used", () => {
    expect(mountOf("https://data.shop.example/k3x9/js/wk.js", "/k3x9")).toMatchObject({
      prefix: "/k3x9",
      base: "https://data.shop.example/k3x9",
      apiHost: "data.shop.example/k3x9/v1",
    });
  });

  test("takes no longer path segment for the prefix", () => {
    expect(mountOf("https://data.shop.example/k3x9z/js/wk.js", "/k3x9").prefix).toBe("");
  });
});

describe("settings for analytics.js", () => {
  test("name the key, and the host and scheme that were asked", () => {
    expect(segment(settingsFor(testSource(), "wk_shop", HTTPS))).toMatchObject({
      apiKey: "wk_shop",
      apiHost: "data.shop.example/v1",
      protocol: "https",
    });
    expect(segment(settingsFor(testSource(), "wk_shop", mountAt("http://localhost:8787", "/k3x9")))).toMatchObject({
      apiHost: "localhost:8787/k3x9/v1",
      protocol: "http",
    });
  });

  test("turn batching on by default, with the source's size and timeout", () => {
    expect(segment(settingsFor(testSource(), "wk_shop", HTTPS)).deliveryStrategy).toEqual({
      strategy: "batching",
      config: { size: 10, timeout: 1000 },
    });
    const custom = testSource({ batching: { enabled: true, size: 20, timeoutMs: 500 } });
    expect(segment(settingsFor(custom, "wk_shop", HTTPS)).deliveryStrategy.config).toEqual({ size: 20, timeout: 500 });
  });

  test("send each call by itself when the source's batching is off", () => {
    const off = testSource({ batching: { enabled: false, size: 10, timeoutMs: 1000 } });
    expect(segment(settingsFor(off, "wk_shop", HTTPS)).deliveryStrategy.strategy).toBe("standard");
  });

  test("let the browser carry the server's cookie when the source keeps one", () => {
    const config = segment(settingsFor(testSource({ serverCookie: true }), "wk_shop", HTTPS)).deliveryStrategy.config;
    expect(config).toMatchObject({ credentials: "include" });
  });

  test("silence self-metrics, whose absence would break some clients", () => {
    expect(settingsFor(testSource(), "wk_shop", HTTPS).metrics).toMatchObject({ sampleRate: 0 });
  });

  test("turn no event off and load nothing from elsewhere", () => {
    const settings = settingsFor(testSource(), "wk_shop", HTTPS);
    expect(settings.plan.track.__default).toEqual({ enabled: true, integrations: {} });
    expect(Object.keys(settings.integrations)).toEqual(["Segment.io"]);
    expect(settings.remotePlugins).toEqual([]);
    expect(JSON.stringify(settings)).not.toContain("segment.com");
  });

  test("keep retry numbers inside what the library accepts", () => {
    const { backoffConfig, rateLimitConfig } = segment(settingsFor(testSource(), "wk_shop", HTTPS)).httpConfig;
    expect(backoffConfig.maxRetryCount).toBeLessThanOrEqual(100);
    expect(backoffConfig.jitterPercent).toBeLessThanOrEqual(100);
    expect(rateLimitConfig.maxRetryInterval).toBeGreaterThanOrEqual(1);
  });
});
