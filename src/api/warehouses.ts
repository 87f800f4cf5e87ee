import * as z from "zod";
import { Name, SettingValues } from "../core/catalog.ts";
import { inParallel } from "../core/pool.ts";
import { WAREHOUSE_KINDS, warehouseKind } from "../core/warehouse-kinds.ts";
import type { WarehouseView } from "../core/warehouse-record.ts";
import { AT_ONCE, createApp, json, PageParams, paginate, Pagination, route, Success, SUCCESS } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { settingParts } from "./destination-settings.ts";
import { invalid, unwrap } from "./problem.ts";
import { showSource, Source } from "./source-view.ts";
import { SourceParams } from "./sources.ts";
import {
  ConnectionParams,
  showWarehouse,
  showWarehouseKind,
  Warehouse,
  WarehouseAnswer,
  warehouseKindOf,
  WarehouseMetadata,
  WarehouseParams,
} from "./warehouse-view.ts";

const TAG = "Warehouses";
const List = z.object({ warehouses: z.array(Warehouse), pagination: Pagination });

const listKinds = route({
  method: "get",
  path: "/catalog/warehouses",
  role: "viewer",
  summary: "The kinds of warehouse that tables can be loaded into",
  tag: "Catalogue",
  request: { query: PageParams },
  data: z.object({ warehousesCatalog: z.array(WarehouseMetadata), pagination: Pagination }),
});
const showKind = route({
  method: "get",
  path: "/catalog/warehouses/{metadataId}",
  role: "viewer",
  summary: "One kind of warehouse with its settings",
  tag: "Catalogue",
  request: { params: z.object({ metadataId: z.string().max(64) }) },
  data: z.object({ warehouseMetadata: WarehouseMetadata }),
});
const list = route({
  method: "get",
  path: "/warehouses",
  role: "viewer",
  summary: "All warehouses, the oldest first",
  tag: TAG,
  request: { query: PageParams },
  data: List,
});
const listOfSource = route({
  method: "get",
  path: "/sources/{sourceId}/connected-warehouses",
  role: "viewer",
  summary: "The warehouses that get a source's tables",
  tag: "Sources",
  request: { params: SourceParams, query: PageParams },
  data: List,
});
const create = route({
  method: "post",
  path: "/warehouses",
  summary: "Add a warehouse; sources are connected to it afterwards",
  tag: TAG,
  request: {
    body: json(
      z.object({
        metadataId: z.string().max(64),
        name: Name.optional(),
        enabled: z.boolean().default(true),
        settings: SettingValues.default({}),
      }),
    ),
  },
  data: WarehouseAnswer,
});
const show = route({
  method: "get",
  path: "/warehouses/{warehouseId}",
  role: "viewer",
  summary: "One warehouse",
  tag: TAG,
  request: { params: WarehouseParams },
  data: WarehouseAnswer,
});
const update = route({
  method: "patch",
  path: "/warehouses/{warehouseId}",
  summary: "Change a warehouse; a setting that is named is replaced, null removes it",
  tag: TAG,
  request: {
    params: WarehouseParams,
    body: json(
      z.object({
        name: Name.nullable().optional(),
        enabled: z.boolean().optional(),
        settings: SettingValues.optional(),
      }),
    ),
  },
  data: WarehouseAnswer,
});
const remove = route({
  method: "delete",
  path: "/warehouses/{warehouseId}",
  summary: "Remove a warehouse; what is loaded stays in it",
  tag: TAG,
  request: { params: WarehouseParams },
  data: Success,
});
const listSources = route({
  method: "get",
  path: "/warehouses/{warehouseId}/connected-sources",
  role: "viewer",
  summary: "The sources whose tables a warehouse gets",
  tag: TAG,
  request: { params: WarehouseParams, query: PageParams },
  data: z.object({ sources: z.array(Source), pagination: Pagination }),
});
const connect = route({
  method: "post",
  path: "/warehouses/{warehouseId}/connected-sources/{sourceId}",
  summary: "Load a source's tables into a warehouse, from the first published hour on",
  tag: TAG,
  request: { params: ConnectionParams },
  data: z.object({ status: z.literal("CONNECTED") }),
});
const disconnect = route({
  method: "delete",
  path: "/warehouses/{warehouseId}/connected-sources/{sourceId}",
  summary: "Load no more of a source's tables into a warehouse; what is loaded stays in it",
  tag: TAG,
  request: { params: ConnectionParams },
  data: Success,
});

