import type { Sealer } from "./sealer.ts";

/** Sealed texts by field. */
type Sealed = Readonly<Record<string, string>>;

/**
 * Seals `secrets` and gives what they make of a record's sealed fields: null clears one, what is not named stays. It is
 * applied later, when the record is read and written in one transaction.
 * @param owner the record's name for seals
 */
export async function sealChanges(
  sealer: Sealer,
  owner: string,
  secrets: Readonly<Record<string, string | null>>,
): Promise<(old: Sealed) => Record<string, string>> {
  const sealed: Record<string, string> = {};
  for (const [field, value] of Object.entries(secrets)) {
    if (value !== null) sealed[field] = await sealer.seal(`${owner}:${field}`, value);
  }
  return (old) =>
    Object.fromEntries(Object.entries({ ...old, ...sealed }).filter(([field]) => secrets[field] !== null));
}

/** What can be opened, and the fields that were sealed with another key. */
export async function openAll(sealer: Sealer, owner: string, sealed: Sealed) {
  const opened: Record<string, string> = {};
  const unreadable: string[] = [];
  for (const [field, text] of Object.entries(sealed)) {
    const plain = await sealer.open(`${owner}:${field}`, text);
    if (plain === undefined) unreadable.push(field);
    else opened[field] = plain;
  }
  return { opened, unreadable };
}

/** A record as it may be shown: of its secrets only which there are. */
export function hideSecrets<R extends { readonly sealed: Sealed }>({ sealed, ...shown }: R) {
  const secrets: Record<string, true> = Object.fromEntries(Object.keys(sealed).map((field) => [field, true as const]));
  return { ...shown, secrets };
}
