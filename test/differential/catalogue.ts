import { createRequire } from "node:module";
import type { Mapping } from "./case.ts";

/** What the generator reads of upstream's definitions: data only, none of their code is run here. */
export interface Field {
  readonly type: string;
  readonly format?: string;
  readonly multiple?: boolean;
  readonly required?: unknown;
  readonly default?: unknown;
  readonly choices?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Field>>;
  readonly minimum?: number;
  readonly maximum?: number;
}
export type Fields = Readonly<Record<string, Field>>;

export interface UpstreamAction {
  readonly title: string;
  readonly platform?: string;
  readonly defaultSubscription?: string;
  readonly fields?: Fields;
  readonly performBatch?: unknown;
  readonly syncMode?: { readonly default: string; readonly choices: readonly { readonly value: string }[] };
  readonly hooks?: Readonly<Record<string, { readonly outputTypes?: Fields; readonly inputFields?: Fields }>>;
}

interface Preset {
  readonly name: string;
  readonly partnerAction: string;
  readonly mapping?: Mapping;
  readonly subscribe?: string;
  readonly type: string;
  readonly eventSlug?: string;
}

export interface UpstreamDefinition {
  readonly name: string;
  readonly slug?: string;
  readonly authentication?: { readonly scheme: string; readonly fields?: Fields };
  readonly actions: Readonly<Record<string, UpstreamAction>>;
  readonly presets?: readonly Preset[];
  readonly audienceConfig?: unknown;
  readonly audienceFields?: Fields;
}

export interface Manifest {
  readonly [metadataId: string]: { readonly definition: UpstreamDefinition; readonly directory: string };
}

export function readManifest(): Manifest {
  const upstream = createRequire(import.meta.url)("@segment/action-destinations") as { manifest: Manifest };
  return upstream.manifest;
}

/** One way of using an action: a preset, or the action with its default mapping. */
export interface Variant {
  readonly destination: string;
  readonly slug: string;
  readonly definition: UpstreamDefinition;
  readonly action: string;
  readonly fields: Fields;
  readonly label: string;
  readonly mapping: Mapping;
  /** Undefined: upstream gives none, as with presets for one named event. */
  readonly trigger: string | undefined;
  readonly batches: boolean;
}

const isDefault = ([, field]: [string, Field]): boolean => field.default !== undefined;
const defaultsOf = (fields: Fields): Mapping =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(isDefault)
      .map(([key, field]) => [key, field.default]),
  );

/** Nothing upstream applies a field's default at run time: it is part of a mapping or it is nothing (§7.2). */
export function variantsOf(manifest: Manifest): readonly Variant[] {
  return Object.entries(manifest).flatMap(([destination, { definition, directory }]) => {
    const slug = (definition.slug ?? directory).replace(/^actions-/, "");
    const make = (action: string, label: string, own: Mapping, trigger: string | undefined): Variant[] => {
      const upstream = definition.actions[action];
      if (upstream === undefined || upstream.platform === "web") return [];
      const fields = upstream.fields ?? {};
      const mapping = { ...defaultsOf(fields), ...own };
      const batches = typeof upstream.performBatch === "function";
      return [{ destination, slug, definition, action, fields, label, mapping, trigger, batches }];
    };
    const actions = Object.keys(definition.actions).flatMap((key) =>
      make(key, "defaults", {}, definition.actions[key]?.defaultSubscription),
    );
    const presets = (definition.presets ?? []).flatMap((preset) =>
      make(preset.partnerAction, preset.name, preset.mapping ?? {}, preset.subscribe),
    );
    return [...actions, ...presets];
  });
}
