import { entryCode } from "../support/product-entry.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { CLOCK_PATH } from "./entry.ts";
import type { City } from "./city.ts";

export interface Acceptance extends RunningInlet {
  /** Lets so much time pass (ms) for Inlet; what falls due runs at once. */
  advance(ms: number): Promise<void>;
}

/** The built product on a clock of its own, with a city of vendors around it and no other network. */
export async function startAcceptance(city: City, stateDir?: string): Promise<Acceptance> {
  const options = {
    entry: await entryCode("test/acceptance/worker.ts"),
    outbound: city.handle,
    ...(stateDir === undefined ? {} : { stateDir }),
  };
  // As in production: a private host is refused, so nothing but the vendors' own addresses can be reached.
  const inlet = await startInlet({ INLET_ALLOW_PRIVATE_HOSTS: "false", INLET_DEMO: "false" }, options);
  return {
    ...inlet,
    async advance(ms) {
      const response = await fetch(new URL(`${CLOCK_PATH}?advance=${ms}`, inlet.url), { method: "POST" });
      if (!response.ok) throw new Error(await response.text());
    },
  };
}
