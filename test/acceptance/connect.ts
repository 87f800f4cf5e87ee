import type { RunningInlet } from "../support/server.ts";

/** How a person connects a tool: its kind, its settings, which presets are switched on and which actions are added. */
export interface Connect {
  readonly metadataId: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** By name, each with what is mapped differently. Those of our own kinds are on from the beginning. */
  readonly presets?: Readonly<Record<string, Mapping>>;
  /** `mapping` is laid over the defaults of the action's fields. */
  readonly actions?: readonly { readonly actionId: string; readonly trigger: string; readonly mapping: Mapping }[];
}
type Mapping = Readonly<Record<string, unknown>>;

/** The event's properties with its messageId among them, for vendors that have no field for it. */
export const WITH_ID: Mapping = {
  "@merge": { direction: "right", objects: [{ "@path": "$.properties" }, { message_id: { "@path": "$.messageId" } }] },
};

export interface Connected {
  readonly id: string;
  readonly name: string;
}

interface Subscription {
  readonly id: string;
  readonly name: string;
  readonly settings: Mapping;
}
interface Kind {
  readonly actions: readonly {
    readonly id: string;
    readonly fields: readonly { readonly id: string; readonly defaultValue?: unknown }[];
  }[];
}

async function enablePresets(inlet: RunningInlet, path: string, presets: Readonly<Record<string, Mapping>>) {
  const { subscriptions } = await inlet.api<{ subscriptions: Subscription[] }>(
    "GET",
    `${path}/subscriptions?pagination[count]=100`,
  );
  for (const [name, mapping] of Object.entries(presets)) {
    const found = subscriptions.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no preset ${name}`);
    const change = { enabled: true, settings: { ...found.settings, ...mapping } };
    await inlet.api("PATCH", `${path}/subscriptions/${found.id}`, change);
  }
}

async function addActions(inlet: RunningInlet, path: string, { metadataId, actions = [] }: Connect) {
  if (actions.length === 0) return;
  const { kind } = await inlet.api<{ kind: Kind }>("GET", `/api/catalog/destination-index/${metadataId}`);
  for (const { actionId, trigger, mapping } of actions) {
    const { fields = [] } = kind.actions.find(({ id }) => id === actionId) ?? {};
    const defaults = fields.flatMap(({ id, defaultValue }) => (defaultValue === undefined ? [] : [[id, defaultValue]]));
    const settings = { ...(Object.fromEntries(defaults) as Mapping), ...mapping };
    await inlet.api("POST", `${path}/subscriptions`, { name: actionId, actionId, trigger, enabled: true, settings });
  }
}

/** Connects a tool to a source, through the API alone. */
export async function connect(
  inlet: RunningInlet,
  sourceId: string,
  { name, ...how }: Connect & { readonly name: string; readonly consentCategories?: readonly string[] },
): Promise<Connected> {
  const { metadataId, settings, presets = {}, consentCategories = [] } = how;
  const body = { sourceId, metadataId, name, settings, consentCategories };
  const { destination } = await inlet.api<{ destination: { id: string } }>("POST", "/api/destinations", body);
  const path = `/api/destinations/${destination.id}`;
  await enablePresets(inlet, path, presets);
  await addActions(inlet, path, how);
  return { id: destination.id, name };
}
