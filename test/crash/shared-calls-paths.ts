/** `POST …` with a Mode as JSON: how shards answer from now on; the answer is Told. */
export const DOOR_PATH = "/test-door";

/**
 * What becomes of calls that several requests share: they pass, the object fails, nothing is ever answered, the request
 * that called is ended by the runtime, the object does not know such calls.
 */
export type Fate = "pass" | "throw" | "hang" | "end" | "unknown";

export interface Mode {
  /** Calls wait on their way until this is false. */
  readonly held: boolean;
  readonly shared: Fate;
  /** Also calls of one request alone are never answered. */
  readonly allHang?: boolean;
}

/** One call of a shard, as the door made it. */
export interface Asked {
  readonly shard: string;
  /** The messageIds it carried; the first is that of the request that called. */
  readonly ids: readonly string[];
  readonly shared: boolean;
}

export interface Told {
  readonly asked: readonly Asked[];
  /** Messages put on the overflow queue. */
  readonly parked: number;
}
