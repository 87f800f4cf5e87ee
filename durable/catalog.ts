import { DurableObject } from "cloudflare:workers";
import * as z from "zod";
import { Workspace, type DestinationInput, type DestinationPatch, type Directory } from "../src/core/catalog.ts";
import type { Credentials, Label, Role, SourceInput, SourcePatch, WorkspacePatch } from "../src/core/catalog.ts";
import type { AlertInput } from "../src/core/alert.ts";
import type { Changes } from "../src/core/changes.ts";
import { DAY_MS } from "../src/core/durations.ts";
import { Plan } from "../src/core/plan.ts";
import type { FilterInput, FilterPatch } from "../src/core/filter-record.ts";
import { retentionOf, type RetentionDays } from "../src/core/retention.ts";
import type { SourceSettingsPatch } from "../src/core/source.ts";
import type { SubscriptionInput, SubscriptionPatch } from "../src/core/subscription.ts";
import type { WarehouseInput, WarehousePatch } from "../src/core/warehouse-record.ts";
import { createAccess, type Access } from "./catalog/access.ts";
import * as alerts from "./catalog/alerts.ts";
import { createCompiler } from "./catalog/compiled.ts";
import { endDeadLetters } from "./catalog/dead-letters.ts";
import * as destinations from "./catalog/destinations.ts";
import { exportPlan, fixSchema } from "./catalog/export-plan.ts";
import * as filters from "./catalog/filters.ts";
import * as hosts from "./catalog/hosts.ts";
import { createRoom, type Room } from "./catalog/room.ts";
import { createSealer } from "./catalog/sealer.ts";
import { ensureSeeded } from "./catalog/seed.ts";
import * as sources from "./catalog/sources.ts";
import { openStore } from "./catalog/store.ts";
import * as subscriptions from "./catalog/subscriptions.ts";
import * as warehouses from "./catalog/warehouses.ts";

/** The part of the Worker's settings that this object needs (meanings: src/env.ts). */
const Settings = z.object({
  INLET_DEMO: z.stringbool().default(false),
  INLET_PLAN: Plan.default("paid"),
  INLET_ADMIN_TOKEN: z.string().min(16),
  INLET_SEAL_KEY: z.string().regex(/^[A-Za-z0-9_-]{43}$/, "32 bytes as base64url without padding"),
});

/**
 * The workspace's configuration and who may change it: one object, `getByName("workspace")`.
 * Expected failures come back as `Result`; whatever throws is a bug. Secrets are sealed or hashed before they are
 * stored, and only `directory` (link keys), `openDestination` and `openWarehouse` ever give opened ones out.
 */
