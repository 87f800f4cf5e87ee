// One shard's ids at 1, 10 and 50 million, on real SQLite in workerd: memory, storage, look-ups, pauses, restart.
// `node bench/dedup.ts [millions …]` runs it alone; the Worker must have been bundled (buildBenchWorkers).
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT, runtimes, serve } from "../scripts/serve.mjs";
import type { HeldIds } from "./dedup-worker.ts";

/**
 * All times but `restartWallMs` are processor time of the runtime where the system tells it (Linux), so that they hold
 * on a busy machine too; elsewhere what passed.
 */
export interface DedupFigures extends HeldIds {
  /** Ids a second while they were added and moved to disk, both included. */
  readonly addedPerSecond: number;
  /** Look-ups a second, in calls of 2,500: ids that are new, the usual case; known ids that came together; and from all over. */
  readonly newPerSecond: number;
  readonly togetherPerSecond: number;
  readonly spreadPerSecond: number;
  /** Events of 1 kB a second through commits of 24 calls of 20; the same into an empty shard. */
  readonly committedPerSecond: number;
  readonly committedWhenEmpty: number;
  /** The longest turn of moving ids to disk, ms; others have theirs between two turns. */
  readonly longestTurnMs: number;
  /** The expiry of one of 24 hours: its segments' rows are deleted at once, pages later, 500 a turn. */
  readonly expiryMs: number;
  /** From the runtime's start to the first answer, ms, beyond that of an empty shard. */
  readonly restartMs: number;
  readonly restartWallMs: number;
  /** Resident memory of the runtime after the restart, beyond an empty shard's, bytes. */
  readonly residentBytes: number | undefined;
}

const SEGMENT_IDS = 1000;
const SEGMENTS_A_CALL = 90;
const BATCH = 2500;
const COMMITS = 20;
const RIDERS = 24;

type Call = (what: string, ...args: (number | string)[]) => Promise<unknown>;

interface Shard {
  readonly call: Call;
  /** To its first answer. */
  readonly started: { readonly cpuMs: number; readonly wallMs: number };
  /** Runs `work`; what it took, ms. */
  timed(work: () => Promise<unknown>): Promise<number>;
  residentBytes(): number | undefined;
  stop(): Promise<void>;
}

async function startShard(stateDir: string): Promise<Shard> {
  const before = new Set(runtimes(process.pid));
  const scriptPath = path.join(ROOT, "dist/bench/dedup/dedup-worker.js");
  const server = await serve({ stateDir, vars: {}, scriptPath, assets: false, log: "warn" });
  const pid = runtimes(process.pid).find((one) => !before.has(one));
  const call: Call = async (what, ...args) => {
    const response = await fetch(new URL(`/${what}?${args.join(",")}`, server.url));
    if (!response.ok) throw new Error(`${what}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const clock = () => (pid === undefined ? undefined : cpuMsOf(pid)) ?? performance.now();
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const start = clock();
    await work();
    return clock() - start;
  };
  const start = performance.now();
  const cpuMs = await timed(() => call("held"));
  const started = { cpuMs, wallMs: performance.now() - start };
  const residentBytes = () => {
    if (process.platform !== "linux" || pid === undefined) return undefined;
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
  };
  return { call, started, timed, residentBytes, stop: () => server.stop() };
}

/** Processor time of all threads of a process, finer than the ticks of its `stat`. */
function cpuMsOf(pid: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  let total = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    total += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  }
  return total;
}

/** `perCall` things a call, `calls` times: how many a second. */
async function rate(shard: Shard, perCall: number, calls: number, work: () => Promise<unknown>): Promise<number> {
  const ms = await shard.timed(async () => {
    for (let n = 0; n < calls; n++) await work();
  });
  return (perCall * calls * 1000) / ms;
}

async function foldAll({ call, timed }: Shard): Promise<number> {
  let longest = 0;
  for (;;) {
    let more: unknown;
    longest = Math.max(longest, await timed(async () => void (more = await call("turn"))));
    if (more !== true) return longest;
  }
}

async function fill(shard: Shard, ids: number): Promise<Pick<DedupFigures, "addedPerSecond" | "longestTurnMs">> {
  let longestTurnMs = 0;
  const ms = await shard.timed(async () => {
    for (let left = ids / SEGMENT_IDS; left > 0; left -= SEGMENTS_A_CALL) {
      await shard.call("fill", Math.min(SEGMENTS_A_CALL, left), ids);
      longestTurnMs = Math.max(longestTurnMs, await foldAll(shard));
    }
  });
  return { addedPerSecond: (ids * 1000) / ms, longestTurnMs };
}

async function lookUps(
  shard: Shard,
): Promise<Pick<DedupFigures, "newPerSecond" | "togetherPerSecond" | "spreadPerSecond">> {
  const find = (which: "new" | "together" | "spread") => async () => {
    const found = await shard.call("find", BATCH, `"${which}"`);
    if (found !== (which === "new" ? 0 : BATCH)) throw new Error(`${String(found)} of ${BATCH} ids were found`);
  };
  await find("new")();
  const newPerSecond = await rate(shard, BATCH, 20, find("new"));
  await find("together")();
  const togetherPerSecond = await rate(shard, BATCH, 20, find("together"));
  return { newPerSecond, togetherPerSecond, spreadPerSecond: await rate(shard, BATCH, 2, find("spread")) };
}

const commits = (shard: Shard): Promise<number> =>
  rate(shard, COMMITS * RIDERS * 20, 5, () => shard.call("commit", COMMITS, RIDERS));

async function measure(ids: number): Promise<DedupFigures> {
  const stateDir = await mkdtemp(path.join(tmpdir(), "inlet-bench-dedup-"));
  try {
    const empty = await startShard(stateDir);
    const emptyBytes = empty.residentBytes() ?? 0;
    await commits(empty);
    const committedWhenEmpty = await commits(empty);
    await empty.stop();
    await rm(stateDir, { recursive: true });
    const shard = await startShard(stateDir);
    const filled = await fill(shard, ids);
    const held = (await shard.call("held")) as HeldIds;
    const found = await lookUps(shard);
    await commits(shard);
    const committedPerSecond = await commits(shard);
    await shard.stop();
    const again = await startShard(stateDir);
    const restartMs = again.started.cpuMs - empty.started.cpuMs;
    const restartWallMs = again.started.wallMs - empty.started.wallMs;
    const resident = again.residentBytes();
    const expiryMs = await again.timed(() => again.call("expire"));
    await again.stop();
    const residentBytes = resident === undefined ? undefined : resident - emptyBytes;
    return {
      ...held,
      ...filled,
      ...found,
      committedPerSecond,
      committedWhenEmpty,
      expiryMs,
      restartMs,
      restartWallMs,
      residentBytes,
    };
  } finally {
    await rm(stateDir, { recursive: true, force: true });
  }
}

/** Figures of a shard for each number of ids. */
export async function measureDedup(sizes: readonly number[], say: (text: string) => void): Promise<DedupFigures[]> {
  const figures: DedupFigures[] = [];
  for (const ids of sizes) {
    figures.push(await measure(ids));
    say(`dedup, ${ids.toLocaleString("en")} ids: done`);
  }
  return figures;
}

if (import.meta.main) {
  const millions = process.argv.slice(2).map(Number);
  for (const size of millions.length > 0 ? millions : [1]) console.log(await measureDedup([size * 1e6], console.error));
}
