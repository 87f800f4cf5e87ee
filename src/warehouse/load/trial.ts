import { refuse, type Refusal, type SettingValue } from "../../core/catalog.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { OpenWarehouse, WarehouseTrial } from "../../core/warehouse-record.ts";
import type { ClickhouseClient } from "./clickhouse-client.ts";
import { clickhouseOf, postgresOf, type ConnectDeps, type Reachable } from "./connect.ts";
import type { PostgresClient } from "./postgres-client.ts";
import { LoadFailure } from "./target.ts";

/** What a trial needs from outside. */
export interface WarehouseTrialDeps extends ConnectDeps {
  openWarehouse(id: string): Promise<OpenWarehouse | null>;
}

/** Somebody is waiting for it. */
const TRIAL_MS = 15_000;
const GONE = refuse("not_found", "There is no such warehouse.");
const SEALED = refuse(
  "conflict",
  "Secrets of this warehouse cannot be opened: they were sealed with another INLET_SEAL_KEY. Enter them again.",
);

const MAY_NOT_CREATE = "The connection works, but the user may make no";

async function tryClickhouse(client: ClickhouseClient): Promise<Result<null, string>> {
  await client.rows("SELECT version() AS version", TRIAL_MS);
  // Versions before 24.10 do not know the statement: there a missing right shows at the first load.
  const granted = await client
    .run("CHECK GRANT CREATE DATABASE, CREATE TABLE, INSERT ON *.*", TRIAL_MS)
    .catch(() => "1");
  return granted.trim() === "0" ? err(`${MAY_NOT_CREATE} databases and tables.`) : ok(null);
}

async function tryPostgres(client: PostgresClient): Promise<Result<null, string>> {
  try {
    const [found] = await client.query(
      "SELECT has_database_privilege(current_database(), 'CREATE')::text AS may, current_database()::text AS name",
    );
    const name = String(found?.["name"]);
    return found?.["may"] === "true" ? ok(null) : err(`${MAY_NOT_CREATE} schemas in the database ${name}.`);
  } finally {
    await client.close();
  }
}

async function tryReachable(warehouse: Reachable, deps: ConnectDeps): Promise<Result<null, string>> {
  try {
    return warehouse.kind === "clickhouse"
      ? await tryClickhouse(clickhouseOf(warehouse, deps))
      : await tryPostgres(await postgresOf(warehouse, deps));
  } catch (error) {
    if (error instanceof LoadFailure) return err(error.message);
    throw error;
  }
}

/** The settings as they would be, with the secrets that nobody typed again. */
async function reachableOf(
  { kind, settings, secrets, stored }: WarehouseTrial,
  { openWarehouse }: WarehouseTrialDeps,
): Promise<Result<Reachable, Refusal>> {
  const all: Record<string, SettingValue> = { ...settings };
  for (const [name, value] of Object.entries(secrets)) if (value !== null) all[name] = value;
  const names = Object.keys(secrets);
  if (stored !== undefined) {
    const opened = await openWarehouse(stored.warehouseId);
    if (opened === null) return err(GONE);
    if (stored.secrets.some((name) => opened.unreadable.includes(name))) return err(SEALED);
    for (const name of stored.secrets) all[name] = opened.settings[name] ?? "";
    names.push(...stored.secrets);
  }
  return ok({ kind, settings: all, secrets: names });
}

/** Whether a warehouse with these settings lets us in and make tables; the inner error is a sentence. */
export async function tryWarehouse(
  trial: WarehouseTrial,
  deps: WarehouseTrialDeps,
): Promise<Result<Result<null, string>, Refusal>> {
  const warehouse = await reachableOf(trial, deps);
  return warehouse.ok ? ok(await tryReachable(warehouse.value, deps)) : warehouse;
}
