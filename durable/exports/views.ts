import type { ExportSummary, FilePage, FileQuery, HourView, TableView } from "../../src/core/export-views.ts";
import type { FollowerClaims } from "./follower-claims.ts";
import { viewOf } from "./hour-store.ts";
import type { FilePlace } from "./file-lists.ts";
import type { Room } from "./room.ts";

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

    /** Those of users and accounts have the rows of their snapshot. */
    tables(): TableView[] {
      const snapshots = new Map(publications.snapshots().map(({ table, files }) => [table, files]));
      return registry.views().map((view) => {
        const files = snapshots.get(view.name);
        if (files === undefined) return view;
        const sum = (field: "rows" | "bytes") => files.reduce((total, file) => total + file[field], 0);
        return { ...view, rows: sum("rows"), bytes: sum("bytes"), files: files.length };
      });
    },

    hours(window: { readonly from: number; readonly to: number }): HourView[] {
      const running = runs.get()?.hour;
      return hours.list(window).map((row) => {
        const publishedAt = row.no === null ? undefined : publications.row(row.no)?.at;
        return viewOf(row, running, publishedAt);
      });
    },

    /** Snapshots belong to no hour: they stand before all hours, on the first page of a question without a time. */
    files(query: FileQuery): FilePage {
      const { files, last } = publications.files(query, parsePlace(query.cursor));
      const timeless = query.cursor === undefined && query.from === undefined && query.to === undefined;
      const first = timeless ? publications.snapshots() : [];
      const wanted = first.filter(({ table }) => query.tables?.includes(table) ?? true);
      const all = [...wanted.flatMap((one) => one.files.map((file) => ({ ...file, table: one.table }))), ...files];
      return last === undefined ? { files: all } : { files: all, next: `${last.hour}:${last.name}` };
    },
  };
}
