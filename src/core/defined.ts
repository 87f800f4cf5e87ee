/** A field of that name, or none when it has no value: for what may be absent. */
export const defined = <K extends string, V>(key: K, value: V | null | undefined) =>
  value === undefined || value === null ? {} : ({ [key]: value } as Record<K, V>);
