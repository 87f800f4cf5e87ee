import type {
  AccessResult,
  Credentials,
  DestinationInput,
  DestinationPatch,
  DestinationView,
  Label,
  Refusal,
  Role,
  SourceInput,
  SourcePatch,
  SourceView,
  TokenRecord,
  Workspace,
  WorkspacePatch,
} from "../core/catalog.ts";
import type { AlertInput, AlertState, AlertView, Notification } from "../core/alert.ts";
import type { Changes } from "../core/changes.ts";
import type { CostDeps } from "../core/cost-report.ts";
import type { DeadLetter, LetterPage, LetterQuery, ResendRecord, ResendRequest } from "../core/dead-letter.ts";
import type { DebuggerEntry, DebuggerFilter } from "../core/debugger.ts";
import type { DestinationKind, KindSummary } from "../core/destination-kind.ts";
import type { Chance } from "../core/filter.ts";
import type { FilterInput, FilterPatch, FilterRecord } from "../core/filter-record.ts";
import type { HealthDeps } from "../core/health-check.ts";
import type { LookupResult } from "../core/intake.ts";
import type { JsonObject } from "../core/json.ts";
import type { DeliverySummary, ReportWindow, VolumeReport } from "../core/ledger.ts";
import type { OverviewQuery, OverviewRow } from "../core/overview.ts";
import type { Preferences, PreferencesPatch } from "../core/preferences.ts";
import type { ReplayAction, ReplayPage, ReplayQuery, ReplayRecord, ReplayRequest } from "../core/replay.ts";
import type { Result } from "../core/result.ts";
import type { SourceSettingsPatch } from "../core/source.ts";
import type { Mapping, SubscriptionInput, SubscriptionPatch, SubscriptionRecord } from "../core/subscription.ts";
import type { Complaint, Settings, SettingsTrial, TrialReport, TrialRequest } from "../core/trial.ts";
import type { WarehouseInput, WarehousePatch, WarehouseTrial, WarehouseView } from "../core/warehouse-record.ts";

export type { Complaint, Settings, SettingsTrial, TrialReport, TrialRequest };
import type { ArchiveDesk } from "./archive-desk.ts";
import type { ExportsDesk } from "./exports-desk.ts";
import type { TraceDeps } from "./trace-search.ts";

type Answer<T> = Promise<Result<T, Refusal>>;

/** The Catalog as the control plane uses it (durable/catalog.ts). */
export interface CatalogClient {
  workspace(): Promise<Workspace>;
  updateWorkspace(patch: WorkspacePatch): Promise<Workspace>;
  listSources(): Promise<SourceView[]>;
  getSource(id: string): Answer<SourceView>;
  createSource(input: SourceInput): Answer<SourceView>;
  updateSource(id: string, patch: SourcePatch): Answer<SourceView>;
  updateSettings(id: string, patch: SourceSettingsPatch): Answer<SourceView>;
  setLabels(id: string, labels: Label[], replace: boolean): Answer<SourceView>;
  addWriteKey(id: string, expireOthersAfterHours?: number): Answer<SourceView>;
  removeWriteKey(id: string, key: string): Answer<SourceView>;
  /** The ids of the destinations that went with it. */
  deleteSource(id: string): Answer<readonly string[]>;
  listDestinations(): Promise<DestinationView[]>;
  getDestination(id: string): Answer<DestinationView>;
  createDestination(input: DestinationInput): Answer<DestinationView>;
  updateDestination(id: string, patch: DestinationPatch): Answer<DestinationView>;
  deleteDestination(id: string): Answer<null>;
  listSubscriptions(destinationId: string): Answer<SubscriptionRecord[]>;
  getSubscription(destinationId: string, id: string): Answer<SubscriptionRecord>;
  createSubscription(destinationId: string, input: SubscriptionInput): Answer<SubscriptionRecord>;
  updateSubscription(destinationId: string, id: string, patch: SubscriptionPatch): Answer<SubscriptionRecord>;
  deleteSubscription(destinationId: string, id: string): Answer<null>;
  listFilters(destinationId: string): Answer<FilterRecord[]>;
  getFilter(destinationId: string, id: string): Answer<FilterRecord>;
  createFilter(destinationId: string, input: FilterInput): Answer<FilterRecord>;
  updateFilter(destinationId: string, id: string, patch: FilterPatch): Answer<FilterRecord>;
  deleteFilter(destinationId: string, id: string): Answer<null>;
  listWarehouses(): Promise<WarehouseView[]>;
  getWarehouse(id: string): Answer<WarehouseView>;
  createWarehouse(input: WarehouseInput): Answer<WarehouseView>;
  updateWarehouse(id: string, patch: WarehousePatch): Answer<WarehouseView>;
  /** The ids of the sources it was connected to. */
  deleteWarehouse(id: string): Answer<readonly string[]>;
  connectWarehouse(id: string, sourceId: string, connected: boolean): Answer<WarehouseView>;
  listAlerts(): Promise<AlertView[]>;
  getAlert(id: string): Answer<AlertView>;
  createAlert(input: AlertInput): Answer<AlertView>;
  updateAlert(id: string, patch: Changes<AlertInput>): Answer<AlertView>;
  deleteAlert(id: string): Answer<null>;
  signIn(token: string, address: string): Promise<AccessResult & { readonly session?: string }>;
  authenticate(credentials: Credentials): Promise<AccessResult>;
  signOut(session: string): Promise<void>;
  listTokens(): Promise<TokenRecord[]>;
  createToken(name: string, role: Role): Answer<TokenRecord & { readonly secret: string }>;
  deleteToken(id: string): Answer<null>;
}

