/** A queue batch that remembers what became of each message, by its place. */
export function testBatch<Body>(...bodies: Body[]) {
  const fates: ("ack" | "retry" | undefined)[] = bodies.map(() => undefined);
  const messages = bodies.map((body, i) => ({
    id: `m${i}`,
    timestamp: new Date("2026-11-22T12:00:00.000Z"),
    attempts: 1,
    body,
    ack: () => void (fates[i] ??= "ack"),
    retry: () => void (fates[i] ??= "retry"),
  }));
  return { batch: { messages } as unknown as MessageBatch<Body>, fates };
}
