// The product with a hand on the calls between door and shards. Runs inside the Worker.
import process from "node:process";
import product from "../../src/worker.ts";
import type { PackedBatch } from "../../src/core/intake.ts";
import { DOOR_PATH, type Asked, type Mode, type Told } from "./shared-calls-paths.ts";

export * from "../../src/worker.ts";

let mode: Mode = { held: false, shared: "pass" };
const asked: Asked[] = [];
let parked = 0;

type Shard = ReturnType<Env["INTAKE"]["getByName"]>;

const idsOf = ({ lines }: PackedBatch): string[] =>
  lines.split("\n").map((line) => (JSON.parse(line) as { messageId: string }).messageId);

async function onItsWay(shard: string, batches: readonly PackedBatch[], shared: boolean): Promise<void> {
  asked.push({ shard, ids: batches.flatMap(idsOf), shared });
  while (mode.held) await scheduler.wait(5);
  if (mode.allHang === true) await scheduler.wait(60_000);
}

async function addAll(stub: Shard, batches: readonly PackedBatch[]): Promise<unknown> {
  switch (mode.shared) {
    case "throw":
      throw new Error("test: the object failed");
    case "hang":
      await scheduler.wait(60_000);
      break;
    case "end":
      process.exit(1);
      break;
    case "unknown": {
      // What a method is answered that the object does not have, in the runtime's own words.
      const older = stub as unknown as { addAllOfALaterVersion(batches: readonly PackedBatch[]): never };
      return older.addAllOfALaterVersion(batches);
    }
    case "pass":
  }
  return stub.addAll(batches);
}

const watched = (name: string, stub: Shard): object => ({
  async add(batch: PackedBatch) {
    await onItsWay(name, [batch], false);
    return stub.add(batch);
  },
  async addAll(batches: readonly PackedBatch[]) {
    await onItsWay(name, batches, true);
    return addAll(stub, batches);
  },
  observe: (...given: Parameters<Shard["observe"]>) => stub.observe(...given),
});

const inHand = (env: Env): Env => ({
  ...env,
  INTAKE: { getByName: (name: string) => watched(name, env.INTAKE.getByName(name)) } as unknown as Env["INTAKE"],
  OVERFLOW: { ...env.OVERFLOW, send: async () => void parked++ } as unknown as Env["OVERFLOW"],
});

export default {
  ...product,
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== DOOR_PATH) return product.fetch(request, inHand(env), ctx);
    mode = (await request.json()) as Mode;
    const told: Told = { asked: asked.splice(0), parked };
    parked = 0;
    return Response.json(told);
  },
} satisfies ExportedHandler<Env>;
