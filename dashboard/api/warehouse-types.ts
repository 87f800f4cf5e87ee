import type { DestinationField, FieldConditions } from "./types.ts";

/** A setting as the Public API shows it. */
export interface WarehouseOption extends Omit<DestinationField, "required"> {
  readonly required: boolean;
  /** What makes it needed when it is not in any case. */
  readonly requiredWhen?: FieldConditions;
}

/** A kind of warehouse. */
export interface WarehouseKind {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly options: readonly WarehouseOption[];
}

/** A database that tables are loaded into. Secret settings are never returned. */
export interface Warehouse {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly metadata: WarehouseKind;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, boolean>>;
  readonly sourceIds: readonly string[];
  readonly createdAt: string;
}

/** Whether it can be reached and lets tables be made; `reason` in its own words. */
export interface ConnectionVerdict {
  readonly status: "CONNECTED" | "FAILED";
  readonly reason?: string;
}

/** One published hour of a source, loaded. */
export interface WarehouseSync {
  readonly id: number;
  readonly start: string;
  readonly end: string | null;
  readonly status: "RUNNING" | "SUCCESS" | "PARTIAL" | "FAILED";
  /** Rows. */
  readonly count: number;
  readonly hour: string;
  readonly notices: readonly { readonly level: "ERROR" | "WARNING" | "INFO"; readonly message: string }[];
}
