import * as z from "zod";
import { SettingValues } from "../core/catalog.ts";
import { warehouseKind, type WarehouseKind } from "../core/warehouse-kinds.ts";
import type { WarehouseView } from "../core/warehouse-record.ts";
import { createApp, json, route } from "./app.ts";
import type { ApiDeps, Settings } from "./deps.ts";
import { settingParts } from "./destination-settings.ts";
import { createPace } from "./pace.ts";
import { invalid, unwrap } from "./problem.ts";
import { warehouseKindOf, WarehouseParams } from "./warehouse-view.ts";

const State = z.enum(["CONNECTED", "FAILED"]);
const Verdict = z.object({ status: State, reason: z.string().optional().describe("Why it failed, in a sentence.") });

const validate = route({
  method: "post",
  path: "/warehouses/validation",
  summary: "Whether a warehouse with these settings can be reached and lets tables be made",
  tag: "Warehouses",
  request: { body: json(z.object({ metadataId: z.string().max(64), settings: SettingValues.default({}) })) },
  data: Verdict,
});
const validateChange = route({
  method: "post",
  path: "/warehouses/{warehouseId}/validation",
  summary: "The same of a warehouse with other settings; secrets that are not named are those it has",
  tag: "Warehouses",
  request: {
    params: WarehouseParams,
    body: { ...json(z.object({ settings: SettingValues.default({}) })), required: false },
  },
  data: Verdict,
});
const state = route({
  method: "get",
  path: "/warehouses/{warehouseId}/connection-state",
  summary: "Whether a warehouse can be reached and lets tables be made",
  tag: "Warehouses",
  request: { params: WarehouseParams },
  data: z.object({ connectionState: State, reason: z.string().optional() }),
});

/** Tries warehouses out. */
export const warehouseTrialRoutes = (deps: ApiDeps) => {
  const pace = createPace(deps.now);
  const verdict = async (kind: WarehouseKind, given: Settings, old?: WarehouseView) => {
    const parts = settingParts(kind, given, old);
    const kept = old === undefined ? [] : Object.keys(old.secrets).filter((name) => !(name in parts.secrets));
    const stored = old === undefined ? {} : { stored: { warehouseId: old.id, secrets: kept } };
    pace();
    const found = unwrap(await deps.warehouses.connect({ kind: kind.id, ...parts, ...stored }));
    return found.ok ? { status: "CONNECTED" as const } : { status: "FAILED" as const, reason: found.error };
  };
  const find = async (id: string) => unwrap(await deps.catalog().getWarehouse(id));
  return createApp()
    .openapi(validate, async (c) => {
      const { metadataId, settings } = c.req.valid("json");
      const kind = warehouseKind(metadataId);
      if (kind === undefined) throw invalid(`There is no such kind of warehouse: ${metadataId}.`, "metadataId");
      return c.json({ data: await verdict(kind, settings) }, 200);
    })
    .openapi(validateChange, async (c) => {
      const old = await find(c.req.valid("param").warehouseId);
      const { settings = {} } = c.req.valid("json") ?? {};
      return c.json({ data: await verdict(warehouseKindOf(old.kind), settings, old) }, 200);
    })
    .openapi(state, async (c) => {
      const old = await find(c.req.valid("param").warehouseId);
      const { status, ...rest } = await verdict(warehouseKindOf(old.kind), {}, old);
      return c.json({ data: { connectionState: status, ...rest } }, 200);
    });
};
