import { compareIn, isBefore, type Bound, type Compare, type Position } from "./archive-order.ts";
import type { SearchOrder } from "./archive-search.ts";

/** An event that was found, as it will be answered. */
export interface Match {
  readonly position: Position;
  readonly bytes: Uint8Array;
}

export interface PageRoom {
  readonly order: SearchOrder;
  /** Events of the page. */
  readonly limit: number;
  /** Bytes that may wait for their turn. */
  readonly heldBytes: number;
}

/**
 * Brings matches into order while segments that overlap in time are read one after the other: whoever knows that
 * nothing earlier in the order can come any more lets go of what waits. Of what cannot be on the page nothing is kept.
 */
export class MatchPage {
  readonly #order: SearchOrder;
  readonly #compare: Compare;
  readonly #limit: number;
  readonly #heldBytes: number;
  #held: Match[] = [];
  #bytes = 0;
  #released = 0;
  #last: Position | undefined;
  /** The first match there was no room for: the page ends before it. */
  #cut: Position | undefined;

  constructor({ order, limit, heldBytes }: PageRoom) {
    this.#order = order;
    this.#compare = compareIn(order);
    this.#limit = limit;
    this.#heldBytes = heldBytes;
  }

  /** Whether a match at this place can be on the page. */
  wants(position: Position): boolean {
    return this.#cut === undefined || this.#compare(position, this.#cut) < 0;
  }

  offer(match: Match): void {
    if (!this.wants(match.position)) return;
    this.#held.splice(this.#indexOf(match.position), 0, match);
    this.#bytes += match.bytes.byteLength;
    while (
      this.#released + this.#held.length > this.#limit ||
      (this.#bytes > this.#heldBytes && this.#held.length > 1)
    ) {
      const out = this.#held.pop()!;
      this.#bytes -= out.bytes.byteLength;
      this.#cut = out.position;
    }
  }

  #indexOf(position: Position): number {
    let [low, high] = [0, this.#held.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#held[middle]!.position, position) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The next events of the page, in order: nothing received before `frontier` (in the order) is to come any more. */
  release(frontier?: number): Match[] {
    const waiting = (one: Match) => !isBefore(this.#order, one.position.at, frontier!);
    const kept = frontier === undefined ? -1 : this.#held.findIndex(waiting);
    const released = this.#held.splice(0, kept === -1 ? this.#held.length : kept);
    for (const { bytes } of released) this.#bytes -= bytes.byteLength;
    this.#released += released.length;
    this.#last = released.at(-1)?.position ?? this.#last;
    return released;
  }

  /** Nothing more comes on this page. */
  get isFull(): boolean {
    return this.#released === this.#limit || (this.#cut !== undefined && this.#held.length === 0);
  }

  /** There were matches for which this page has no room. */
  get hasMore(): boolean {
    return this.#cut !== undefined;
  }

  /** Where the next page begins; undefined while nothing was released. */
  get end(): Bound | undefined {
    return this.#last;
  }
}
