import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { textParams } from "../logic/search-params.ts";
import { shell } from "./shell.ts";

const warehouses = createRoute({
  getParentRoute: () => shell,
  path: "/warehouses",
  component: lazyRouteComponent(() => import("../screens/warehouses.tsx"), "Warehouses"),
});

const newWarehouse = createRoute({
  getParentRoute: () => shell,
  path: "/warehouses/new",
  validateSearch: textParams("kind"),
  component: lazyRouteComponent(() => import("../screens/warehouse-setup.tsx"), "WarehouseSetup"),
});

const warehouse = createRoute({
  getParentRoute: () => shell,
  path: "/warehouses/$warehouseId",
  component: lazyRouteComponent(() => import("../screens/warehouse.tsx"), "WarehouseScreen"),
});

/** Databases that tables are loaded into. */
export const warehouseRoutes = [warehouses, newWarehouse, warehouse] as const;
