import { EXPORTS, followerRetryMs } from "../../src/core/export-times.ts";
import type { ExportPlan, FollowerClaimResult, FollowerResult, HoldResult } from "../../src/core/exports.ts";
import type { FollowerView } from "../../src/core/export-views.ts";
import { isLoader } from "../../src/core/warehouse-record.ts";
import type { FollowerRow } from "./follower-store.ts";
import type { Owner } from "./hour-claims.ts";
import type { Room } from "./room.ts";

const LOST: FollowerResult = {
  status: "failed",
  rows: 0,
  newColumns: [],
  notices: [],
  error: "the run was lost: whoever worked on it was never heard of again",
};

/** Of a follower that works on nothing, and of one with which nothing is wrong. */
const FREE = { claimed: null, run_id: null, lease_until: 0 } as const;
const WELL = { failures: 0, retry_at: 0, error: null } as const;

/** Followers work through publications in their order, one at a time; whatever a newer version has replaced is passed over. */
export function followerClaims(room: Room) {
  const { followers, publications, history } = room;

  function heldBy(name: string, token: number): FollowerRow | undefined {
    const row = followers.find(name);
    return row?.token === token && row.claimed !== null ? row : undefined;
  }

  function endRun(row: FollowerRow, told: FollowerResult, now: number): void {
    const { status, rows, newColumns, notices, error } = told;
    if (row.run_id === null) return;
    history.end(
      row.run_id,
      { status, rows, newColumns: [...newColumns], notices: [...notices], ...(error === undefined ? {} : { error }) },
      now,
    );
  }

  /** Tried again later, before anything else: the order is kept. */
  function failed(row: FollowerRow, told: FollowerResult, now: number): void {
    endRun(row, told, now);
    const failures = row.failures + 1;
    const error = (told.error ?? "failed without a reason").slice(0, EXPORTS.errorChars);
    // The lease of one that was lost was pause enough, once.
    const retryAt = told === LOST && failures === 1 ? 0 : now + followerRetryMs(failures);
    followers.write({ ...row, ...FREE, failures, retry_at: retryAt, error });
  }

  /** What it should work on now. */
  function nextOf(row: FollowerRow, now: number): { readonly no: number; readonly behind: number } | undefined {
    if (row.is_on === 0 || row.retry_at > now || (row.claimed !== null && row.lease_until > now)) return undefined;
    const { no, count } = publications.after(row.place);
    return no === undefined || no > limitOf(row) ? undefined : { no, behind: count };
  }

  /** Warehouses get users and accounts from the snapshot, so it goes ahead of them. */
  function limitOf({ name }: FollowerRow): number {
    return isLoader(name) ? (followers.find("snapshot")?.place ?? 0) : Number.POSITIVE_INFINITY;
  }

  return {
    /** Followers as the plan has them now. One that is gone is forgotten with all it knew. */
    sync: (plan: ExportPlan, now: number): void =>
      room.transaction(() => {
        const wanted = new Map([["snapshot", true], ...plan.followers.map(({ name, on }) => [name, on] as const)]);
        const rows = new Map(followers.list().map((row) => [row.name, row]));
        const changed = [...wanted].filter(([name, on]) => rows.get(name)?.is_on !== (on ? 1 : 0));
        const gone = [...rows.keys()].filter((name) => !wanted.has(name));
        if (changed.length + gone.length === 0) return;
        for (const [name, on] of changed) followers.put(name, on);
        for (const name of gone) followers.forget(name);
        for (const no of publications.replaced()) room.letGo(no, now);
      }),

    claim: (name: string, owner: Owner, now: number): FollowerClaimResult =>
      room.transaction((): FollowerClaimResult => {
        const found = followers.find(name);
        if (found === undefined) return { status: "nothing_due" };
        if (found.claimed !== null && found.lease_until <= now) failed(found, LOST, now);
        const row = followers.find(name)!;
        const next = nextOf(row, now);
        if (next === undefined) return { status: "nothing_due" };
        const { hour, version } = publications.row(next.no)!;
        const runId = history.begin({ target: name, hour, version, startedAt: now });
        const token = room.nextToken();
        const since = followers.taken(name, hour);
        followers.tries(name, hour, next.no);
        followers.write({ ...row, token, claimed: next.no, run_id: runId, lease_until: now + EXPORTS.leaseMs });
        const publication = publications.read(next.no, owner, since);
        const state = row.state === null ? {} : { state: JSON.parse(row.state) as unknown };
        return {
          status: "claimed",
          token,
          runId,
          follower: name,
          publication,
          behind: next.behind,
          iceberg: room.hasIceberg(),
          ...state,
        };
      }),

    renew(name: string, token: number, now: number): HoldResult {
      const row = heldBy(name, token);
      if (row === undefined) return { status: "lost" };
      followers.write({ ...row, lease_until: now + EXPORTS.leaseMs });
      return { status: "held" };
    },

    finish: (name: string, token: number, told: FollowerResult, now: number): HoldResult =>
      room.transaction((): HoldResult => {
        const row = heldBy(name, token);
        if (row === undefined) return { status: "lost" };
        const state = told.state === undefined ? row.state : JSON.stringify(told.state);
        if ((state ?? "").length > EXPORTS.followerStateChars) throw new Error(`the state of ${name} is too long`);
        if (told.status === "failed") {
          failed({ ...row, state }, told, now);
          return { status: "held" };
        }
        endRun(row, told, now);
        if (told.more === true) {
          followers.write({ ...row, ...FREE, ...WELL, state });
          return { status: "held" };
        }
        room.discard(told.replaced ?? [], now);
        for (const { table, files } of told.files ?? []) publications.setSnapshot(table, files);
        const no = row.claimed!;
        followers.write({ ...row, ...FREE, ...WELL, place: no, state });
        const { hour } = publications.row(no)!;
        const taken = followers.taken(name, hour);
        followers.finished(name, hour, no);
        // Versions that it may have had something of and needs no more.
        for (const one of [...taken, no]) room.letGo(one, now);
        return { status: "held" };
      }),

    /** Those with something to do now, and when the next one may have. */
    due(now: number): { readonly names: readonly string[]; readonly nextAt: number | undefined } {
      const rows = followers.list().filter((row) => row.is_on === 1 && publications.after(row.place).no !== undefined);
      const later = rows.map((row) => (row.claimed === null ? row.retry_at : row.lease_until)).filter((at) => at > now);
      return {
        names: rows.filter((row) => nextOf(row, now) !== undefined).map(({ name }) => name),
        nextAt: later.length === 0 ? undefined : Math.min(...later),
      };
    },

    views: (now: number): FollowerView[] =>
      followers
        .list()
        .filter(({ is_on: isOn }) => isOn === 1)
        .map((row) => ({
          name: row.name,
          behind: publications.after(row.place).count,
          running: row.claimed !== null && row.lease_until > now,
          ...(row.error === null ? {} : { error: row.error }),
          ...(row.retry_at > now ? { retryAt: row.retry_at } : {}),
        })),
  };
}
export type FollowerClaims = ReturnType<typeof followerClaims>;
