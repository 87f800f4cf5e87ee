/** One abandoned line, as it is kept for a person to look at and to send again. */
export interface DeadLetter {
  readonly reason: string;
  readonly detail: string;
  /** ISO-8601 UTC. */
  readonly at: string;
  readonly attempts: number;
  /** The event as archived; a text when the line is not JSON. */
  readonly event: unknown;
}

/** Which lines a dead-letter object is about. */
export interface DeadLetterPlace {
  readonly destinationId: string;
  /** R2 key of the segment: `segment-logs/<sourceId>/<day>/<name>.gz`. */
  readonly key: string;
  readonly replayId?: string;
  readonly firstLine: number;
  readonly attempt: number;
}

/**
 * R2 key of dead letters: `dead-letters/<destinationId>/<UTC day>/<segment>.ndjson.gz`. It depends on the lines and
 * the attempt alone (the day is the segment's), so writing again after a crash replaces instead of doubling.
 */
export function deadLetterKey({ destinationId, key, replayId, firstLine, attempt }: DeadLetterPlace): string {
  const [sourceId, day, name] = key.split("/").slice(-3);
  const segment = (name ?? key).replace(/\.gz$/, "");
  const replay = replayId === undefined ? "" : `-${encodeURIComponent(replayId)}`;
  return `dead-letters/${destinationId}/${day}/${sourceId}-${segment}-${firstLine}-${attempt}${replay}.ndjson.gz`;
}
