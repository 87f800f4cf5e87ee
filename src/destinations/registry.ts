import type { Destination } from "./webhook-kind.ts";
import { webhook } from "./webhook.ts";

const ALL: readonly Destination[] = [webhook];

export const listDestinations = (): readonly Destination[] => ALL;

/** The definition behind a configured destination's metadataId. */
export const findDestination = (metadataId: string): Destination | undefined =>
  ALL.find((destination) => destination.id === metadataId);
