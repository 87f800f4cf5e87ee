import type { LoadResult } from "./load-driver.ts";
import { percentile, spreadOf, type LoadDriver, type Spread } from "./load.ts";
import { startServer, type BenchServer } from "./servers.ts";

const OTHERS = ["bare", "append", "queue"] as const;
export const CONTESTANTS = ["inlet", ...OTHERS] as const;
export type Contestant = (typeof CONTESTANTS)[number];

export interface Shape {
  readonly perCall: number;
  readonly callers: number;
  readonly ms: number;
  readonly rounds: number;
}

interface Round {
  readonly load: LoadResult;
  /** Processor time of the runtime per call, ms, with what it still did after the last answer. */
  readonly cpuPerCall: number | undefined;
  readonly settleMs: number;
}

export interface ContestantFigures {
  readonly eventsPerSecond: Spread;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly cpuPerCall: Spread | undefined;
  readonly settleMs: number;
  readonly driverShare: number;
}

export interface ShapeFigures {
  readonly shape: Shape;
  readonly of: Readonly<Record<Contestant, ContestantFigures>>;
  /** Inlet's events/s ÷ the other's in the same round. */
  readonly versus: Readonly<Record<(typeof OTHERS)[number], Spread>>;
}

let runs = 0;

async function playRound(server: BenchServer, shape: Shape, driver: LoadDriver): Promise<Round> {
  const before = server.cpuMs();
  const load = await driver.run({ url: server.url.href, ...shape, runId: `t${runs++}` });
  const settleMs = await server.settle();
  const after = server.cpuMs();
  const cpuPerCall = before === undefined || after === undefined ? undefined : (after - before) / load.calls;
  return { load, cpuPerCall, settleMs };
}

const rate = (round: Round): number => (round.load.events / round.load.ms) * 1000;

function figuresOf(rounds: readonly Round[]): ContestantFigures {
  const latencies = rounds.flatMap((round) => round.load.latencies).toSorted((a, b) => a - b);
  const cpus = rounds.flatMap((round) => round.cpuPerCall ?? []);
  return {
    eventsPerSecond: spreadOf(rounds.map(rate)),
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
    cpuPerCall: cpus.length === 0 ? undefined : spreadOf(cpus),
    settleMs: spreadOf(rounds.map((round) => round.settleMs)).median,
    driverShare: Math.max(...rounds.map((round) => round.load.driverShare)),
  };
}

const versus = (own: readonly Round[], other: readonly Round[]): Spread =>
  spreadOf(own.map((round, i) => rate(round) / rate(other[i]!)));

/** Plays each shape on the Workers in turn, A B C D A B C D, so that a machine that slows down slows all of them. */
export async function measureThroughput(
  shapes: readonly Shape[],
  driver: LoadDriver,
  say: (line: string) => void,
): Promise<ShapeFigures[]> {
  const servers = {} as Record<Contestant, BenchServer>;
  try {
    for (const name of CONTESTANTS) servers[name] = await startServer(name);
    for (const perCall of [1, 20]) {
      for (const name of CONTESTANTS)
        await playRound(servers[name], { perCall, callers: 64, ms: 600, rounds: 1 }, driver);
    }
    const figures: ShapeFigures[] = [];
    for (const shape of shapes) figures.push(await measureShape(shape, servers, driver, say));
    return figures;
  } finally {
    for (const server of Object.values(servers)) await server.stop();
  }
}

async function measureShape(
  shape: Shape,
  servers: Readonly<Record<Contestant, BenchServer>>,
  driver: LoadDriver,
  say: (line: string) => void,
): Promise<ShapeFigures> {
  const rounds: Record<Contestant, Round[]> = { inlet: [], bare: [], append: [], queue: [] };
  for (let i = 0; i < shape.rounds; i++) {
    for (const name of CONTESTANTS) rounds[name].push(await playRound(servers[name], shape, driver));
  }
  const { inlet, bare, append, queue } = rounds;
  const figures = {
    shape,
    of: { inlet: figuresOf(inlet), bare: figuresOf(bare), append: figuresOf(append), queue: figuresOf(queue) },
    versus: { bare: versus(inlet, bare), append: versus(inlet, append), queue: versus(inlet, queue) },
  };
  say(`throughput: ${shape.callers} callers, ${shape.perCall} a call: done`);
  return figures;
}
