import type { HourSegments, ListedSegment } from "../core/archive-index.ts";
import type { HoldResult, HourClaimResult, Progress, PublishRequest, PublishResult } from "../core/exports.ts";

/** The source's Exports object, as far as an hour's run talks to it (durable/exports.ts). */
export interface HourDesk {
  claimHour(): Promise<HourClaimResult>;
  renewHour(token: number): Promise<HoldResult>;
  writing(token: number, keys: readonly string[], n: number): Promise<HoldResult>;
  checkpoint(token: number, progress: Progress): Promise<HoldResult>;
  failHour(token: number, error: string, final?: boolean): Promise<void>;
  publishing(token: number, request: PublishRequest): Promise<PublishResult>;
  published(token: number): Promise<HoldResult>;
}

/** What exporting an hour needs from outside. Supplied by bindings/export-deps.ts. */
export interface HourDeps {
  readonly exports: HourDesk;
  /** Everything in the archive that may have events received in the hour. */
  segments(hour: number): Promise<HourSegments>;
  /** The lines of a segment; null when it is gone. */
  readSegment(segment: ListedSegment): Promise<AsyncIterable<string> | null>;
  /** Writes an object of the archive's bucket. */
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /**
   * Writes JSON text in the place of what `isOlder` says may go, looking and writing in one step: whoever was thought dead
   * and comes back late puts nothing old in the place of something newer.
   */
  putNewer(key: string, json: string, isOlder: (present: string) => boolean): Promise<void>;
  /** A list of ids, which must be there. */
  open(key: string): Promise<ReadableStream<Uint8Array>>;
  /** Calls `beat` every so often until the answer is called. */
  heartbeat(beat: () => Promise<unknown>): () => void;
  /** Lets others have a turn. */
  rest(): Promise<void>;
  now(): number;
  readonly limits: HourLimits;
}

/** How much of an hour is worked through at once; see core/export-times. */
export interface HourLimits {
  /** Characters of lines that are looked through for copies together. */
  readonly stepChars: number;
  /** After so many ms a run pauses at the next opportunity. */
  readonly stepMs: number;
  /** Characters of lines that are kept between the two times they are gone through. */
  readonly keptChars: number;
  /** Bytes of rows in memory. */
  readonly bufferBytes: number;
}

/** Why a run cannot go on. Thrown by the parts of a run, caught at its door. */
export class RunFailure extends Error {
  /** `lost`: somebody else has the run. `final`: trying again would not help. */
  readonly kind: "lost" | "failed" | "final";

  constructor(kind: "lost" | "failed" | "final", message: string) {
    super(message);
    this.name = "RunFailure";
    this.kind = kind;
  }
}

/** Goes on only while the run is ours. */
export function mustHold(result: { readonly status: string }): void {
  if (result.status === "lost") throw new RunFailure("lost", "somebody else has the run by now");
}
