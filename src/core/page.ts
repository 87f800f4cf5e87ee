import { err, ok, type Result } from "./result.ts";

export interface PageQuery {
  /** 1 to 1000. */
  readonly count: number;
  /** From an earlier answer; opaque to clients. */
  readonly cursor?: string | undefined;
}

/** The Public API's pagination (delivery.md §5.7): cursors as strings, `next` absent on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly pagination: { readonly current: string; readonly next?: string; readonly totalEntries: number };
}

const cursorAt = (offset: number): string => btoa(`offset:${offset}`);

function offsetOf(cursor: string): number | undefined {
  // atob throws on what is no base64, so such a cursor never gets that far
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(cursor)) return undefined;
  const found = /^offset:(\d{1,9})$/.exec(atob(cursor))?.[1];
  return found === undefined ? undefined : Number(found);
}

/** One page of `all`; an error when the cursor is none of ours. */
export function pageOf<T>(all: readonly T[], { count, cursor }: PageQuery): Result<Page<T>, "bad_cursor"> {
  const offset = cursor === undefined ? 0 : offsetOf(cursor);
  if (offset === undefined) return err("bad_cursor");
  const end = offset + count;
  const pagination = {
    current: cursorAt(offset),
    ...(end < all.length ? { next: cursorAt(end) } : {}),
    totalEntries: all.length,
  };
  return ok({ items: all.slice(offset, end), pagination });
}
