/** A request the Worker sent out says here what it asked for. */
export const ASKED_URL = "x-asked-url";

/** `POST …?advance=<ms>`: the route that the test's entry has and the product has not. */
export const CLOCK_PATH = "/test-clock";
