import { ALERTS, type AlertInput, type AlertRecord, type AlertView, type OpenAlert } from "../../src/core/alert.ts";
import { refuse, type Refusal } from "../../src/core/catalog.ts";
import type { Changes } from "../../src/core/changes.ts";
import { defined } from "../../src/core/defined.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import type { Room } from "./room.ts";
import { openAll, sealChanges } from "./sealed-secrets.ts";
import { randomId } from "./secrets.ts";

type Answer = Result<AlertView, Refusal>;

const NO_ALERT = refuse("not_found", "There is no such alert.");
const sealOwner = (id: string): string => `alert:${id}`;

function viewOf(record: AlertRecord): AlertView {
  const { sealed, ...view } = record;
  return { ...view, signed: "sharedSecret" in sealed };
}

/** Whether what the rule is about is there. */
function missing({ store }: Room, { rule }: Pick<AlertInput, "rule">): Refusal | undefined {
  if (rule.type === "source_volume" && store.source(rule.sourceId) === undefined) {
    return refuse("invalid", "There is no such source.", "rule.sourceId");
  }
  if (rule.type === "delivery_rate" && store.destination(rule.destinationId) === undefined) {
    return refuse("invalid", "There is no such destination.", "rule.destinationId");
  }
  return undefined;
}

export async function createAlert(room: Room, input: AlertInput): Promise<Answer> {
  const id = randomId();
  const reseal = await sealChanges(room.sealer, sealOwner(id), input.secrets);
  const { alerts } = room.store;
  return room.write(() => {
    if (alerts.list().length >= ALERTS.rules) {
      return err(refuse("conflict", `A workspace has at most ${ALERTS.rules} alerts.`));
    }
    const refusal = missing(room, input);
    if (refusal !== undefined) return err(refusal);
    const { name, enabled, rule, channel, consoleUrl } = input;
    const now = room.now();
    const sealed = reseal({});
    const record = { id, name, enabled, rule, channel, sealed, consoleUrl, createdAt: now, updatedAt: now };
    alerts.put(record);
    return ok(viewOf(record));
  });
}

/** What is named changes; of the secrets only those that are named. */
export async function updateAlert(room: Room, id: string, patch: Changes<AlertInput>): Promise<Answer> {
  const reseal = await sealChanges(room.sealer, sealOwner(id), patch.secrets ?? {});
  const { alerts } = room.store;
  return room.write(() => {
    const old = alerts.find(id);
    if (old === undefined) return err(NO_ALERT);
    const refusal = patch.rule === undefined ? undefined : missing(room, { rule: patch.rule });
    if (refusal !== undefined) return err(refusal);
    const record: AlertRecord = {
      ...old,
      ...defined("name", patch.name),
      ...defined("enabled", patch.enabled),
      ...defined("rule", patch.rule),
      ...defined("channel", patch.channel),
      ...defined("consoleUrl", patch.consoleUrl),
      sealed: reseal(old.sealed),
      updatedAt: room.now(),
    };
    alerts.put(record);
    return ok(viewOf(record));
  });
}

export function deleteAlert(room: Room, id: string): Result<null, Refusal> {
  const { alerts } = room.store;
  return room.write(() => {
    if (alerts.find(id) === undefined) return err(NO_ALERT);
    alerts.drop(id);
    return ok(null);
  });
}

export function getAlert(room: Room, id: string): Answer {
  const record = room.store.alerts.find(id);
  return record === undefined ? err(NO_ALERT) : ok(viewOf(record));
}

export const listAlerts = (room: Room): AlertView[] => room.store.alerts.list().map(viewOf);

async function open(room: Room, { id, name, rule, channel, sealed, consoleUrl }: AlertRecord): Promise<OpenAlert> {
  const { opened } = await openAll(room.sealer, sealOwner(id), sealed);
  const { url, sharedSecret } = opened;
  return {
    id,
    name,
    rule,
    kind: channel.kind,
    consoleUrl,
    ...defined("url", url),
    ...defined("sharedSecret", sharedSecret),
  };
}

/** With their addresses opened, for who sends: those that are enabled. */
export const openAlerts = (room: Room): Promise<OpenAlert[]> =>
  Promise.all(
    room.store.alerts
      .list()
      .filter(({ enabled }) => enabled)
      .map((record) => open(room, record)),
  );

/** One of them, enabled or not; null when it is gone. */
export async function openAlert(room: Room, id: string): Promise<OpenAlert | null> {
  const record = room.store.alerts.find(id);
  return record === undefined ? null : open(room, record);
}
