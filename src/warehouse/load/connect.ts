import type { OpenWarehouse } from "../../core/warehouse-record.ts";
import { ClickhouseClient } from "./clickhouse-client.ts";
import { ClickhouseTarget } from "./clickhouse.ts";
import { PostgresClient, type PostgresAccess } from "./postgres-client.ts";
import { PostgresTarget } from "./postgres.ts";
import { LoadFailure, type LoadTarget } from "./target.ts";

/** The ways out of here. Supplied by bindings/load-deps.ts. */
export interface ConnectDeps {
  /** Guarded: refuses this Inlet's own hosts and private ones, also after a redirect. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** The host in its one spelling; throws when it may not be reached from here. */
  checkHost(host: string, port: number): Promise<string>;
  /** What a Hyperdrive binding of that name connects with; undefined when there is none. */
  hyperdrive(name: string): string | undefined;
  within: PostgresAccess["within"];
  timeLimit(ms: number): { readonly signal: AbortSignal; clear(): void };
}

export type Reachable = Pick<OpenWarehouse, "kind" | "settings" | "secrets">;

const text = ({ settings }: Reachable, name: string): string => {
  const value = settings[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};
const secretsOf = (warehouse: Reachable): string[] => warehouse.secrets.map((name) => text(warehouse, name));

export function clickhouseOf(warehouse: Reachable, { fetch, timeLimit }: ConnectDeps): ClickhouseClient {
  const url = text(warehouse, "url");
  if (!URL.canParse(url)) throw new LoadFailure("The URL is none.");
  const [username, password] = [text(warehouse, "username"), text(warehouse, "password")];
  return new ClickhouseClient({ url, username, password, fetch, timeLimit });
}

export async function postgresOf(warehouse: Reachable, deps: ConnectDeps): Promise<PostgresClient> {
  const { within } = deps;
  const [secrets, binding] = [secretsOf(warehouse), text(warehouse, "hyperdrive")];
  if (binding !== "") {
    const connection = deps.hyperdrive(binding);
    if (connection === undefined) throw new LoadFailure(`This Worker has no Hyperdrive binding called ${binding}.`);
    return new PostgresClient({ connection, secrets: [...secrets, new URL(connection).password], within });
  }
  const port = Number(text(warehouse, "port"));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new LoadFailure("The port is none.");
  const host = await deps.checkHost(text(warehouse, "hostname"), port).catch((error: unknown) => {
    throw new LoadFailure(`The host cannot be used: ${error instanceof Error ? error.message : String(error)}.`);
  });
  const [database, username] = [text(warehouse, "database"), text(warehouse, "username")];
  const tls = text(warehouse, "tls") !== "disable";
  const connection = { host, port, database, username, password: text(warehouse, "password"), tls };
  return new PostgresClient({ connection, secrets, within });
}

/** A connection to one schema of a warehouse; nothing is sent before it is used. */
export async function connectWarehouse(warehouse: Reachable, schema: string, deps: ConnectDeps): Promise<LoadTarget> {
  switch (warehouse.kind) {
    case "clickhouse":
      return new ClickhouseTarget(clickhouseOf(warehouse, deps), schema);
    case "postgres":
      return new PostgresTarget(await postgresOf(warehouse, deps), schema);
  }
}
