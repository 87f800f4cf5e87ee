import type { DestinationField } from "./destination-kind.ts";
import type { WarehouseKindId } from "./warehouse-record.ts";

/** A kind of warehouse as forms and lists show it. */
export interface WarehouseKind {
  readonly id: WarehouseKindId;
  readonly name: string;
  readonly description: string;
  readonly fields: readonly DestinationField[];
}

const field = (
  given: Pick<DestinationField, "name" | "label" | "description"> & Partial<DestinationField>,
): DestinationField => ({ type: "string", required: true, secret: false, ...given });

const password = field({
  name: "password",
  label: "Password",
  description: "Encrypted where it is kept, and never shown again.",
  required: false,
  secret: true,
});

const CLICKHOUSE: WarehouseKind = {
  id: "clickhouse",
  name: "ClickHouse",
  description: "Loads every published hour over ClickHouse's HTTP interface; one database per source.",
  fields: [
    field({
      name: "url",
      label: "URL",
      description: "Of the HTTP interface with its port, such as https://example.eu-west-1.aws.clickhouse.cloud:8443.",
    }),
    field({
      name: "username",
      label: "User",
      description: "Needs CREATE DATABASE, CREATE TABLE, ALTER, INSERT and SELECT; ALTER DELETE covers removals.",
      defaultValue: "default",
    }),
    password,
  ],
};

const POSTGRES: WarehouseKind = {
  id: "postgres",
  name: "PostgreSQL",
  description: "Loads every published hour in transactions; one schema per source. PostgreSQL 12 or later.",
  fields: [
    field({
      name: "hostname",
      label: "Host",
      description:
        "Name or address of the server, or of its connection pooler. Only a Hyperdrive binding makes up for it.",
      required: { conditions: [{ fieldKey: "hyperdrive", operator: "is" }] },
    }),
    field({
      name: "port",
      label: "Port",
      description: "5432 unless it was changed.",
      type: "number",
      defaultValue: 5432,
    }),
    field({
      name: "database",
      label: "Database",
      description: "Has to exist; schemas are made in it.",
      defaultValue: "postgres",
    }),
    field({ name: "username", label: "User", description: "Needs CREATE on the database.", defaultValue: "postgres" }),
    password,
    field({
      name: "tls",
      label: "Encryption",
      description: "With TLS the server's certificate is checked against the public authorities.",
      type: "select",
      choices: [
        { label: "TLS", value: "require" },
        { label: "None (only within a trusted network)", value: "disable" },
      ],
      defaultValue: "require",
    }),
    field({
      name: "hyperdrive",
      label: "Hyperdrive binding",
      description:
        "Name of a Hyperdrive binding of this Worker: the connection then goes through it, and host, user, password and encryption are those configured there.",
      required: false,
    }),
  ],
};

/** In the order in which they are offered. */
export const WAREHOUSE_KINDS: readonly WarehouseKind[] = [CLICKHOUSE, POSTGRES];

export const warehouseKind = (id: string): WarehouseKind | undefined => WAREHOUSE_KINDS.find((kind) => kind.id === id);
