import type { CountedShape } from "./operations.ts";
import type { Shape } from "./throughput.ts";

/** What is asked of each Worker: 1 and 20 events a call, from so many callers who wait for their answers. */
export function throughputShapes(quick: boolean): Shape[] {
  return [1, 20].flatMap((perCall) =>
    (quick ? [1, 64] : [1, 4, 16, 64]).map((callers) => {
      const main = callers === 64;
      if (quick) return { perCall, callers, ms: main ? 600 : 300, rounds: main ? 2 : 1 };
      return { perCall, callers, ms: main ? 1500 : 700, rounds: main ? 5 : 4 };
    }),
  );
}

/** The five kinds of traffic that a person may recognise their own in; see CountedShape. */
const TRAFFIC = {
  server: "A busy server, batches of 20",
  site: "A busy site, one event a call",
  tools: "A busy server with five tools",
  quiet: "A small site, callers who rest",
  trickle: "A trickle, one event in four seconds",
} as const;

/** The slow shapes need time but no processor: they run beside the others on a Worker of their own. */
export function countedShapes(quick: boolean): Record<"load" | "batched" | "slow", CountedShape[]> {
  // Those that a target is about are the same in both: with fewer events a segment they would cost more.
  const size = quick ? 0.25 : 1;
  const busy = { callers: 50, destinations: 0 } as const;
  return {
    load: [
      ...(quick
        ? []
        : [
            { name: "1 a call, 50 callers", ...busy, perCall: 1, calls: 8000 },
            { name: "20 a call, 50 callers", ...busy, perCall: 20, calls: 2000 },
          ]),
      {
        name: "1 a call, 50 callers, a webhook",
        traffic: TRAFFIC.site,
        ...busy,
        perCall: 1,
        calls: 4000,
        destinations: 1,
      },
      {
        name: "20 a call, 50 callers, a webhook",
        traffic: TRAFFIC.server,
        ...busy,
        perCall: 20,
        calls: 200,
        destinations: 1,
      },
      { name: "1 a call, 50 callers, 5 webhooks", ...busy, perCall: 1, calls: 4000 * size, destinations: 5 },
      {
        name: "20 a call, 50 callers, 5 webhooks",
        traffic: TRAFFIC.tools,
        ...busy,
        perCall: 20,
        calls: 200 * size,
        destinations: 5,
      },
    ],
    batched: [
      {
        name: "20 a call, 50 callers, one that takes batches",
        ...busy,
        perCall: 20,
        calls: 400,
        destinations: 1,
        batched: true,
      },
    ],
    slow: [
      {
        name: "1 a call, callers who rest",
        traffic: TRAFFIC.quiet,
        callers: 20,
        perCall: 1,
        calls: quick ? 300 : 1500,
        pauseMs: 100,
        destinations: 0,
      },
      {
        name: "1 a call, a trickle",
        traffic: TRAFFIC.trickle,
        callers: 1,
        perCall: 1,
        calls: quick ? 1 : 8,
        pauseMs: 4000,
        destinations: 0,
      },
    ],
  };
}
