import type { OwnKind } from "./own-kind.ts";

/** Inlet's own destinations, in the order in which lists show them. */
export const OWN_KINDS: readonly OwnKind[] = [];
