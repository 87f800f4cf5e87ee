import { hostileValue, writeJson } from "../hostile.ts";
import { chance, elsewhere, type Draw, type FuzzInput } from "../input.ts";
import { mutate } from "../mutate.ts";
import { drawMessage } from "../post.ts";

interface Asking {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Record<string, unknown>;
}

/** Settings that reach the sink, by kind of destination or warehouse. */
const settingsOf = ({ material }: Draw): Readonly<Record<string, Record<string, unknown>>> => {
  const { port } = material;
  return {
    webhook: { url: "https://hooks.example/in", sharedSecret: "s" },
    http: { url: "https://hooks.example/in" },
    segment: { writeKey: "k", endpoint: "https://hooks.example" },
    "actions-amplitude": { apiKey: "k", secretKey: "s", endpoint: "north_america" },
    clickhouse: { url: "https://warehouse.example:8443", username: "u", password: "p" },
    postgres: { hostname: "127.0.0.1", port, database: "d", username: "u", password: "p", tls: "disable" },
  };
};

const SEND = { method: "POST", body: { "@path": "$." } };

/** What makes the product ask somebody at the caller's word. */
function drawAsking(draw: Draw): Asking {
  const { random, material } = draw;
  const settings = settingsOf(draw);
  const known = (name: string): string => random.pick(material.parameters[name] ?? [""]);
  const kind = random.pick(Object.keys(settings));
  const tried = chance(draw, 0.8) ? settings[kind]! : settings[random.pick(Object.keys(settings))]!;
  const { message } = drawMessage(draw);
  const asked: readonly Asking[] = [
    {
      method: "POST",
      path: `/destinations/${known("destinationId")}/test`,
      body: { event: message, dryRun: chance(draw, 0.3), actionId: "send", trigger: 'type = "track"', settings: SEND },
    },
    { method: "POST", path: `/destinations/${known("destinationId")}/test-authentication`, body: { settings: tried } },
    { method: "POST", path: `/catalog/destinations/${kind}/test-authentication`, body: { settings: tried } },
    { method: "POST", path: "/warehouses/validation", body: { metadataId: kind, settings: tried } },
    { method: "POST", path: `/warehouses/${known("warehouseId")}/validation`, body: { settings: tried } },
    { method: "GET", path: `/warehouses/${known("warehouseId")}/connection-state` },
    { method: "POST", path: `/alerts/${known("alertId")}/test`, body: {} },
    {
      method: "POST",
      path: "/destination/filters/preview",
      body: {
        filter: { if: 'type = "track"', actions: [{ type: "DROP" }], title: "t", enabled: true },
        payload: message,
      },
    },
  ];
  return random.pick(asked);
}

/** Routes that reach out: with what is right, or nearly so. */
export function outside(draw: Draw): FuzzInput {
  const { random, material } = draw;
  const { method, path, body } = drawAsking(draw);
  const steps = random.pick([0, 1, 1, 2, 4]);
  const wrong = body === undefined || steps === 0 ? body : mutate(body, random, steps);
  const sent = chance(draw, 0.03) ? hostileValue(random) : wrong;
  return {
    method,
    target: `/api${path}`,
    headers: [
      ["authorization", `Bearer ${chance(draw, 0.95) ? material.owner : material.viewer}`],
      elsewhere(draw),
      ["content-type", "application/json"],
    ],
    ...(body === undefined ? {} : { body: Buffer.from(writeJson(sent) ?? "") }),
    odd: true,
  };
}
