import * as z from "zod";
import { SettingValues, type DestinationView, type Role, type SettingValue } from "../core/catalog.ts";
import { maskHeader } from "../core/mask.ts";
import { entriesOf } from "../core/setting-rules.ts";
import { iso, IsoTime } from "./app.ts";
import { KindFacts, Metadata, showFacts, showKind } from "./catalogue-view.ts";
import type { ApiDeps } from "./deps.ts";

/**
 * A destination as the Public API shows it, and what Segment lacks: several sources, consent, pause. Secret settings
 * are never shown; `secrets` says which of them hold a value. `sourceId` is the first of `sourceIds`.
 */
export const Destination = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  paused: z.boolean(),
  metadata: z.union([Metadata, KindFacts]),
  sourceId: z.string(),
  sourceIds: z.array(z.string()),
  consentCategories: z.array(z.string()),
  settings: SettingValues,
  secrets: z.record(z.string(), z.boolean()),
  createdAt: IsoTime,
  updatedAt: IsoTime,
});
export type Destination = z.infer<typeof Destination>;

export const DestinationAnswer = z.object({ destination: Destination });
export const DestinationParams = z.object({ destinationId: z.string().max(64) });

/** A kind that this version of the collector does not have (any more): nothing can be sent there. */
const lostKind = ({ metadataId, integrationName }: DestinationView): z.infer<typeof Metadata> =>
  showKind({
    id: metadataId,
    slug: metadataId,
    name: integrationName,
    description: "",
    categories: [],
    available: false,
    unavailableReason: "This version of the collector does not have this kind of destination.",
    authScheme: "none",
    notes: [],
    testsAuthentication: false,
    fields: [],
    actions: [],
    presets: [],
    startsEnabled: false,
  });

async function metadataOf(deps: ApiDeps, view: DestinationView, brief: boolean) {
  if (brief) {
    const found = (await deps.kinds.list()).find(({ id }) => id === view.metadataId);
    return found === undefined ? lostKind(view) : showFacts(found);
  }
  const kind = await deps.kinds.find(view.metadataId);
  return kind === undefined ? lostKind(view) : showKind(kind);
}

/** As a viewer may see it: of headers that were stored as plain ones, and are none, only that they are there. */
function maskEntries(value: SettingValue): SettingValue {
  const entries = entriesOf(value);
  return entries.length === 0
    ? value
    : Object.fromEntries(entries.map(([name, text]) => [name, maskHeader(name, text)]));
}

const shownSettings = (settings: DestinationView["settings"], role: Role): Destination["settings"] =>
  role === "owner"
    ? settings
    : Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, maskEntries(value)]));

/**
 * @param role of whoever looks
 * @param brief leaves settings, actions and presets of its kind out: they are far larger than the destination
 */
export async function showDestination(
  deps: ApiDeps,
  view: DestinationView,
  role: Role,
  brief = false,
): Promise<Destination> {
  const [metadata, paused] = await Promise.all([metadataOf(deps, view, brief), deps.ledgers.isPaused(view.id)]);
  return {
    id: view.id,
    name: view.name,
    enabled: view.enabled,
    paused,
    metadata,
    sourceId: view.sourceIds[0] ?? "",
    sourceIds: [...view.sourceIds],
    consentCategories: [...view.consentCategories],
    settings: shownSettings(view.settings, role),
    secrets: { ...view.secrets },
    createdAt: iso(view.createdAt),
    updatedAt: iso(view.updatedAt),
  };
}

export const destinationAnswer = async (deps: ApiDeps, view: DestinationView, role: Role) => ({
  data: { destination: await showDestination(deps, view, role) },
});
