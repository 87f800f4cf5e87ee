/** What workerd and Node say of a host that has no address, or that refuses every connection. */
const NOT_THERE =
  /^internal error|^proxy request failed|cannot connect to the specified address|ECONNREFUSED|ENOTFOUND/i;
/** workerd says no more than this of a TLS handshake that failed, too. */
const UNNAMED = /^internal error/i;

/**
 * Why no connection came about, as the end of a sentence without its full stop. What a runtime says of a host that is
 * not there is no text for whoever owns the warehouse.
 * @param said the runtime's own text
 */
export function notReached(said: string, withTls: boolean): string {
  if (!NOT_THERE.test(said)) return said.replace(/\.$/, "");
  return withTls && UNNAMED.test(said)
    ? "the name is not known, nothing answers there, or its certificate is not by a public authority"
    : "the name is not known or nothing answers there";
}