/** What the control plane asks of the kinds of destination; their code lives in src/destinations. */
export interface KindDesk {
  /** Every kind there is, in no order. */
  list(): Promise<readonly KindSummary[]>;
  /** Everything known of one, without running its code. */
  find(id: string): Promise<DestinationKind | undefined>;
  /** Why a trigger cannot be saved. */
  checkTrigger(trigger: string): string | undefined;
  /** What is wrong in a mapping, by field. */
  checkMapping(mapping: Mapping): Promise<readonly Complaint[]>;
}

/** Runs a destination's code for somebody who watches; bounded in time, secrets masked (destinations/try-out.ts). */
export interface TrialDesk {
  /** What the kind's own code has against these settings. */
  settings(trial: SettingsTrial): Promise<readonly Complaint[]>;
  /** Whether the destination takes the credentials; the error of the inner result is its answer in a sentence. */
  credentials(trial: SettingsTrial): Promise<Result<Result<null, string>, Refusal>>;
  subscription(request: TrialRequest): Promise<Result<TrialReport, Refusal>>;
}

/** Reaches out to warehouses; bounded in time. */
export interface WarehouseDesk {
  /** Whether one with these settings lets us in and do our work; the inner error says in a sentence why not. */
  connect(trial: WarehouseTrial): Promise<Result<Result<null, string>, Refusal>>;
}

/** The ledgers as the control plane uses them (durable/ledger.ts). */
export interface LedgerDesk {
  summary(destinationId: string, window: ReportWindow): Promise<DeliverySummary>;
  /** The rows of a source's ledger, or of a destination's. */
  overview(
    of: { readonly sourceId: string } | { readonly destinationId: string },
    query: OverviewQuery,
  ): Promise<readonly OverviewRow[]>;
  /** Whether somebody has stopped its deliveries. */
  isPaused(destinationId: string): Promise<boolean>;
  pause(destinationId: string): Promise<void>;
  /** Also of a destination that is gone: what waited there is let go, and dropped by that name. */
  resume(destinationId: string): Promise<void>;
  deadLetters(destinationId: string, query: LetterQuery): Promise<LetterPage>;
  /** The letters of one object, `count` of them from `offset` on; `null` when the archive lacks it. */
  readLetters(key: string, offset: number, count: number): Promise<LetterLines | null>;
  resend(destinationId: string, request: ResendRequest): Promise<ResendRecord>;
  resends(destinationId: string): Promise<readonly ResendRecord[]>;
}

/** How alert rules stand and what was told of them (durable/watch.ts). */
export interface AlertDesk {
  view(): Promise<{
    /** Whether rules are looked at. */
    readonly awake: boolean;
    readonly states: Readonly<Record<string, AlertState>>;
    readonly messages: readonly Notification[];
  }>;
  /** Rules have changed, and which one is another rule now, on or off, or gone. */
  refresh(changed?: string): Promise<void>;
  /** Sends at once; null when there is no such alert. */
  test(alertId: string, sentence: string): Promise<Notification | null>;
}

/** The replays of the workspace (durable/replays.ts). */
export interface ReplayDesk {
  /** Idempotent by `id`; the caller has checked what it names. `drainMs`: how long its source's Intake may hold events. */
  create(request: ReplayRequest, drainMs: number): Answer<ReplayRecord>;
  get(id: string): Promise<ReplayRecord | null>;
  list(query: ReplayQuery): Promise<ReplayPage>;
  /** Doing again what is done already changes nothing. */
  act(id: string, action: ReplayAction): Answer<ReplayRecord>;
}

export interface LetterLines {
  readonly letters: readonly DeadLetter[];
  readonly more: boolean;
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

/** Where one messageId is; `event` is its line, or `eventMissing` says why there is none. */
export interface FoundEvent extends LookupResult {
  readonly event?: JsonObject;
  readonly eventMissing?: string;
}

/** Everything the control plane needs from outside. Supplied by bindings/api-deps.ts. */
/** Session secrets as browsers keep them. */
export interface SessionCookies {
  seal(session: string): Promise<string>;
  /** `malformed`: no cookie of ours, or of an older version. `forged`: it looks like one, and nobody here made it. */
  open(cookie: string): Promise<{ readonly session: string } | "malformed" | "forged">;
}

export interface ApiDeps {
  readonly sessionCookies: SessionCookies;
  readonly pathPrefix: string;
  readonly demo: boolean;
  /** A fresh client for each request: a stub belongs to the request that made it. */
  catalog(): CatalogClient;
  readonly kinds: KindDesk;
  readonly trials: TrialDesk;
  readonly ledgers: LedgerDesk;
  readonly replays: ReplayDesk;
  readonly exports: ExportsDesk;
  readonly archive: ArchiveDesk;
  readonly warehouses: WarehouseDesk;
  /** For previews of filters that sample. */
  readonly chance: Chance;
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
  lookup(source: SourceView, messageId: string): Promise<FoundEvent | null>;
  readonly trace: TraceDeps;
  readonly health: HealthDeps;
  readonly cost: CostDeps;
  readonly alerts: AlertDesk;
  renderSnippet(request: SnippetRequest): string;
  /** The signed URL, or why there can be none. */
  signLink(request: LinkRequest): Promise<Result<string, string>>;
  /** An owner has changed something, or signed in, under this host: it is ours, and configuration may be another. */
  noteChange(host: string): Promise<void>;
  /** Letters and digits. */
  newResendId(): string;
  /** As newResendId. */
  newReplayId(): string;
  now(): number;
  newRequestId(): string;
}
