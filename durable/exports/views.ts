import type { ExportSummary, FilePage, FileQuery, HourView, TableView } from "../../src/core/exports.ts";
import type { FollowerClaims } from "./follower-claims.ts";
import { viewOf } from "./hour-store.ts";
import type { FilePlace } from "./publication-store.ts";
import type { Room } from "./room.ts";

/** Files per page count tables of an hour: each has a few. */
const parsePlace = (cursor: string | undefined): FilePlace => {
  const [hour, name] = /^(\d{1,15}):(.*)$/s.exec(cursor ?? "")?.slice(1) ?? [];
  return { hour: Number(hour ?? -1), name: name ?? "" };
};

/** What the console and readers of the tables are told. */
export function createViews(room: Room, followers: FollowerClaims) {
  const { hours, runs, registry, publications, meta } = room;

  return {
    summary(enabled: boolean, now: number): ExportSummary {
      const { published, waiting, oldest, newest, events } = hours.totals();
      const { tables, rows, bytes } = registry.totals();
      const run = runs.get();
      const lastAt = publications.lastAt();
      return {
        enabled,
        schema: meta.get<string>("schema") ?? null,
        tables,
        rows: rows ?? 0,
        events: events ?? 0,
        bytes: bytes ?? 0,
        publishedHours: published,
        waitingHours: waiting,
        ...(oldest === null ? {} : { oldestWaitingHour: oldest }),
        ...(newest === null ? {} : { newestHour: newest }),
        ...(lastAt === undefined ? {} : { lastPublishedAt: lastAt }),
        ...(run === undefined
          ? {}
          : {
              running: {
                hour: run.hour,
                startedAt: run.startedAt,
                segments: run.segments,
                done: run.done,
                publishing: run.no !== undefined,
              },
            }),
        followers: followers.views(now),
      };
    },

    tables: (): TableView[] => registry.views(),

    hours(window: { readonly from: number; readonly to: number }): HourView[] {
      const running = runs.get()?.hour;
      return hours.list(window).map((row) => {
        const publishedAt = row.no === null ? undefined : publications.row(row.no)?.at;
        return viewOf(row, running, publishedAt);
      });
    },

    files(query: FileQuery): FilePage {
      const { files, last } = publications.files(query, parsePlace(query.cursor));
      return last === undefined ? { files } : { files, next: `${last.hour}:${last.name}` };
    },
  };
}
