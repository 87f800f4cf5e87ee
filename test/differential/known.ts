/** A difference that stays, and why. The test holds the list true: `example` must still differ as `says` tells. */
export interface KnownDifference {
  readonly slug: string;
  /** Matches the first difference of every case that this entry excuses. */
  readonly says: RegExp;
  /** Id of one case that differs so, made with `seed`. */
  readonly example: string;
  readonly seed: number;
  readonly cause: string;
  /** The header that differs, when nothing else may. */
  readonly onlyHeader?: string;
}

const OWN_LIMIT =
  "The action allows a request 30 s, more than a call gets: Inlet ends it after 20 s, and the action calls that a 500 of its own. Tried again either way.";

export const KNOWN: readonly KnownDifference[] = [
  {
    slug: "aws-kinesis",
    onlyHeader: "authorization",
    says: /authorization from .*SignedHeaders=:authority;/,
    example: "aws-kinesis/send/defaults/1",
    seed: 1,
    cause:
      "Upstream speaks HTTP/2 to Kinesis and signs its `:authority`; workerd speaks HTTP/1.1 outwards, so `host` is signed. AWS takes both.",
  },
  {
    slug: "webhook-extensible",
    says: /^verdicts\.\d\.status .*"retry", got …"abandoned"/,
    example: "webhook-extensible/send/defaults/3",
    seed: 1,
    cause:
      "Its renewal of a token throws a TypeError without Segment's own `dynamicAuthSettings`. Upstream's host would try for hours; Inlet asks at once to connect the destination again.",
  },
  {
    slug: "braze-cloud",
    says: /^verdicts\.\d\.reason .*"ETIMEDOUT", got …"500"/,
    example: "braze-cloud/upsertCatalogItem/defaults/6",
    seed: 20_261_122,
    cause: OWN_LIMIT,
  },
  {
    slug: "iterable-audiences",
    says: /^verdicts\.\d\.reason .*"ETIMEDOUT", got …"500"/,
    example: "iterable-audiences/syncAudience/Journeys Step Entered/12",
    seed: 20_261_122,
    cause: OWN_LIMIT,
  },
];

/** Not run: Inlet does not offer these destinations, and says so in the catalogue. By slug, with the cause. */
export const NOT_OFFERED: Readonly<Record<string, string>> = {
  kafka: "Kafka's protocol needs raw sockets, which bypass the guard",
  sftp: "SFTP needs raw sockets, which bypass the guard",
  "liveramp-audiences": "uploads over SFTP, or from a bucket in Segment's own AWS account",
  "the-trade-desk-crm": "stores files in a bucket in Segment's own AWS account",
  segment: "hands its results to Segment's own pipeline instead of sending them",
  "segment-profiles": "hands its results to Segment's own pipeline instead of sending them",
};
