import type { Label, Role, SourceRecord } from "../../src/core/catalog.ts";
import type {
  ActionField,
  ActionKind,
  DestinationField,
  DestinationKind,
  FieldConditions,
  KindSummary,
  PresetKind,
} from "../../src/core/destination-kind.ts";
import type { LookupResult } from "../../src/core/intake.ts";
import type { RetentionDays } from "../../src/core/retention.ts";
import type { SourceSettings } from "../../src/core/source.ts";
import type { TrialExchange, TrialReport } from "../../src/core/trial.ts";

export type { Label, Role, SourceSettings };
export type {
  ActionField,
  ActionKind,
  DestinationField,
  DestinationKind,
  FieldConditions,
  KindSummary,
  PresetKind,
  TrialExchange,
};
export type SourceKind = SourceRecord["kind"];

/** Times are ISO-8601 UTC unless a field says ms. */
export interface Session {
  readonly role: Role;
  readonly expiresAt: string;
}

export interface Workspace {
  readonly workspace: {
    readonly id: string;
    readonly slug: string;
    readonly name: string;
    /** How long events and dead letters are kept; 0 is for ever. */
    readonly retentionDays: RetentionDays;
  };
  readonly host: { readonly origin: string; readonly pathPrefix: string };
  readonly demo: boolean;
}

export interface WriteKeyDetails {
  readonly key: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
}

export interface Source {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly kind: SourceKind;
  readonly writeKeys: readonly string[];
  readonly writeKeyDetails: readonly WriteKeyDetails[];
  readonly labels: readonly Label[];
  readonly settings: SourceSettings;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Pagination {
  readonly current: string;
  readonly next?: string;
  readonly totalEntries: number;
}

export interface Setup {
  readonly origin: string;
  readonly pathPrefix: string;
  readonly writeKey: string;
  readonly snippet: string;
  readonly snippetMin: string;
  readonly links: { readonly analyticsJs: string; readonly settings: string };
}

export interface SourceVolume {
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: number;
  readonly lastEventAt: string | null;
  /** Accepted events per step of the period asked for, oldest first. */
  readonly series: readonly number[];
}

export interface WorkspaceVolume {
  readonly sources: Readonly<Record<string, SourceVolume>>;
  /** Calls whose write key no source has. */
  readonly unknown: { readonly count: number };
}

export type Lookup = Omit<LookupResult, "firstSeenAt" | "duplicates"> & {
  readonly firstSeenAt: string;
  readonly duplicates: { readonly count: number; readonly atLeast: boolean; readonly times: readonly string[] };
  /** The archived line, once there is one. */
  readonly event?: unknown;
};

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string;
  readonly lastUsedAt?: string;
}

/** A configured destination. Secret settings are never returned. */
export interface Destination {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  /** Stopped by hand: its events wait, none are dropped. */
  readonly paused?: boolean;
  readonly metadata: { readonly id: string; readonly name: string };
  /** The first of `sourceIds`. */
  readonly sourceId: string;
  readonly sourceIds: readonly string[];
  /** Only events whose visitor consented to all of these are sent; none are needed when empty. */
  readonly consentCategories: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  /** Which secret settings hold a value; the values never leave the collector. */
  readonly secrets: Readonly<Record<string, boolean>>;
  readonly createdAt: string;
}

/** One mapping of a destination, in the Public API's words: `settings` is what the payload is made of. */
export interface Subscription {
  readonly id: string;
  readonly name: string;
  /** The action's key in its kind. */
  readonly actionId: string;
  readonly destinationId: string;
  readonly enabled: boolean;
  readonly trigger: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What one mapping made of one event: the engine's report, its outcome in words as well. */
export type TrialAnswer = Omit<TrialReport, "outcome"> & {
  readonly outcome: {
    readonly status: "delivered" | "retry" | "abandoned";
    readonly reason?: string;
    readonly detail?: string;
    readonly sentence?: string;
    readonly todo?: string;
  };
};

/** Whether a tool takes the credentials, and its own words when it does not. */
export interface AuthenticationVerdict {
  readonly valid: boolean;
  readonly reason?: string;
}
