import { readdir } from "node:fs/promises";
import path from "node:path";
import type { SourceSettingsPatch } from "../../src/core/source.ts";
import { entryCode } from "../support/product-entry.ts";
import { ROOT } from "../support/sources.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { createSource } from "../support/test-source.ts";
import { FENCED_ORIGIN, SOURCES, type Material, type Operation, type Schema, type SourceName } from "./input.ts";
import { heldBytes } from "./memory.ts";
import { PROBE_PATH } from "./probe.ts";
import { inlined } from "./schema-value.ts";
import { Sink } from "./sink.ts";

export interface Rig {
  readonly inlet: RunningInlet;
  readonly sink: Sink;
  readonly material: Material;
  /** Ids of the sources. */
  readonly ids: Readonly<Record<SourceName, string>>;
  /** Switches a source on. */
  open(name: SourceName): Promise<void>;
  /** Bytes that the isolate holds after a collection. */
  heap(): Promise<number>;
  /** Names of what built-in prototypes hold. */
  prototypes(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const SETTINGS: Record<SourceName, SourceSettingsPatch> = {
  plain: {},
  cookies: { serverCookie: true },
  fenced: { allowedOrigins: [FENCED_ORIGIN] },
  closed: {},
};

/** The product with sources of all kinds; whatever it asks of the network, the sink answers. */
export async function startRig(): Promise<Rig> {
  const sink = await Sink.open();
  const inlet = await startInlet(
    { INLET_ALLOW_PRIVATE_HOSTS: "true" },
    {
      entry: await entryCode("test/fuzz/worker.ts"),
      outbound: sink.answer,
      inspectorPort: 0,
    },
  );
  const made = await Promise.all(
    SOURCES.map(
      async (name) => [name, await createSource(inlet, { drain: { afterMs: 1000 }, ...SETTINGS[name] })] as const,
    ),
  );
  const sources = Object.fromEntries(made) as Record<SourceName, (typeof made)[number][1]>;
  await inlet.api("PATCH", `/api/sources/${sources.closed.id}`, { enabled: false });
  return {
    inlet,
    sink,
    ids: mapped(sources, ({ id }) => id),
    material: await gather(inlet, {
      keys: mapped(sources, ({ writeKey }) => writeKey),
      plain: sources.plain.id,
      port: sink.port,
    }),
    async open(name) {
      // From elsewhere: so many wrong tokens have come from here that nobody is let in for a while.
      const answer = await fetch(new URL(`/api/sources/${sources[name].id}`, inlet.url), {
        method: "PATCH",
        headers: { authorization: `Bearer ${inlet.adminToken}`, "cf-connecting-ip": "192.0.2.1" },
        body: JSON.stringify({ enabled: true }),
      });
      if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    },
    heap: () => heldBytes(inlet.miniflare),
    async prototypes() {
      const answer = await fetch(new URL(PROBE_PATH, inlet.url));
      return (await answer.json()) as string[];
    },
    async stop() {
      await inlet.stop();
      await sink.close();
    },
  };
}

const mapped = <T, U>(all: Readonly<Record<SourceName, T>>, make: (one: T) => U) =>
  Object.fromEntries(SOURCES.map((name) => [name, make(all[name])])) as Record<SourceName, U>;

/** So many of each kind may be deleted: the first calls find something, the others nothing any more. */
const EXPENDABLE = 12;

interface Made {
  readonly id: string;
}

const webhook = (sourceId: string) => ({
  sourceId,
  metadataId: "webhook",
  settings: { url: "https://hooks.example/in" },
});
const postgres = (port: number) => ({
  metadataId: "postgres",
  settings: { hostname: "127.0.0.1", port, database: "d", username: "u", password: "p", tls: "disable" },
});

async function makeExpendable(inlet: RunningInlet, sourceId: string, port: number): Promise<Material["expendable"]> {
  const ids = { sourceId: [], destinationId: [], warehouseId: [], tokenId: [] } as Record<string, string[]>;
  for (let n = 0; n < EXPENDABLE; n++) {
    const made = {
      sourceId: await createSource(inlet),
      destinationId: (await inlet.api<{ destination: Made }>("POST", "/api/destinations", webhook(sourceId)))
        .destination,
      warehouseId: (await inlet.api<{ warehouse: Made }>("POST", "/api/warehouses", postgres(port))).warehouse,
      tokenId: (await inlet.api<{ token: Made }>("POST", "/api/tokens", { name: `t${n}`, role: "viewer" })).token,
    };
    for (const [name, { id }] of Object.entries(made)) ids[name]!.push(id);
  }
  return ids;
}

async function gather(
  inlet: RunningInlet,
  { keys, plain, port }: Pick<Material, "keys" | "port"> & { readonly plain: string },
): Promise<Material> {
  const { token } = await inlet.api<{ token: { secret: string } }>("POST", "/api/tokens", {
    name: "looks",
    role: "viewer",
  });
  const toy = await createSource(inlet);
  const { destination } = await inlet.api<{ destination: Made }>("POST", "/api/destinations", webhook(toy.id));
  const { warehouse } = await inlet.api<{ warehouse: Made }>("POST", "/api/warehouses", postgres(port));
  const { alert } = await inlet.api<{ alert: Made }>("POST", "/api/alerts", {
    name: "Rings",
    rule: { type: "health", severity: "critical" },
    channel: { kind: "webhook", url: "https://hooks.example/in" },
  });
  const { link } = await inlet.api<{ link: { url: string } }>("POST", `/api/sources/${plain}/links`, {
    to: "https://shop.example/sale",
    event: "Clicked",
    userId: "u",
    properties: { mail: "spring" },
  });
  const { pathname, search } = new URL(link.url);
  const document = await (await fetch(new URL("/api/openapi.json", inlet.url))).json();
  return {
    keys,
    owner: inlet.adminToken,
    viewer: token.secret,
    link: pathname + search,
    chunk: await firstChunk(),
    operations: operationsOf(document as Schema),
    parameters: {
      sourceId: [toy.id],
      destinationId: [destination.id],
      warehouseId: [warehouse.id],
      alertId: [alert.id],
      metadataId: ["webhook", "javascript", "actions-amplitude", "postgres", "clickhouse"],
      messageId: ["x"],
      metric: ["successful-delivery", "ingest", "egress"],
      day: ["2026-11-22"],
      writeKey: [toy.writeKey],
      action: ["start", "pause", "resume", "cancel"],
      table: ["tracks", "users"],
      column: ["email"],
    },
    expendable: await makeExpendable(inlet, toy.id, port),
    port,
  };
}

/** A file that the hosted library loads. */
async function firstChunk(): Promise<string> {
  const files = await readdir(path.join(ROOT, "dist/assets/analytics-next/bundles"));
  return files.toSorted()[0]!;
}

interface Described {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: unknown }[];
  readonly requestBody?: { readonly content?: { readonly "application/json"?: { readonly schema: unknown } } };
}

function operationsOf(document: Schema): Operation[] {
  const paths = document["paths"] as Record<string, Record<string, Described>>;
  return Object.entries(paths).flatMap(([at, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]): Operation => {
      const schema = requestBody?.content?.["application/json"]?.schema;
      const query = parameters.filter((one) => one.in === "query");
      return {
        method: method.toUpperCase(),
        path: at,
        query: query.map((one) => ({ name: one.name, schema: inlined(document, one.schema) })),
        ...(schema === undefined ? {} : { body: inlined(document, schema) }),
      };
    }),
  );
}
