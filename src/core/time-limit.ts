/** Starts a timer (ms); gives what calls it off. */
export type StartTimer = (work: () => void, ms: number) => () => void;

/**
 * What `work` gives, or an error when it takes longer than `ms`; what it gives later is nobody's. Once it has
 * answered no timer is left behind.
 */
export async function limitTime<Work>(ms: number, work: Work, start: StartTimer): Promise<Awaited<Work>> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const callOff = start(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    callOff();
  }
}
