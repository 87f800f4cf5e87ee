import type { ExportState, FollowerState } from "../api/export-types.ts";
import type { DestinationField } from "../api/types.ts";
import type { Warehouse, WarehouseKind } from "../api/warehouse-types.ts";
import { followerWords } from "./export-words.ts";
import { count, plural } from "./times.ts";

/** The settings of a warehouse as a form asks for them: as those of a destination, with when each is needed. */
export const warehouseFields = ({ options }: Pick<WarehouseKind, "options">): readonly DestinationField[] =>
  options.map(({ requiredWhen, ...option }) => ({ ...option, required: requiredWhen ?? option.required }));

/** How one source's tables stand in a warehouse; undefined while that is not known. */
export const loaderOf = (state: ExportState | undefined, warehouseId: string): FollowerState | undefined =>
  state?.followers.find(({ name }) => name === `load:${warehouseId}`);

export interface LoadingWords {
  readonly text: string;
  readonly tone: "good" | "busy" | "bad" | "off";
}

/** How the loading of one source stands. */
export function loadingWords(enabled: boolean, state: ExportState, warehouseId: string): LoadingWords {
  const loader = loaderOf(state, warehouseId);
  if (!enabled) return { text: "paused", tone: "off" };
  if (!state.enabled && (loader?.behind ?? 0) === 0)
    return { text: "the source’s exports are switched off", tone: "off" };
  return loader === undefined ? { text: "waiting for the first hour", tone: "busy" } : followerWords(loader);
}

/** The state of a warehouse over all its sources: the worst of them. */
export function worstLoading(all: readonly LoadingWords[]): LoadingWords | undefined {
  const tone = (["bad", "busy", "off", "good"] as const).find((each) => all.some((one) => one.tone === each));
  const group = all.filter((one) => one.tone === tone);
  const [one] = group;
  if (one === undefined || group.every(({ text }) => text === one.text)) return one;
  const words = { bad: "failing", busy: "behind", off: "paused", good: "up to date" } as const;
  return { text: `${plural(group.length, "source")} ${words[one.tone]}`, tone: one.tone };
}

/** Where do the tables go besides the bucket? */
export function warehousesAnswer(list: readonly Warehouse[]): string {
  if (list.length === 0) return "None yet: the tables are in your bucket, where any engine can read them.";
  const paused = list.filter(({ enabled }) => !enabled).length;
  const idle = list.filter(({ sourceIds }) => sourceIds.length === 0).length;
  const notes = [paused > 0 ? `${count(paused)} paused` : "", idle > 0 ? `${count(idle)} without a source` : ""].filter(
    (note) => note !== "",
  );
  const loaded = list.filter(({ enabled, sourceIds }) => enabled && sourceIds.length > 0).length;
  const words =
    loaded === 0
      ? "No warehouse is loaded"
      : `${plural(loaded, "warehouse")} ${loaded === 1 ? "gets" : "get"} every published hour`;
  return `${words}${notes.length > 0 ? `; ${notes.join(", ")}` : ""}.`;
}
