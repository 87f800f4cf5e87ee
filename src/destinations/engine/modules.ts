import process from "node:process";
import type * as ActionsCoreModule from "@segment/actions-core";
import { definitions, packages, type LazyModule } from "#catalogue";
import { Ajv } from "./ajv/ajv.ts";
import type { Format } from "./ajv/schema.ts";
import { FetchHandler, streamCollector } from "./aws-http.ts";
import { currentCall } from "./call.ts";
import { tracedFetch } from "./network.ts";
import { NodeHeaders } from "./node-headers.ts";

export type ActionsCore = typeof ActionsCoreModule;

type Require = (specifier: string) => unknown;
type Env = Readonly<Record<string, string>>;

/** What cannot be had in a Worker, and what the code that asks for it is told. */
const ABSENT: Readonly<Record<string, string>> = {
  kafkajs: "Kafka needs raw sockets",
  "ssh2-sftp-client": "SFTP needs raw sockets",
};

/** Node's ways around the guarded fetch. */
const SEALED = new Set(["net", "tls", "dgram", "dns", "http2", "child_process", "cluster", "worker_threads"]);

class Agent {
  destroy(): void {
    // Connections are the runtime's.
  }
}

function sealed(name: string): Error {
  return new Error(`${name} is not available to destinations; requests go through fetch`);
}

const HTTP = {
  Agent,
  globalAgent: new Agent(),
  request(): never {
    throw sealed("node:http");
  },
};

const module = (exports: Record<string, unknown>): unknown => ({ __esModule: true, ...exports });

/** Packages that are ours, by specifier. */
const PROVIDED: Readonly<Record<string, (require: Require) => unknown>> = {
  ajv: () => module({ default: Ajv }),
  "ajv-formats": (load) => {
    const { fullFormats } = load("ajv-formats/dist/formats") as { fullFormats: Record<string, Format> };
    const addFormats = (ajv: Ajv): Ajv => {
      for (const [name, format] of Object.entries(fullFormats)) ajv.addFormat(name, format);
      return ajv;
    };
    return module({ default: addFormats });
  },
  "cross-fetch": () => module({ default: tracedFetch, fetch: tracedFetch, Headers: NodeHeaders, Request, Response }),
  "@smithy/node-http-handler": () =>
    module({
      NodeHttpHandler: FetchHandler,
      NodeHttp2Handler: FetchHandler,
      streamCollector,
      DEFAULT_REQUEST_TIMEOUT: 0,
    }),
  http: () => HTTP,
  https: () => HTTP,
};

/** `process` as the catalogue's code may see it: the Worker's own variables hold Inlet's secrets. */
function processWith(env: () => Env): unknown {
  const { nextTick, version, versions, platform, hrtime } = process;
  return {
    get env() {
      return env();
    },
    nextTick,
    version,
    versions,
    platform,
    hrtime,
    argv: [],
    cwd: () => "/",
    emitWarning: () => undefined,
  };
}

/** Loaded once an isolate: they hold no credentials. Each is evaluated when it is first asked for. */
const loaded = new Map<string, () => unknown>();
const evaluated = new Map<string, unknown>();
const loading = new Map<string, Promise<void>>();

const sharedProcess = processWith(() => currentCall()?.env ?? {});

/** `require` as the catalogue's code is given it. @param process what it gets as `process`. */
export function createRequire(process: unknown): Require {
  return function require(specifier) {
    const name = specifier.replace(/^node:/, "");
    if (name === "process") return process;
    if (evaluated.has(name)) return evaluated.get(name);
    const make = PROVIDED[name] ?? loaded.get(name);
    if (make === undefined) return builtin(name);
    const exports = make(require);
    evaluated.set(name, exports);
    return exports;
  };
}

function builtin(name: string): unknown {
  const absent = ABSENT[name];
  if (absent !== undefined) throw new Error(absent);
  if (SEALED.has(name)) throw sealed(`node:${name}`);
  const found: unknown = globalThis.process.getBuiltinModule(name);
  if (found === undefined) throw Object.assign(new Error(`Cannot find module '${name}'`), { code: "MODULE_NOT_FOUND" });
  return found;
}

const sharedRequire = createRequire(sharedProcess);

function evaluate(source: LazyModule, require: Require, process: unknown): unknown {
  const module: { exports: unknown } = { exports: {} };
  source.run(module, module.exports, require, process, tracedFetch);
  return module.exports;
}

async function loadPackage(specifier: string): Promise<void> {
  const load = packages[specifier];
  if (load === undefined) return;
  const source = await load();
  await loadPackages(source.needs);
  if (loaded.has(specifier)) return;
  const members = evaluate(source, sharedRequire, sharedProcess) as Record<string, () => unknown>;
  for (const [name, get] of Object.entries(members)) loaded.set(name, get);
}

async function loadPackages(specifiers: readonly string[]): Promise<void> {
  await Promise.all(
    specifiers.map((specifier) => {
      const known = loading.get(specifier) ?? loadPackage(specifier);
      loading.set(specifier, known);
      return known;
    }),
  );
}

/** actions-core itself; the same for every destination, because its classes are compared by identity. */
export async function loadCore(): Promise<ActionsCore> {
  await loadPackages(["@segment/actions-core", "ajv-formats/dist/formats"]);
  return sharedRequire("@segment/actions-core") as ActionsCore;
}

/**
 * The code of one destination of the catalogue, not yet run.
 * @returns gives a new instance of all its modules at each call, so that nothing one of them remembers is shared;
 *   `env` is what the definition finds in `process.env`. Undefined when the catalogue has no such destination.
 */
export async function loadDefinition(metadataId: string): Promise<((env: Env) => unknown) | undefined> {
  if (!Object.hasOwn(definitions, metadataId)) return undefined;
  const source = await definitions[metadataId]!();
  await loadPackages([...source.needs, "@segment/actions-core", "ajv-formats/dist/formats"]);
  return (env) => {
    const process = processWith(() => env);
    return (evaluate(source, createRequire(process), process) as { default: unknown }).default;
  };
}
