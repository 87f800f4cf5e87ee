import { Preferences as State, PreferencesPatch } from "../src/core/preferences.ts";
import { StateObject } from "./itty.ts";
import { logWarn } from "../src/log/log.ts";

/**
 * Small per-user dashboard state: `getByName("owner")` until there are users. Reached by `fetch` only, see itty.ts;
 * bindings/preferences.ts is its typed client. Values are checked on the way in and on the way out, because what
 * itty-durable stores has no shape of its own.
 */
export class Preferences extends StateObject {
  pinnedSources: State["pinnedSources"] = [];
  savedSearches: State["savedSearches"] = [];

  read(): State {
    const stored = State.safeParse({ pinnedSources: this.pinnedSources, savedSearches: this.savedSearches });
    if (stored.success) return stored.data;
    logWarn("preferences_put_aside", { count: stored.error.issues.length });
    return State.parse({});
  }

  write(patch: unknown): State {
    const { pinnedSources, savedSearches } = PreferencesPatch.parse(patch);
    const old = this.read();
    this.pinnedSources = pinnedSources ?? old.pinnedSources;
    this.savedSearches = savedSearches ?? old.savedSearches;
    return this.read();
  }
}