export class Catalog extends DurableObject<Env> {
  readonly #room: Room;
  readonly #access: Access;
  readonly #compiler: ReturnType<typeof createCompiler>;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const settings = Settings.parse(env);
    const store = openStore(ctx.storage.sql);
    this.#room = createRoom(ctx.storage, store, createSealer(settings.INLET_SEAL_KEY), settings.INLET_PLAN);
    this.#access = createAccess(store, settings.INLET_ADMIN_TOKEN, this.#room.now);
    this.#compiler = createCompiler(this.#room);
    void ctx.blockConcurrencyWhile(async () => {
      await ensureSeeded(this.#room, settings.INLET_DEMO);
      if ((await ctx.storage.getAlarm()) === null) await ctx.storage.setAlarm(this.#room.now() + DAY_MS);
    });
  }

  /** Once a day: ends dead letters that are older than the workspace keeps events. */
  override async alarm(): Promise<void> {
    await this.ctx.storage.setAlarm(await endDeadLetters(this.#room, this.env.ARCHIVE));
  }

  /** The compiled directory, or `unchanged` when the caller already holds `version`. */
  async directory(version?: number): Promise<Directory | "unchanged"> {
    return this.#compiler.directory(version);
  }
  /** Seeds what is missing; the object does so itself with its own INLET_DEMO when it starts. */
  async ensureSeeded({ demo }: { readonly demo: boolean }): Promise<void> {
    await ensureSeeded(this.#room, demo);
  }
  async workspace(): Promise<Workspace> {
    return this.#room.store.workspace();
  }
  async updateWorkspace(patch: WorkspacePatch): Promise<Workspace> {
    const workspace = Workspace.parse({ ...this.#room.store.workspace(), ...patch });
    this.#room.write(() => this.#room.store.putMeta("workspace", JSON.stringify(workspace)));
    return workspace;
  }

  /** Days that the source's events are kept, 0 for ever; a deleted source follows the workspace. */
  async retentionOf(sourceId: string): Promise<RetentionDays> {
    const { store } = this.#room;
    return retentionOf(store.source(sourceId)?.settings.archive.retentionDays, store.workspace().retentionDays);
  }

  /** Hosts under which the owner has used this Inlet; destinations may not send there. */
  async ownHosts() {
    return hosts.ownHosts(this.#room);
  }
  async noteHost(host: string) {
    hosts.noteHost(this.#room, host);
  }

  async listSources() {
    return sources.listSources(this.#room);
  }
  async getSource(id: string) {
    return sources.getSource(this.#room, id);
  }
  async createSource(input: SourceInput) {
    return sources.createSource(this.#room, input);
  }
  async updateSource(id: string, patch: SourcePatch) {
    return sources.updateSource(this.#room, id, patch);
  }
  async updateSettings(id: string, patch: SourceSettingsPatch) {
    return sources.updateSettings(this.#room, id, patch);
  }
  async setLabels(id: string, labels: Label[], replace: boolean) {
    return sources.setLabels(this.#room, id, labels, replace);
  }
  /** A new write key in first place; see core/source-change `addWriteKey`. */
  async addWriteKey(id: string, expireOthersAfterHours?: number) {
    return sources.rotateWriteKey(this.#room, id, expireOthersAfterHours);
  }
  async removeWriteKey(id: string, key: string) {
    return sources.endWriteKey(this.#room, id, key);
  }
  /** With the destinations that have no other source, whose ids are the answer. */
  async deleteSource(id: string) {
    return sources.deleteSource(this.#room, id);
  }

  /** What the source's Exports object has to know. */
  async exportPlan(sourceId: string) {
    return exportPlan(this.#room, sourceId);
  }
  /** The name of its schema, fixed from now on. */
  async fixSchema(sourceId: string) {
    return fixSchema(this.#room, sourceId);
  }

  async listDestinations() {
    return destinations.listDestinations(this.#room);
  }
  async getDestination(id: string) {
    return destinations.getDestination(this.#room, id);
  }
  async createDestination(input: DestinationInput) {
    return destinations.createDestination(this.#room, input);
  }
  async updateDestination(id: string, patch: DestinationPatch) {
    return destinations.updateDestination(this.#room, id, patch);
  }
  async deleteDestination(id: string) {
    return destinations.deleteDestination(this.#room, id);
  }
  /** With its secrets opened: for the delivery consumer, never for an answer of the control plane. */
  async openDestination(id: string) {
    return destinations.openDestination(this.#room, id);
  }

  /** Seals tokens that a destination refreshed; nothing happens when it is gone. */
  async saveTokens(destinationId: string, tokens: Record<string, string>) {
    return destinations.saveTokens(this.#room, destinationId, tokens);
  }

  async listSubscriptions(destinationId: string) {
    return subscriptions.listSubscriptions(this.#room, destinationId);
  }
  async getSubscription(destinationId: string, id: string) {
    return subscriptions.getSubscription(this.#room, destinationId, id);
  }
  async createSubscription(destinationId: string, input: SubscriptionInput) {
    return subscriptions.createSubscription(this.#room, destinationId, input);
  }
  async updateSubscription(destinationId: string, id: string, patch: SubscriptionPatch) {
    return subscriptions.updateSubscription(this.#room, destinationId, id, patch);
  }
  async deleteSubscription(destinationId: string, id: string) {
    return subscriptions.deleteSubscription(this.#room, destinationId, id);
  }

  async listFilters(destinationId: string) {
    return filters.listFilters(this.#room, destinationId);
  }
  async getFilter(destinationId: string, id: string) {
    return filters.getFilter(this.#room, destinationId, id);
  }
  async createFilter(destinationId: string, input: FilterInput) {
    return filters.createFilter(this.#room, destinationId, input);
  }
  async updateFilter(destinationId: string, id: string, patch: FilterPatch) {
    return filters.updateFilter(this.#room, destinationId, id, patch);
  }
  async deleteFilter(destinationId: string, id: string) {
    return filters.deleteFilter(this.#room, destinationId, id);
  }

  async listWarehouses() {
    return warehouses.listWarehouses(this.#room);
  }
  async getWarehouse(id: string) {
    return warehouses.getWarehouse(this.#room, id);
  }
  async createWarehouse(input: WarehouseInput) {
    return warehouses.createWarehouse(this.#room, input);
  }
  async updateWarehouse(id: string, patch: WarehousePatch) {
    return warehouses.updateWarehouse(this.#room, id, patch);
  }
  /** The ids of the sources it was connected to. */
  async deleteWarehouse(id: string) {
    return warehouses.deleteWarehouse(this.#room, id);
  }
  async connectWarehouse(id: string, sourceId: string, connected: boolean) {
    return warehouses.setConnected(this.#room, id, sourceId, connected);
  }
  /** With its secrets opened: for the loader, never for an answer of the control plane. */
  async openWarehouse(id: string) {
    return warehouses.openWarehouse(this.#room, id);
  }

  async listAlerts() {
    return alerts.listAlerts(this.#room);
  }
  async getAlert(id: string) {
    return alerts.getAlert(this.#room, id);
  }
  async createAlert(input: AlertInput) {
    return alerts.createAlert(this.#room, input);
  }
  async updateAlert(id: string, patch: Changes<AlertInput>) {
    return alerts.updateAlert(this.#room, id, patch);
  }
  async deleteAlert(id: string) {
    return alerts.deleteAlert(this.#room, id);
  }
  /** With their addresses opened: for who sends, never for an answer of the control plane. */
  async openAlerts() {
    return alerts.openAlerts(this.#room);
  }
  async openAlert(id: string) {
    return alerts.openAlert(this.#room, id);
  }

  async signIn(token: string, address: string) {
    return this.#access.signIn(token, address);
  }
  async authenticate(credentials: Credentials) {
    return this.#access.authenticate(credentials);
  }
  async signOut(session: string) {
    return this.#access.signOut(session);
  }
  async listTokens() {
    return this.#access.listTokens();
  }
  async createToken(name: string, role: Role) {
    return this.#access.createToken(name, role);
  }
  async deleteToken(id: string) {
    return this.#access.deleteToken(id);
  }
}
