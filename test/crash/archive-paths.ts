/** `POST …?sourceId=…&ahead=<ms>[&slow=<ms>]`: routes that the test's entry has and the product has not. */
export const STEP_PATH = "/test-step";
export const CHECK_PATH = "/test-check";

export interface Checked {
  readonly named: readonly string[];
  readonly missing: readonly string[];
}
