import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { unstable_readConfig, type Unstable_Config } from "wrangler";
import { readSources, ROOT, type Import, type SourceFile } from "./support/sources.ts";

/** The import table (ARCHITECTURE.md): what each room may import, by folder of the Worker or package name. */
const MAY_IMPORT: Record<string, { rooms: string[]; packages: string[] }> = {
  "src/core": { rooms: ["src/core"], packages: ["zod", "@noble/hashes"] },
  "src/destinations": {
    rooms: ["src/core", "src/destinations"],
    packages: [
      "zod",
      "@segment/actions-core",
      "@segment/destination-subscriptions",
      "#catalogue",
      "aws4fetch",
      "node:async_hooks",
      "node:crypto",
      "node:process",
    ],
  },
  "src/warehouse": {
    rooms: ["src/core", "src/warehouse"],
    packages: ["zod", "hyparquet", "hyparquet-writer", "postgres", "node:crypto", "node:zlib"],
  },
  "src/log": { rooms: [], packages: [] },
  "src/collect": { rooms: ["src/core", "src/collect"], packages: ["hono", "@segment/snippet"] },
  "src/api": {
    rooms: ["src/core", "src/api"],
    packages: ["hono", "zod", "@hono/zod-openapi"],
  },
  queues: { rooms: ["src/core", "src/destinations", "src/warehouse", "queues"], packages: [] },
  durable: {
    rooms: ["src/core", "durable"],
    packages: ["cloudflare:workers", "node:crypto", "zod", "itty-durable", "itty-router"],
  },
};
/** bindings and worker.ts wire rooms together; they may name types of any room, and bindings values of few. */
const BINDINGS_VALUES = ["src/core", "src/log", "src/bindings", "src/env.ts"];
/** What any room but core may import: it writes lines, and knows nothing. */
const LOG = "src/log";
const MAX_LINES = 300;

const worker = readSources("src", "durable", "queues");
const roomOf = (file: string): string =>
  Object.keys(MAY_IMPORT).find((room) => file.startsWith(`${room}/`)) ?? file.split("/").slice(0, 2).join("/");

const offences = (files: readonly SourceFile[], bad: (one: Import, file: SourceFile) => boolean): string[] =>
  files.flatMap((file) => file.imports.filter((one) => bad(one, file)).map((one) => `${file.path} → ${one.specifier}`));

describe("who may import whom", () => {
  for (const [room, { rooms, packages }] of Object.entries(MAY_IMPORT)) {
    it(`${room} imports only ${[...rooms, ...packages].join(", ")}`, () => {
      const files = worker.filter((file) => file.path.startsWith(`${room}/`));
      expect(files.length).toBeGreaterThan(0);
      const bad = offences(files, (one) =>
        one.bare
          ? !packages.includes(one.target) && !packages.includes(one.specifier)
          : !(room === "src/core" ? rooms : [...rooms, LOG]).some((allowed) => one.target.startsWith(`${allowed}/`)),
      );
      expect(bad).toEqual([]);
    });
  }

  it("src/bindings takes values from core and itself, only types from other rooms", () => {
    const files = worker.filter((file) => file.path.startsWith("src/bindings/"));
    const bad = offences(
      files,
      (one) => !one.bare && !one.typeOnly && !BINDINGS_VALUES.some((allowed) => one.target.startsWith(allowed)),
    );
    expect(bad).toEqual([]);
  });

  it("the dashboard takes only types from the Worker", () => {
    const bad = offences(
      readSources("dashboard"),
      (one) => !one.bare && !one.typeOnly && /^(src|durable|queues)\//.test(one.target),
    );
    expect(bad).toEqual([]);
  });

  it("only durable/itty.ts imports itty-durable", () => {
    const users = worker.filter((file) => file.imports.some((one) => one.target.startsWith("itty-")));
    expect(users.map((file) => file.path)).toEqual(["durable/itty.ts"]);
  });
});

