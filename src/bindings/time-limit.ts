/**
 * What `work` gives, or an error when it takes longer than `ms`; what it gives later is nobody's. Once it has
 * answered no timer is left behind.
 */
export async function withinTime<Work>(ms: number, work: Work): Promise<Awaited<Work>> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
