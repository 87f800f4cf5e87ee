import type * as z from "zod";
import type { Outcome } from "../core/delivery.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { DeliveredEvent, DestinationTools } from "./destination.ts";

/** One setting of a destination as the console asks for it (Public API: a catalogue option, delivery.md §5.8). */
export interface DestinationField {
  readonly name: string;
  readonly label: string;
  /** `text`: several lines. `map`: text by name. Secret fields are `string` or `text`. */
  readonly type: "string" | "text" | "select" | "map" | "boolean" | "number";
  readonly required: boolean;
  readonly description: string;
  /** Sealed at rest, never returned. */
  readonly secret: boolean;
  readonly choices?: readonly string[];
  readonly defaultValue?: unknown;
}

export interface DeliveryCall<Settings> {
  /** 1 to `batchSize` events. */
  readonly events: readonly DeliveredEvent[];
  readonly settings: Settings;
  readonly tools: DestinationTools;
  /** Aborts when the time for one request is over. */
  readonly signal: AbortSignal;
}

/**
 * A tool that events can be sent to. `perform` returns one outcome per event, in their order; expected failures are
 * outcomes, and what it throws is a bug that counts as one failed attempt (`INTERNAL`).
 */
export interface DestinationDefinition<Settings> {
  /** The metadataId of the Public API. */
  readonly id: string;
  /** Display name: the key that addresses it in an event's `integrations`. */
  readonly name: string;
  readonly slug: string;
  readonly description: string;
  readonly fields: readonly DestinationField[];
  readonly settings: z.ZodType<Settings>;
  /** Events that one `perform` may get. */
  readonly batchSize: number;
  perform(call: DeliveryCall<Settings>): Promise<readonly Outcome[]>;
}

/** Sends events to one configured destination. */
export type Perform = (
  events: readonly DeliveredEvent[],
  tools: DestinationTools,
  signal: AbortSignal,
) => Promise<readonly Outcome[]>;

/** A definition whose settings type is its own affair: what the registry holds. */
export interface Destination extends Omit<DestinationDefinition<unknown>, "perform" | "settings"> {
  readonly settings: z.ZodType;
  readonly secretFields: readonly string[];
  /** Binds `perform` to settings from the Catalog; the error says which setting is wrong. */
  open(settings: unknown): Result<Perform, string>;
}

export function defineDestination<Settings>(definition: DestinationDefinition<Settings>): Destination {
  const { perform, ...facts } = definition;
  return {
    ...facts,
    secretFields: facts.fields.filter((field) => field.secret).map((field) => field.name),
    open(settings) {
      const parsed = definition.settings.safeParse(settings);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        return err(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`);
      }
      return ok((events, tools, signal) => perform({ events, settings: parsed.data, tools, signal }));
    },
  };
}
