// What still waits somewhere, by what the control plane says; undefined when nothing does.
import type { CityHall } from "./city-hall.ts";
import type { TorturedInlet } from "./process.ts";

interface Waiting {
  readonly waiting: number;
  readonly minutes: unknown;
}

export async function undelivered(inlet: TorturedInlet, { tools }: CityHall): Promise<unknown> {
  const now = new Date(inlet.now()).toISOString();
  const all = await Promise.all(
    tools.map(async ({ id, path }) => {
      const where = `/api/destinations/${id}/delivery-metrics?minutes=60`;
      const { minutes: _, ...metrics } = (await inlet.api<{ metrics: Waiting }>("GET", where)).metrics;
      return metrics.waiting === 0 ? [] : [{ now, path, ...metrics }];
    }),
  );
  return all.flat().length === 0 ? undefined : all.flat();
}

interface Exports {
  readonly waitingHours: number;
  readonly running?: unknown;
  readonly followers: readonly { readonly behind: number; readonly running: boolean }[];
}

export async function unexported(inlet: TorturedInlet, { sources }: CityHall): Promise<unknown> {
  const all = await Promise.all(
    sources
      .filter((one) => one.exports)
      .map(async ({ id }) => {
        const { exports } = await inlet.api<{ exports: Exports }>("GET", `/api/sources/${id}/exports`);
        const { waitingHours, running, followers } = exports;
        const idle = followers.every((one) => one.behind === 0 && !one.running);
        return waitingHours === 0 && running === undefined && idle ? [] : [exports];
      }),
  );
  return all.flat().length === 0 ? undefined : all.flat();
}
