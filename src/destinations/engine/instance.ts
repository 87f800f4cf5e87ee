import type * as Core from "@segment/actions-core";
import type { SettingValue } from "../../core/catalog.ts";
import type { ActionsCore } from "./modules.ts";
import { isSecretSetting } from "./fields.ts";
import { hiderFor, secretsOf, type Hide } from "./secrets.ts";
import { splitSettings, type OpenSettings } from "./settings.ts";
import { Tokens } from "./tokens.ts";

export type Definition = Core.DestinationDefinition<unknown>;

/** One configured destination's own copy of a definition's code, with what goes with its settings. */
export interface Instance {
  readonly core: ActionsCore;
  readonly definition: Definition;
  readonly destination: Core.Destination<unknown>;
  readonly settings: OpenSettings;
  readonly tokens: Tokens;
  readonly hide: Hide;
}

/** Makes a definition afresh. `env`: what it finds in `process.env`; `fields`: settings as its code gets them. */
export type MakeDefinition = (
  env: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, unknown>>,
) => Definition;

export interface GivenSettings {
  /** As the Catalog has them. */
  readonly settings: Readonly<Record<string, SettingValue>>;
  /** As the definition's code gets them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export function createInstance(core: ActionsCore, make: MakeDefinition, { settings, fields }: GivenSettings): Instance {
  const split = { ...splitSettings(settings), fields };
  const definition = make(split.env, fields);
  const declared = definition.authentication?.fields ?? {};
  const isSecret = (name: string): boolean => declared[name] !== undefined && isSecretSetting(name, declared[name]);
  const secrets = secretsOf(settings, isSecret);
  const tokens = new Tokens(split.oauth);
  return {
    core,
    definition,
    destination: new core.Destination(definition),
    settings: split,
    tokens,
    hide: hiderFor(() => [...secrets, ...tokens.seen]),
  };
}

/**
 * Instances in use, by configured destination and settings: what a definition caches (tokens, look-ups) is worth
 * keeping between batches, and is never seen by another destination nor outlives a change of settings.
 */
export class Instances {
  readonly #kept = new Map<string, Instance>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** @param name of the configured destination, and of its kind. */
  take(name: readonly string[], settings: Readonly<Record<string, SettingValue>>, make: () => Instance): Instance {
    const key = JSON.stringify([name, Object.entries(settings).toSorted(byName)]);
    const instance = this.#kept.get(key) ?? make();
    this.#kept.delete(key);
    this.#kept.set(key, instance);
    if (this.#kept.size > this.#most) this.#kept.delete(this.#kept.keys().next().value!);
    return instance;
  }
}

const byName = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1);
