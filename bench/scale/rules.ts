import { shardOf } from "../../src/core/intake.ts";
import { hottestShard, shardsFor, shardsReached } from "./sharding.ts";

/** A rule of sharding and whether it held. */
export interface Rule {
  readonly rule: string;
  readonly held: boolean;
  readonly found: string;
}

const IDS = 20_000;
const ids = (): string[] => Array.from({ length: IDS }, (_, n) => `ajs-next-${(n * 7919) % IDS}-${n.toString(36)}`);
const POWERS = Array.from({ length: 9 }, (_, n) => 2 ** n);

/** Twice the shards: an id stays, or goes to the one shard that is K further; so only one former owner is to be asked. */
function doubling(): Rule {
  const moved = POWERS.slice(0, -1).filter((shards) =>
    ids().some((id) => {
      const after = shardOf(id, shards * 2);
      return after !== shardOf(id, shards) && after !== shardOf(id, shards) + shards;
    }),
  );
  const held = moved.length === 0;
  return { rule: "doubling K splits each shard in two", held, found: held ? "all" : `not from ${moved.join(", ")}` };
}

function sameAlways(): Rule {
  const held = ids().every((id) => shardOf(id, 64) === shardOf(`${id}`, 64) && shardOf(id, 1) === 0);
  return { rule: "an id has one shard, and with one shard all have it", held, found: `${IDS} ids` };
}

/** Six standard deviations of what chance makes of so many events a shard, at least a fifth. */
function evenness(): Rule {
  const spread = POWERS.slice(1).map((shards) => {
    const calls = Math.max(200, shards * 10);
    const allowed = 1 + Math.max(0.2, 6 / Math.sqrt((calls * 20) / shards));
    return { shards, found: hottestShard(calls, 20, shards, 1).events, allowed };
  });
  const worst = spread.reduce((a, b) => (b.found / b.allowed > a.found / a.allowed ? b : a));
  return {
    rule: "the busiest shard has little more than its share",
    held: worst.found <= worst.allowed,
    found: `${worst.found.toFixed(2)} × the mean at K = ${worst.shards}, ${worst.allowed.toFixed(2)} allowed`,
  };
}

function oneCallAShard(): Rule {
  const off = POWERS.map((shards) => {
    const { reached } = hottestShard(500, 20, shards, 1);
    return { shards, reached, expected: shardsReached(20, shards) };
  });
  const worst = off.reduce((a, b) =>
    Math.abs(b.reached / b.expected - 1) > Math.abs(a.reached / a.expected - 1) ? b : a,
  );
  const held = off.every(({ reached, shards, expected }) => {
    return reached <= Math.min(20, shards) && Math.abs(reached / expected - 1) < 0.05;
  });
  return {
    rule: "a call of 20 asks each shard it concerns once",
    held,
    found: `${worst.reached.toFixed(2)} shards a call at K = ${worst.shards}, ${worst.expected.toFixed(2)} expected`,
  };
}

function neverFewer(): Rule {
  const rates = Array.from({ length: 120 }, (_, n) => 10 ** (n / 20));
  const counts = rates.map((rate) => shardsFor(rate, 20, 20_000) ?? 512);
  const held = counts.every((count, n) => n === 0 || count >= counts[n - 1]!);
  return { rule: "a higher rate never needs fewer shards", held, found: `${counts[0]} to ${counts.at(-1)}` };
}

/** The rules that the figures rest on; one that is broken fails the run. */
export const sharedRules = (): Rule[] => [sameAlways(), doubling(), evenness(), oneCallAShard(), neverFewer()];
