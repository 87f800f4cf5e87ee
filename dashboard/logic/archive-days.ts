import type { ArchiveDay } from "../api/archive-types.ts";
import { clip } from "./entry-text.ts";
import { fieldText } from "./export-hours.ts";
import type { ArchiveSearchParams } from "./archive-params.ts";
import { plural } from "./times.ts";

const MINUTE_MS = 60_000;

/** What a person calls a kind of event: the name of a track call, else the call. */
export function kindName(type: string, name: string | undefined): string {
  if (name === undefined) return type;
  if (name === "(other)") return type === "track" ? "other names" : `${type}: other names`;
  return type === "track" ? clip(name, 60) : `${type}: ${clip(name, 60)}`;
}

/** "120 segments", "120 segments in 2 files": how a day's events lie in the bucket. */
export const storedAs = ({ segments, files }: Pick<ArchiveDay, "segments" | "files">): string =>
  files === 0 ? plural(segments, "segment") : `${plural(segments, "segment")}, ${plural(files, "compacted file")}`;

/** The whole minutes from which to which a day's events were received. */
export function dayTimes({ firstAt, lastAt }: Pick<ArchiveDay, "firstAt" | "lastAt">): { from: number; to: number } {
  const [first, last] = [Date.parse(firstAt), Date.parse(lastAt)];
  return {
    from: Math.floor(first / MINUTE_MS) * MINUTE_MS,
    to: (Math.floor(last / MINUTE_MS) + 1) * MINUTE_MS,
  };
}

/** The address of a search of one day, and of one kind of its events. */
export function searchOfDay(
  day: Pick<ArchiveDay, "firstAt" | "lastAt">,
  kind?: { readonly type: string; readonly name?: string },
): ArchiveSearchParams {
  const { from, to } = dayTimes(day);
  const named = kind?.type === "track" && kind.name !== undefined && kind.name !== "(other)";
  return {
    view: "search",
    from: fieldText(from),
    to: fieldText(to),
    ...(kind === undefined || named ? {} : { types: kind.type }),
    ...(named ? { events: JSON.stringify([kind.name]) } : {}),
  };
}
