/** One abandoned line, as it is kept for a person to look at and to send again: a line of NDJSON in R2. */
export interface DeadLetter {
  readonly reason: string;
  readonly detail: string;
  /** ISO-8601 UTC. */
  readonly at: string;
  readonly attempts: number;
  /** R2 key of the segment it is a line of. */
  readonly segmentKey: string;
  readonly line: number;
  /** Absent when the line could not be read, so that no subscription was asked. */
  readonly subscriptionId?: string;
  readonly messageId?: string;
  /** The event as archived; a text when the line is not JSON. */
  readonly event: unknown;
}

/** An object of dead letters that was written, told to the ledger with the outcomes that abandon its cells. */
export interface LetterObject {
  /** R2 key. */
  readonly key: string;
  readonly cells: readonly number[];
}

/** Which cells a dead-letter object is about. */
export interface DeadLetterPlace {
  readonly destinationId: string;
  /** R2 key of the segment: `segment-logs/<sourceId>/<day>/<name>.gz`. */
  readonly key: string;
  readonly replayId?: string;
  readonly firstCell: number;
  /** Of the claim: no other consumer writes under the same key, so none can replace what another has written. */
  readonly token: number;
}

/**
 * R2 key of dead letters: `dead-letters/<destinationId>/<UTC day of the segment>/<segment>-<cell>-<token>.ndjson.gz`.
 * What counts is the ledger's list: an object whose writer died before it settled is in no list.
 */
export function deadLetterKey({ destinationId, key, replayId, firstCell, token }: DeadLetterPlace): string {
  const [sourceId, day, name] = key.split("/").slice(-3);
  const segment = (name ?? key).replace(/\.gz$/, "");
  const replay = replayId === undefined ? "" : `-${encodeURIComponent(replayId)}`;
  return `dead-letters/${destinationId}/${day}/${sourceId}-${segment}-${firstCell}-${token}${replay}.ndjson.gz`;
}

/** What a list of dead letters is about; times are ms since epoch, `from` inclusive, `to` exclusive. */
export interface LetterCriteria {
  readonly reason?: string;
  readonly from?: number;
  readonly to?: number;
}

export interface LetterQuery extends LetterCriteria {
  /** 1 to 1000. */
  readonly limit: number;
  /** `next` of the answer before; one that this ledger never gave is as none. */
  readonly cursor?: string;
}

/** One object of dead letters. */
export interface ListedLetters {
  readonly key: string;
  /** When its lines were given up, ms since epoch. */
  readonly at: number;
  readonly segmentKey: string;
  readonly replayId?: string;
  /** Deliveries given up, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** How many deliveries were given up: one per line and subscription. */
  readonly lines: number;
  readonly subscriptionIds: readonly string[];
  /** Ids of the re-sends that sent something of it again. */
  readonly resentAs: readonly string[];
}

/** Newest first. */
export interface LetterPage {
  readonly objects: readonly ListedLetters[];
  readonly next?: string;
}

/**
 * Sends dead letters again: exactly the deliveries that were given up, each once. What a re-send has taken is not taken
 * by a later one (when it fails again it is a new letter), unless `again` says so.
 */
export interface ResendRequest extends LetterCriteria {
  /** Given by the caller: the same id again is the same re-send. Letters, digits, `_`; at most 40. */
  readonly id: string;
  readonly again?: boolean;
}

/** A re-send and how far it is. Counts are deliveries: one per line and subscription. */
export interface ResendRecord {
  readonly id: string;
  /** ms since epoch. */
  readonly at: number;
  readonly criteria: LetterCriteria & { readonly again?: boolean };
  /** Still taking letters up: `lines` grows. */
  readonly opening: boolean;
  readonly objects: number;
  readonly lines: number;
  readonly delivered: number;
  readonly abandoned: number;
  /** Not wanted any more: subscription or destination off or deleted. */
  readonly dropped: number;
  readonly waiting: number;
}