/** Warehouses, and which sources' tables they get. */
export const warehouseRoutes = (deps: ApiDeps) => {
  const { catalog } = deps;
  const workspaceId = async () => (await catalog().workspace()).id;
  const answer = async (view: WarehouseView) => ({ data: { warehouse: showWarehouse(view, await workspaceId()) } });
  const page = async (query: z.infer<typeof PageParams>, sourceId?: string) => {
    const all = await catalog().listWarehouses();
    const wanted = all.filter(({ sourceIds }) => sourceId === undefined || sourceIds.includes(sourceId));
    const { items, pagination } = paginate(wanted, query);
    const id = await workspaceId();
    return { data: { warehouses: items.map((view) => showWarehouse(view, id)), pagination } };
  };
  const tell = (sourceIds: readonly string[]) => inParallel(sourceIds, AT_ONCE, (id) => deps.exports.refresh(id));
  return createApp()
    .openapi(listKinds, (c) => {
      const { items, pagination } = paginate(WAREHOUSE_KINDS, c.req.valid("query"));
      return c.json({ data: { warehousesCatalog: items.map(showWarehouseKind), pagination } }, 200);
    })
    .openapi(showKind, (c) => {
      const kind = warehouseKindOf(c.req.valid("param").metadataId);
      return c.json({ data: { warehouseMetadata: showWarehouseKind(kind) } }, 200);
    })
    .openapi(list, async (c) => c.json(await page(c.req.valid("query")), 200))
    .openapi(listOfSource, async (c) => {
      const { id } = unwrap(await catalog().getSource(c.req.valid("param").sourceId));
      return c.json(await page(c.req.valid("query"), id), 200);
    })
    .openapi(create, async (c) => {
      const { metadataId, name, enabled, settings } = c.req.valid("json");
      const kind = warehouseKind(metadataId);
      if (kind === undefined) throw invalid(`There is no such kind of warehouse: ${metadataId}.`, "metadataId");
      const input = { kind: kind.id, name: name ?? kind.name, enabled, ...settingParts(kind, settings) };
      return c.json(await answer(unwrap(await catalog().createWarehouse(input))), 200);
    })
    .openapi(show, async (c) =>
      c.json(await answer(unwrap(await catalog().getWarehouse(c.req.valid("param").warehouseId))), 200),
    )
    .openapi(update, async (c) => {
      const { warehouseId } = c.req.valid("param");
      const { name, enabled, settings } = c.req.valid("json");
      const old = unwrap(await catalog().getWarehouse(warehouseId));
      const kind = warehouseKindOf(old.kind);
      const patch = {
        enabled,
        ...(name === undefined ? {} : { name: name ?? kind.name }),
        ...(settings === undefined ? {} : settingParts(kind, settings, old)),
      };
      const view = unwrap(await catalog().updateWarehouse(warehouseId, patch));
      await tell(view.sourceIds);
      return c.json(await answer(view), 200);
    })
    .openapi(remove, async (c) => {
      await tell(unwrap(await catalog().deleteWarehouse(c.req.valid("param").warehouseId)));
      return c.json(SUCCESS, 200);
    })
    .openapi(listSources, async (c) => {
      const { sourceIds } = unwrap(await catalog().getWarehouse(c.req.valid("param").warehouseId));
      const all = (await catalog().listSources()).filter(({ id }) => sourceIds.includes(id));
      const { items, pagination } = paginate(all, c.req.valid("query"));
      const id = await workspaceId();
      return c.json({ data: { sources: items.map((view) => showSource(view, id)), pagination } }, 200);
    })
    .openapi(connect, async (c) => {
      const { warehouseId, sourceId } = c.req.valid("param");
      unwrap(await catalog().connectWarehouse(warehouseId, sourceId, true));
      await tell([sourceId]);
      return c.json({ data: { status: "CONNECTED" as const } }, 200);
    })
    .openapi(disconnect, async (c) => {
      const { warehouseId, sourceId } = c.req.valid("param");
      unwrap(await catalog().getSource(sourceId));
      unwrap(await catalog().connectWarehouse(warehouseId, sourceId, false));
      await tell([sourceId]);
      return c.json(SUCCESS, 200);
    });
};
