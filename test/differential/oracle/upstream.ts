import { createRequire } from "node:module";
import path from "node:path";
import type { Event, Mapping } from "../case.ts";

/** Upstream's engine as its packages give it out. */
export interface UpstreamDestination {
  readonly authentication?: { readonly scheme: string };
  validateSettings(settings: unknown): void;
  onEvent(event: unknown, settings: unknown, options?: unknown): Promise<readonly UpstreamResult[]>;
  onBatch(events: unknown, settings: unknown, options?: unknown): Promise<readonly UpstreamResult[]>;
}

export interface UpstreamResult {
  readonly output?: string;
  readonly data?: unknown;
  readonly multistatus?: readonly (UpstreamNode | undefined)[];
}

export interface UpstreamNode {
  readonly status: number;
  readonly errortype?: string;
  readonly errormessage?: string;
  readonly errorreporter?: string;
}

interface UpstreamManifest {
  readonly [metadataId: string]: {
    readonly definition: { readonly actions: Readonly<Record<string, { readonly performBatch?: unknown }>> };
    readonly path: string;
  };
}

const require = createRequire(import.meta.url);

export interface Upstream {
  /** A destination whose code was loaded for this case: module state of earlier cases is gone. */
  fresh(metadataId: string): UpstreamDestination;
  batches(metadataId: string, action: string): boolean;
  parseFql(trigger: string): { readonly error?: { readonly message: string } };
  validate(parsed: unknown, event: Event): boolean;
  /** mapping-kit's own. */
  transform(mapping: Mapping, event: Event): Record<string, unknown>;
}

/** Call this after the realm is frozen and the network is rerouted. */
export function loadUpstream(): Upstream {
  const core = require("@segment/actions-core") as {
    Destination: new (definition: unknown) => UpstreamDestination;
    transform: Upstream["transform"];
  };
  const { manifest } = require("@segment/action-destinations") as { manifest: UpstreamManifest };
  const fql = require("@segment/destination-subscriptions") as Pick<Upstream, "parseFql" | "validate">;
  return {
    parseFql: (trigger) => fql.parseFql(trigger),
    validate: (parsed, event) => fql.validate(parsed, event),
    transform: (mapping, event) => core.transform(mapping, event),
    batches: (metadataId, action) => manifest[metadataId]?.definition.actions[action]?.performBatch !== undefined,
    fresh(metadataId) {
      const at = manifest[metadataId]?.path;
      if (at === undefined) throw new Error(`upstream has no destination ${metadataId}`);
      const folder = `${path.dirname(require.resolve(at))}${path.sep}`;
      for (const file of Object.keys(require.cache))
        if (file.startsWith(folder)) Reflect.deleteProperty(require.cache, file);
      const loaded = require(at) as { default?: unknown };
      return new core.Destination(loaded.default ?? loaded);
    },
  };
}
