export type Sleep = (ms: number) => Promise<unknown>;

/** R2 takes one write a second to the same key; whatever catches up writes more often than that. */
const PAUSE_MS = 1100;
const MOST_TRIES = 4;

/** The message of that refusal, after which nothing was written. */
const TOO_QUICK = /\b10058\b|reduce your rate/i;

const wait: Sleep = (ms) => scheduler.wait(ms);

/** Writes; a refusal for its pace is met with patience, any other failure is the caller's. */
export async function atPace<T>(write: () => Promise<T>, sleep: Sleep = wait): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (tries === MOST_TRIES || !TOO_QUICK.test(String(error))) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
