import type { RetentionDays } from "../../src/core/retention.ts";

interface ArchiveCounts {
  readonly segments: number;
  /** Compacted ones. */
  readonly files: number;
  readonly events: number;
  readonly bytes: number;
}

/** What a source's archive holds. Times are ISO-8601 UTC. */
export interface ArchiveFacts extends ArchiveCounts {
  readonly days: number;
  readonly firstAt?: string;
  readonly lastAt?: string;
  /** Segments of an earlier version are still being taken in. */
  readonly adopting: boolean;
  readonly retention: { readonly days: RetentionDays; readonly from: "source" | "workspace" };
}

export interface ArchiveDay extends ArchiveCounts {
  /** `2026-11-22`, UTC. */
  readonly day: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly kinds: readonly { readonly type: string; readonly name?: string; readonly count: number }[];
}

/** One object in the bucket: a segment, or a compacted file of many. */
export interface ArchiveObject {
  readonly key: string;
  readonly compacted: boolean;
  readonly segments: number;
  readonly events: number;
  readonly bytes: number;
  readonly firstAt: string;
  readonly lastAt: string;
}
