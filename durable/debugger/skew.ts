import type { DebuggerEntry } from "../../src/core/debugger.ts";
import { isJsonObject, parseJson } from "../../src/core/json.ts";

/** Events that the middle is taken of, the latest. */
const LOOKED_AT = 50;

function skewOf({ raw, receivedAt }: DebuggerEntry): number | undefined {
  const parsed = parseJson(raw);
  const sentAt = parsed.ok && isJsonObject(parsed.value) ? Date.parse(String(parsed.value["sentAt"])) : Number.NaN;
  return Number.isNaN(sentAt) ? undefined : sentAt - receivedAt;
}

/** How far the clients' clocks are ahead (ms): the middle of the latest events that say when they were sent. */
export function clientSkew(entries: readonly DebuggerEntry[]): number | undefined {
  const skews = entries
    .filter(({ status, truncated }) => status === "accepted" && truncated !== true)
    .slice(-LOOKED_AT)
    .flatMap((entry) => skewOf(entry) ?? [])
    .toSorted((a, b) => a - b);
  return skews[Math.floor(skews.length / 2)];
}
