import type { SettingValue } from "../../core/catalog.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Destination } from "../destination.ts";
import { createConnection } from "./connection.ts";
import { createInstance, Instances, type Definition, type MakeDefinition } from "./instance.ts";
import { loadCore, loadDefinition, type ActionsCore } from "./modules.ts";
import { splitSettings } from "./settings.ts";
import { whyUnavailable } from "./unavailable.ts";
import type { OwnKind } from "../own/own-kind.ts";

/** Those used last, of all kinds: each is some 100 kB of an isolate's 128 MB. */
const instances = new Instances(60);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** actions-core's own check, on a copy because it coerces what it checks. */
function checkSettings(check: () => void): Result<null, string> {
  try {
    check();
    return ok(null);
  } catch (error) {
    return err(messageOf(error));
  }
}

type Settings = Readonly<Record<string, SettingValue>>;

interface Parts {
  readonly id: string;
  readonly name: string;
  readonly make: MakeDefinition;
  /** What the definition's code gets as its settings; the error says which one is wrong. */
  check(settings: Settings): Result<Readonly<Record<string, unknown>>, string>;
}

function createDestination(core: ActionsCore, { id, name, make, check }: Parts): Destination {
  return {
    id,
    name,
    open(settings, context) {
      const fields = check(settings);
      if (!fields.ok) return fields;
      const instance = instances.take([id, context.destinationId], settings, () =>
        createInstance(core, make, { settings, fields: fields.value }),
      );
      const { destination } = instance;
      const checked = checkSettings(() => destination.validateSettings(structuredClone(fields.value)));
      return checked.ok ? ok(createConnection(instance, context)) : checked;
    },
  };
}

/** What can never be opened says why, so that its events are not lost under a general word. */
const unavailable = (id: string, reason: string): Destination => ({
  id,
  name: id,
  open: () => err(reason),
});

/** A destination of Segment's open catalogue; undefined when it has none with this metadataId. */
export async function loadCatalogued(metadataId: string): Promise<Destination | undefined> {
  const reason = whyUnavailable(metadataId);
  if (reason !== undefined) return unavailable(metadataId, reason);
  const load = await loadDefinition(metadataId);
  if (load === undefined) return undefined;
  const core = await loadCore();
  const make = (env: Readonly<Record<string, string>>): Definition => load(env) as Definition;
  const check: Parts["check"] = (settings) => ok(splitSettings(settings).fields);
  return createDestination(core, { id: metadataId, name: make({}).name, make, check });
}

/** A destination of ours, whose settings are checked by its own schema. */
export async function loadOwn({ kind, settings: schema, define }: OwnKind): Promise<Destination> {
  const core = await loadCore();
  const check: Parts["check"] = (settings) => {
    const parsed = schema.safeParse(settings);
    if (parsed.success) return ok(parsed.data as Readonly<Record<string, unknown>>);
    const [issue] = parsed.error.issues;
    return err(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`);
  };
  const { id, name } = kind;
  return createDestination(core, { id, name, make: (_env, fields) => define(fields), check });
}
