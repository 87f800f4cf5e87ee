import { createDurable } from "itty-durable";

/** What a subclass may use of itty-durable; everything else of it is typed `any` and stays in this file. */
interface IttyObject {
  fetch(request: Request): Promise<Response>;
  /** Forgets everything that is stored. */
  destroy(options?: { reset?: boolean }): Promise<unknown>;
  readonly __DURABLE_OBJECT_BRAND: never;
}

/**
 * The base of small state objects: every own property is stored as one value after each request, and public methods
 * are called by name through `GET /do/call/<method>` with their arguments as JSON in the `do-content` header.
 *
 * Its limits decide what may use it: no RPC (only `fetch` is answered), state is loaded and stored by `fetch` alone
 * (an alarm or a hibernating socket would see defaults and lose its changes), and the whole state is one value of at
 * most 2 MB. So nothing that matters is built on it: no events, no dedup, no configuration.
 */
export const StateObject = createDurable({ autoPersist: true }) as unknown as new (
  state: DurableObjectState,
  env: Env,
) => IttyObject;
