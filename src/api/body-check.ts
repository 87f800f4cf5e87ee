import type { MiddlewareHandler } from "hono";
import { invalid } from "./problem.ts";

/** What zod measures values by, also those that it has found to be of another type: then these may be anything. */
const MEASURES: ReadonlySet<string> = new Set(["length", "size"]);

/** Whether comparing with a number throws: an object that hides its `toString`, or lists in lists without end. */
function failsToCompare(value: unknown): boolean {
  try {
    Number(value);
    return false;
  } catch {
    return true;
  }
}

/** Whether a schema could fail over a parsed body instead of refusing it. */
function holdsTrap(body: unknown): boolean {
  const open = [body];
  for (const one of open) {
    if (typeof one !== "object" || one === null) continue;
    for (const [name, value] of Object.entries(one) as [string, unknown][]) {
      if (typeof value !== "object" || value === null) continue;
      if (MEASURES.has(name) && failsToCompare(value)) return true;
      open.push(value);
    }
  }
  return false;
}

/** Refuses JSON bodies over which the schemas would fail. One that is no JSON is left to them. */
export const refuseTraps: MiddlewareHandler = async (c, next) => {
  if (c.req.header("content-type") === "application/json") {
    const body: unknown = await c.req.json().catch(() => undefined);
    if (holdsTrap(body)) throw invalid("A length or size that is an object cannot be used.");
  }
  return next();
};
