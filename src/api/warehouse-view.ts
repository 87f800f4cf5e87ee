import * as z from "zod";
import { SettingValues } from "../core/catalog.ts";
import { warehouseKind, type WarehouseKind } from "../core/warehouse-kinds.ts";
import { WarehouseKindId, type WarehouseView } from "../core/warehouse-record.ts";
import { iso, IsoTime } from "./app.ts";
import { Logos, NO_LOGOS, Option, showOption } from "./catalogue-view.ts";
import { notThere } from "./problem.ts";

/** A kind of warehouse as the Public API shows it. */
export const WarehouseMetadata = z.object({
  id: WarehouseKindId,
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  logos: Logos,
  options: z.array(Option),
});
export type WarehouseMetadata = z.infer<typeof WarehouseMetadata>;

/** A warehouse as the Public API shows it, and what Segment lacks: name, sources, times, which secrets hold a value. */
export const Warehouse = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  workspaceId: z.string(),
  metadata: WarehouseMetadata,
  settings: SettingValues,
  secrets: z.record(z.string(), z.boolean()),
  sourceIds: z.array(z.string()),
  createdAt: IsoTime,
  updatedAt: IsoTime,
});
export type Warehouse = z.infer<typeof Warehouse>;

export const WarehouseAnswer = z.object({ warehouse: Warehouse });
export const WarehouseParams = z.object({ warehouseId: z.string().max(64) });
export const ConnectionParams = WarehouseParams.extend({ sourceId: z.string().max(64) });

/** The kind of that id; a request for one that does not exist is refused. */
export function warehouseKindOf(id: string): WarehouseKind {
  const kind = warehouseKind(id);
  if (kind === undefined) throw notThere(`There is no such kind of warehouse: ${id}.`);
  return kind;
}

export const showWarehouseKind = ({ id, name, description, fields }: WarehouseKind): WarehouseMetadata => ({
  id,
  name,
  slug: id,
  description,
  logos: NO_LOGOS,
  options: fields.map(showOption),
});

export const showWarehouse = (view: WarehouseView, workspaceId: string): Warehouse => ({
  id: view.id,
  name: view.name,
  enabled: view.enabled,
  workspaceId,
  metadata: showWarehouseKind(warehouseKindOf(view.kind)),
  settings: view.settings,
  secrets: { ...view.secrets },
  sourceIds: [...view.sourceIds],
  createdAt: iso(view.createdAt),
  updatedAt: iso(view.updatedAt),
});
