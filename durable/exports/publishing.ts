import { filesOf, type HoldResult, type PublishRequest, type PublishResult } from "../../src/core/exports.ts";
import type { HourClaims, Owner } from "./hour-claims.ts";
import type { NewTable } from "./publication-store.ts";
import type { Room } from "./room.ts";
import { keysOf, type RunState } from "./run-store.ts";
import { STATE } from "./schema.ts";

/** The end of a run: its files become a publication, its manifests are written, then it takes the old one's place. */
export function publishing(room: Room, claims: HourClaims) {
  const { hours, runs, history, registry, publications } = room;

  /**
   * What a finished run answers: all that the archive had told before it began, though some of it may be gone from the
   * archive by then, and all that it has read. What came to the archive later is due again.
   */
  const answered = (run: RunState, seq: number) => ({ hour: run.hour, seq: Math.max(run.seq, seq), asked: run.asked });

  /** Nothing in it and nothing published before: there is no hour to speak of. */
  function endEmpty(run: RunState, seq: number, now: number): PublishResult {
    if (run.runId !== undefined)
      history.end(run.runId, { status: "success", rows: 0, newColumns: [], notices: [] }, now);
    claims.abandon(now);
    hours.finish(answered(run, seq));
    return { status: "empty" };
  }

  function addPublication(run: RunState, now: number): number {
    const done = runs.checkpoint()!;
    const tables = registry.merged().flatMap((table): NewTable[] => {
      const files = filesOf(done, table.name);
      if (files.length === 0) return [];
      return [{ name: table.name, kind: table.kind, rev: registry.rev(table), files }];
    });
    const { hour, version } = run;
    const { upserts, ndjson, seq, ids } = done;
    return publications.add({ hour, version, seq, publishedAt: now, upserts, ids, ndjson }, tables);
  }

  /** Figures of the tables: what the new version has, less what the old one had. */
  function countTables(hour: number, no: number, sign: 1 | -1): void {
    for (const { name, rows, bytes, files } of publications.tablesOf(no)) {
      registry.count(name, { hour, rows: sign * rows, bytes: sign * bytes, files: sign * files.length });
    }
  }

  /** What the cost meter is told: all files of the run, and a manifest for each table of this version or the last. */
  function countObjects(tables: readonly string[], before: number | null, now: number): void {
    const old = before === null ? [] : publications.tablesOf(before);
    const manifests = new Set([...tables, ...old.map(({ name }) => name)]);
    room.written.add(keysOf(runs.checkpoint()!).length + manifests.size, now);
  }

  /** Takes the place of the version before. */
  function replace(run: RunState, no: number, now: number): void {
    const before = hours.find(run.hour)?.no ?? null;
    const done = runs.checkpoint()!;
    const newColumns = registry.commit();
    publications.setState(no, STATE.current);
    if (before !== null) {
      publications.setState(before, STATE.replaced);
      countTables(run.hour, before, -1);
    }
    countTables(run.hour, no, 1);
    const tables = publications.tablesOf(no);
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
    const names = tables.map(({ name }) => name);
    countObjects(names, before, now);
    const { segments, events, notices, seq } = done;
    hours.finish({ ...answered(run, seq), published: { no, segments, rows, events, bytes } });
    for (const hour of run.again ?? []) hours.ask(hour);
    const status = notices.some(({ lost }) => lost) ? "partial" : "success";
    if (run.runId !== undefined) history.end(run.runId, { status, rows, newColumns, notices }, now);
    runs.clear();
    if (before !== null) room.letGo(before, now);
  }

  return {
    /** Everything is written but the manifests. The same answer again when it is asked for again. */
    publishing: (token: number, request: PublishRequest, owner: Owner, now: number): PublishResult =>
      room.transaction((): PublishResult => {
        const run = claims.heldBy(token);
        if (run === undefined) return { status: "lost" };
        const before = hours.find(run.hour)?.no ?? null;
        const since = before === null ? [] : [before];
        if (run.no !== undefined) return { status: "held", publication: publications.read(run.no, owner, since) };
        const { progress, again } = request;
        runs.add(progress);
        runs.forgetIntents();
        registry.stage(progress.tables);
        const { events, seq, segments, done } = runs.checkpoint()!;
        if (events === 0 && before === null) return endEmpty(run, seq, now);
        const no = addPublication(run, now);
        runs.put({ ...run, no, again, segments, done, failures: 0 });
        return { status: "held", publication: publications.read(no, owner, since) };
      }),

    /** All manifests are written: readers see the new version, so the old one may go. */
    published: (token: number, now: number): HoldResult =>
      room.transaction((): HoldResult => {
        const run = claims.heldBy(token);
        if (run?.no === undefined) return { status: "lost" };
        replace(run, run.no, now);
        return { status: "held" };
      }),
  };
}
