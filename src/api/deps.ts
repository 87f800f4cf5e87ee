import type * as z from "zod";
import type {
  AccessResult,
  Credentials,
  DestinationInput,
  DestinationPatch,
  DestinationView,
  Label,
  Refusal,
  SourceInput,
  SourcePatch,
  SourceView,
  TokenRecord,
  Workspace,
} from "../core/catalog.ts";
import type { DebuggerEntry, DebuggerFilter } from "../core/debugger.ts";
import type { LookupResult } from "../core/intake.ts";
import type { JsonObject } from "../core/json.ts";
import type { DeliverySummary, VolumeReport } from "../core/ledger.ts";
import type { Preferences, PreferencesPatch } from "../core/preferences.ts";
import type { Result } from "../core/result.ts";
import type { SourceSettingsPatch } from "../core/source.ts";

type Answer<T> = Promise<Result<T, Refusal>>;

/** The Catalog as the control plane uses it (durable/catalog.ts). */
export interface CatalogClient {
  workspace(): Promise<Workspace>;
  renameWorkspace(name: string): Promise<Workspace>;
  listSources(): Promise<SourceView[]>;
  getSource(id: string): Answer<SourceView>;
  createSource(input: SourceInput): Answer<SourceView>;
  updateSource(id: string, patch: SourcePatch): Answer<SourceView>;
  updateSettings(id: string, patch: SourceSettingsPatch): Answer<SourceView>;
  setLabels(id: string, labels: Label[], replace: boolean): Answer<SourceView>;
  addWriteKey(id: string, expireOthersAfterHours?: number): Answer<SourceView>;
  removeWriteKey(id: string, key: string): Answer<SourceView>;
  deleteSource(id: string): Answer<null>;
  listDestinations(): Promise<DestinationView[]>;
  getDestination(id: string): Answer<DestinationView>;
  createDestination(input: DestinationInput): Answer<DestinationView>;
  updateDestination(id: string, patch: DestinationPatch): Answer<DestinationView>;
  deleteDestination(id: string): Answer<null>;
  signIn(token: string, address: string): Promise<AccessResult & { readonly session?: string }>;
  authenticate(credentials: Credentials): Promise<AccessResult>;
  signOut(session: string): Promise<void>;
  listTokens(): Promise<TokenRecord[]>;
  createToken(name: string): Answer<TokenRecord & { readonly secret: string }>;
  deleteToken(id: string): Answer<null>;
}

/** One setting of a destination as a form needs it. */
export interface DestinationOption {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  readonly secret: boolean;
  readonly choices?: readonly string[];
  readonly defaultValue?: unknown;
}

/** What the control plane knows of a kind of destination; the definitions live in src/destinations. */
export interface DestinationKind {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly description: string;
  readonly fields: readonly DestinationOption[];
  readonly secretFields: readonly string[];
  readonly settings: z.ZodType;
}

export interface SnippetRequest {
  readonly origin: string;
  readonly pathPrefix: string;
  readonly writeKey: string;
  readonly min: boolean;
}

export interface LinkRequest {
  readonly sourceId: string;
  readonly origin: string;
  readonly writeKey: string;
  readonly to: string;
  readonly calls: {
    readonly anonymousId?: string;
    readonly userId?: string;
    readonly traits?: Readonly<Record<string, string>>;
    readonly event?: string;
    readonly properties?: Readonly<Record<string, string>>;
  };
}

/** Where one messageId is; `event` is its archived line, once there is one. */
export interface FoundEvent extends LookupResult {
  readonly event?: JsonObject;
}

/** Everything the control plane needs from outside. Supplied by bindings/api-deps.ts. */
export interface ApiDeps {
  readonly pathPrefix: string;
  readonly demo: boolean;
  /** A fresh client for each request: a stub belongs to the request that made it. */
  catalog(): CatalogClient;
  readonly destinations: readonly DestinationKind[];
  readonly preferences: { get(): Promise<Preferences>; put(patch: PreferencesPatch): Promise<Preferences> };
  listSamples(
    sourceId: string,
    filter: DebuggerFilter,
    count: number,
  ): Promise<{ readonly entries: readonly DebuggerEntry[]; readonly hidden: number }>;
  /** Hands an upgrade over to the source's debugger. The caller has authorised it. */
  openLive(sourceId: string, request: Request): Promise<Response>;
  clearSamples(sourceId: string): Promise<void>;
  sourceVolume(sourceId: string, minutes: number): Promise<VolumeReport>;
  /** Calls whose write key no source has. */
  unknownVolume(minutes: number): Promise<VolumeReport>;
  deliverySummary(destinationId: string, minutes: number): Promise<DeliverySummary>;
  lookup(source: SourceView, messageId: string): Promise<FoundEvent | null>;
  renderSnippet(request: SnippetRequest): string;
  /** The signed URL, or why there can be none. */
  signLink(request: LinkRequest): Promise<Result<string, string>>;
  now(): number;
  newRequestId(): string;
}
