const FNV_PRIME = 16_777_619;

function fnv1a(text: string, seed: number): string {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  return hash.toString(16).padStart(8, "0");
}

/**
 * The `table-uuid` of a new table: a UUID of version 8 (RFC 9562) from its place and its first publication's time (ms),
 * so that a creation that died half-way writes the same files again.
 */
export function tableUuid(location: string, createdAt: number): string {
  const time = createdAt.toString(16).padStart(12, "0").slice(-12);
  const [a, b] = [fnv1a(location, 0), fnv1a(location, 1)];
  return `${time.slice(0, 8)}-${time.slice(8)}-8${a.slice(0, 3)}-8${a.slice(3, 6)}-${a.slice(6)}${b}${"00"}`;
}