describe("purity", () => {
  const IMPURE =
    /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bcrypto\b|\bfetch\(|\bnew Response\b|\bprocess\.|\bconsole\.|\bset(?:Timeout|Interval)\b|\benv\./;

  it("core has no clock, randomness, network, environment or log", () => {
    const impure = worker
      .filter((file) => file.path.startsWith("src/core/"))
      .flatMap((file) => IMPURE.exec(file.code)?.map((found) => `${file.path}: ${found}`) ?? []);
    expect(impure).toEqual([]);
  });

  it("no Response is made outside collect, api and the composition root", () => {
    const bad = worker.filter(
      (file) =>
        /\bnew Response\(|\bResponse\.json\(/.test(file.code) &&
        !/^src\/(collect|api)\/|^src\/worker\.ts$/.test(file.path) &&
        // A Response is the platform's way to read a stream to its end, and the only answer to a WebSocket upgrade.
        !/new Response\([^)]*(stream|body|\.pipeThrough|null, \{ status: 101)/.test(file.code),
    );
    expect(bad.map((file) => file.path)).toEqual([]);
  });
});

describe("shape", () => {
  it(`no file is longer than ${MAX_LINES} lines`, () => {
    const long = [...worker, ...readSources("dashboard", "test", "bench")].filter(
      (file) => file.text.split("\n").length > MAX_LINES && !file.path.includes("routeTree"),
    );
    expect(long.map((file) => `${file.path} ${file.text.split("\n").length}`)).toEqual([]);
  });

  it("every module of the Worker is reached from src/worker.ts", () => {
    const byPath = new Map(worker.map((file) => [file.path, file]));
    const reached = new Set<string>();
    const visit = (at: string): void => {
      if (reached.has(at)) return;
      reached.add(at);
      for (const one of byPath.get(at)?.imports ?? []) if (!one.bare) visit(one.target);
    };
    visit("src/worker.ts");
    expect(worker.map((file) => file.path).filter((file) => !reached.has(file))).toEqual([]);
  });

  it("has no loose ends", () => {
    const inText = /@ts-(?:ignore|expect-error|nocheck)|lint-disable|\b(?:TODO|FIXME|XXX)\b/;
    const inCode = /\bas any\b|: any\b|\b(?:it|test|describe)\.(?:skip|only|todo)\b|catch *(?:\([^)]*\))? *\{ *\}/;
    const loose = [...worker, ...readSources("dashboard", "test", "bench")]
      .filter((file) => file.path !== "test/architecture.test.ts")
      .filter((file) => inText.test(file.text) || inCode.test(file.code));
    expect(loose.map((file) => file.path)).toEqual([]);
  });
});

describe("wrangler.toml", () => {
  const config: Unstable_Config = unstable_readConfig(
    { config: path.join(ROOT, "wrangler.toml") },
    { hideWarnings: true },
  );

  it("names the bindings that Env declares", () => {
    const declared = /interface __BaseEnv_Env \{([^}]*)\}/.exec(
      readFileSync(path.join(ROOT, "worker-configuration.d.ts"), "utf8"),
    )?.[1];
    const inEnv = [...(declared ?? "").matchAll(/^\s*(\w+):/gm)].map(([, name]) => name);
    const configured = [
      ...config.durable_objects.bindings.map((one) => one.name),
      ...config.r2_buckets.map((one) => one.binding),
      ...(config.queues.producers ?? []).map((one) => one.binding),
      ...config.ratelimits.map((one) => one.name),
      config.assets?.binding,
      ...Object.keys(config.vars),
      ...(config.secrets?.required ?? []),
    ];
    expect(inEnv.toSorted()).toEqual(configured.toSorted());
  });

  it("writes out every setting of every queue consumer, and each has a dead-letter queue but the last", () => {
    for (const consumer of config.queues.consumers ?? []) {
      expect(Object.keys(consumer)).toEqual(
        expect.arrayContaining(["queue", "max_batch_size", "max_batch_timeout", "max_retries", "retry_delay"]),
      );
      if (consumer.queue !== "inlet-dead-letters") expect(consumer.dead_letter_queue).toBe("inlet-dead-letters");
    }
  });

  it("exports a Durable Object class for every binding", () => {
    const exported = readFileSync(path.join(ROOT, "src/worker.ts"), "utf8");
    for (const { class_name } of config.durable_objects.bindings) expect(exported).toContain(class_name);
  });
});

describe("names of rooms", () => {
  it("every Worker file stands in a room of the plan", () => {
    const rooms = new Set([...Object.keys(MAY_IMPORT), "src/bindings", "src/worker.ts", "src/site.ts", "src/env.ts"]);
    expect(worker.map((file) => roomOf(file.path)).filter((room) => !rooms.has(room))).toEqual([]);
  });
});
