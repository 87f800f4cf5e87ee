import { SourceInput } from "../../src/core/catalog.ts";
import type { Room } from "./room.ts";
import { randomId } from "./secrets.ts";
import { createSource } from "./sources.ts";
import { upgrade } from "./upgrade.ts";
import { logError } from "../../src/log/log.ts";

/** The demo source's fixed key, so that the demo site works before anybody has configured anything. */
const DEMO_WRITE_KEY = "demo_write_key_local";

/**
 * Rewrites records of an earlier version, then makes the workspace, and with `demo` the demo source, once each: a
 * deleted demo source does not come back. One that is refused (its slug is taken) is logged; collecting goes on
 * without it.
 */
export async function ensureSeeded(room: Room, demo: boolean): Promise<void> {
  const { store } = room;
  upgrade(room);
  if (store.meta("workspace") === undefined) {
    room.write(() => store.putMeta("workspace", JSON.stringify({ id: randomId(), slug: "inlet", name: "Inlet" })));
  }
  if (!demo || store.meta("demoSeeded") !== undefined) return;
  const input = SourceInput.parse({
    name: "Demo shop",
    slug: "demo-shop",
    kind: "demo",
    labels: [{ key: "environment", value: "dev" }],
  });
  const made = await createSource(room, input, DEMO_WRITE_KEY);
  if (made.ok) store.putMeta("demoSeeded", "true");
  else logError("demo_source_not_made", { reason: made.error.message });
}
