import { EXPORTS } from "../../src/core/export-times.ts";
import type { ExportPlan } from "../../src/core/exports.ts";
import type { FollowerClaims } from "./follower-claims.ts";
import type { Owner } from "./hour-claims.ts";
import type { Room } from "./room.ts";

/** The part of the Catalog that exports ask. */
export interface PlanSource {
  /** `null`: there is no such source (any more). */
  exportPlan(sourceId: string): Promise<ExportPlan | null>;
  /** The name of the source's schema, fixed from now on. */
  fixSchema(sourceId: string): Promise<string | null>;
}

export interface PlansRoom {
  readonly room: Room;
  readonly followers: FollowerClaims;
  sourceId(): string;
  catalog(): PlanSource;
  now(): number;
}

/** Of a source that is gone: what is published stays, nothing is added. */
const NONE: ExportPlan = {
  enabled: false,
  rules: { maxColumns: 500, excludedTables: [], excludedColumns: {} },
  ndjson: false,
  followers: [],
};

/** What the Catalog says of this source's exports; asked again after half a minute, or when it has changed. */
export function createPlans({ room, followers, sourceId, catalog, now }: PlansRoom) {
  let held: { readonly plan: ExportPlan; readonly until: number } | undefined;

  return {
    forget: (): void => void (held = undefined),

    async current(): Promise<ExportPlan> {
      if (held !== undefined && held.until > now()) return held.plan;
      const found = await catalog().exportPlan(sourceId());
      held = { plan: found ?? NONE, until: now() + EXPORTS.planFreshMs };
      // A source that is gone still has its tables: their followers keep what they know.
      if (found !== null) followers.sync(found, now());
      return held.plan;
    },

    /** Fixes the schema's name the first time. */
    async owner(): Promise<Owner> {
      const known = room.meta.get<string>("schema");
      if (known !== undefined) return { sourceId: sourceId(), schema: known };
      const schema = await catalog().fixSchema(sourceId());
      if (schema === null) throw new Error(`there is no source ${sourceId()}`);
      room.meta.set("schema", schema);
      return { sourceId: sourceId(), schema };
    },
  };
}
export type Plans = ReturnType<typeof createPlans>;
