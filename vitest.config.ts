import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { TEST_SECRETS } from "./test/support/secrets.ts";

// Wrangler looks for the required secrets in the environment before the bindings below replace them.
Object.assign(process.env, TEST_SECRETS);

export default defineConfig({
  test: {
    // Two files at a time also on two cores: most of their time they wait for a browser, a process or a timer.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // What goes wrong on purpose is logged by the product; only a failing test's log is of interest.
    silent: "passed-only",
    projects: [
      {
        // Pure rules: no Worker, no network.
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts", "test/use-cases/**/*.test.ts", "test/architecture.test.ts"],
          // Rules have no state of their own, so files may share what they import; what a test stubs it takes back.
          isolate: false,
          // Some walk through days of commits, or ask a real engine: slow is not wrong.
          testTimeout: 30_000,
        },
      },
      {
        // Real workerd: Durable Objects, R2 and queues as they run in production.
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: { ...TEST_SECRETS, INLET_DEMO: "true", INLET_ALLOW_PRIVATE_HOSTS: "true" } },
          }),
        ],
        test: {
          name: "worker",
          include: ["test/worker/**/*.test.ts"],
          // The first use of a destination loads the engine's code, module by module here.
          testTimeout: 20_000,
          // ESM in a package that does not say so: bundled first, as wrangler does it.
          deps: { optimizer: { ssr: { enabled: true, include: ["itty-durable"] } } },
        },
      },
      {
        // The bundled Worker over HTTP: curl forms, real SDKs, real Chromium, crashes.
        test: {
          name: "product",
          include: [
            "test/conformance/**/*.test.ts",
            "test/differential/**/*.test.ts",
            "test/browser/**/*.test.ts",
            "test/sdk/**/*.test.ts",
            "test/crash/**/*.test.ts",
            "test/acceptance/**/*.test.ts",
            "test/torture/**/*.test.ts",
            "test/fuzz/**/*.test.ts",
          ],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
