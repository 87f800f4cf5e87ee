const INTERNAL = "It hands its result to Segment's own pipeline instead of sending it.";

/**
 * Destinations of the catalogue that cannot do here what they are for, by metadataId, and why. Some would even report
 * success: they are refused before anything is lost.
 */
const UNAVAILABLE: Readonly<Record<string, string>> = {
  "65dde5755698cb0dab09b489": "Kafka speaks a protocol of its own over raw sockets, which this code cannot open here.",
  "6891e1a284d96219f601647b": "SFTP runs over SSH on raw sockets, which this code cannot open here.",
  "644ad6c6c4a87a3290450602": "Liveramp takes files over SFTP, or from a bucket in Segment's own AWS account.",
  "6440068936c4fb9f699b0645":
    "It stores files in a bucket of Segment's own AWS account, from where Segment uploads them.",
  "6371eee1ae5e324869aa8b1b": `${INTERNAL} Inlet's own destination "Segment" sends to a Segment workspace.`,
  "639c2dbb1309fdcad13951b6": INTERNAL,
};

export const whyUnavailable = (metadataId: string): string | undefined => UNAVAILABLE[metadataId];
