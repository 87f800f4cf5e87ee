/** The route that the test's entry has and the product has not. */
export const PROBE_PATH = "/fuzz-probe";

/** A header of every answer that comes from the product, and not from the runtime before it. */
export const REACHED = "x-fuzz-reached";
