import type { Sealer } from "./sealer.ts";

/** Sealed texts of the fields that got a value, and the names of the cleared ones. `owner`: the record's name for seals. */
export async function sealAll(sealer: Sealer, owner: string, secrets: Readonly<Record<string, string | null>>) {
  const sealed: Record<string, string> = {};
  const cleared: string[] = [];
  for (const [field, value] of Object.entries(secrets)) {
    if (value === null) cleared.push(field);
    else sealed[field] = await sealer.seal(`${owner}:${field}`, value);
  }
  return { sealed, cleared };
}

/** What can be opened, and the fields that were sealed with another key. */
export async function openAll(sealer: Sealer, owner: string, sealed: Readonly<Record<string, string>>) {
  const opened: Record<string, string> = {};
  const unreadable: string[] = [];
  for (const [field, text] of Object.entries(sealed)) {
    const plain = await sealer.open(`${owner}:${field}`, text);
    if (plain === undefined) unreadable.push(field);
    else opened[field] = plain;
  }
  return { opened, unreadable };
}
