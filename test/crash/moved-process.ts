import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startInletProcess, type InletProcess, type Kill } from "../support/inlet-process.ts";
import { entryCode } from "../support/product-entry.ts";
import { LOOK_PATH, PASS_PATH, withPlan, type Looked, type Passed, type Plan } from "./moved-plan.ts";
import { callAsOwner } from "../support/owner-api.ts";

export type Faults = Pick<Plan, "fail" | "hang" | "stall">;
export const NO_FAULTS: Faults = { fail: 0, hang: 0 };

/** Seconds: long enough for a batch of several messages. */
const QUEUE_WAIT = 0.2;

/** A process of the product that is killed and started again on the same state and port, later by its own clock. */
export class MovedInlet implements AsyncDisposable {
  readonly stateDir: string;
  readonly #code: string;
  #process: InletProcess | undefined;
  #url: URL | undefined;
  #starts = 0;
  #ahead = 0;

  private constructor(stateDir: string, code: string) {
    this.stateDir = stateDir;
    this.#code = code;
  }

  static async create(): Promise<MovedInlet> {
    const stateDir = await mkdtemp(path.join(tmpdir(), "inlet-crash-"));
    return new MovedInlet(stateDir, await entryCode("test/crash/moved-worker.ts"));
  }

  /** The same after each start. */
  get url(): URL {
    if (this.#url === undefined) throw new Error("Inlet was never started");
    return this.#url;
  }

  /** By its clock. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** Starts it `later` ms later than the start before, by its clock. */
  async start(later: number, faults: Faults = NO_FAULTS): Promise<void> {
    this.#ahead += later;
    const entry = path.join(this.stateDir, "entry.js");
    await writeFile(entry, withPlan(this.#code, { ahead: this.#ahead, seed: this.#starts++, ...faults }));
    const port = Number(this.#url?.port ?? 0);
    this.#process = await startInletProcess({ stateDir: this.stateDir, port, entry, queueWait: QUEUE_WAIT });
    this.#url = this.#process.url;
  }

  async kill(what: Kill): Promise<void> {
    await this.#process?.kill(what);
    this.#process = undefined;
  }

  /** One of the test's own routes; their answer. */
  async control(pathname: string, body?: unknown): Promise<Response> {
    const answer = await fetch(new URL(pathname, this.url), {
      ...(pathname === LOOK_PATH ? {} : { method: "POST" }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${pathname} → ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  async look(): Promise<Looked> {
    return (await this.control(LOOK_PATH)).json() as Promise<Looked>;
  }

  /** Lets time pass within a process, more than a consumer lives. */
  async pass(ms: number): Promise<void> {
    await this.control(`${PASS_PATH}?ahead=${ms}`);
    this.#ahead += ms;
  }

  /** Lets time pass unless a consumer is at work: whoever is, would find its lease over. */
  async passIdle(ms: number): Promise<void> {
    const { passed } = (await (await this.control(`${PASS_PATH}?ahead=${ms}&idle=true`)).json()) as Passed;
    if (passed) this.#ahead += ms;
  }

  /** Throws with the answer when it is a refusal. */
  api<T = Record<string, unknown>>(method: string, pathname: string, body?: unknown): Promise<T> {
    return callAsOwner(new URL(pathname, this.url), method, body, AbortSignal.timeout(10_000));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill("group");
    await rm(this.stateDir, { recursive: true, force: true });
  }
}

/** Looks until `look` gives something; fails after `patienceMs` with what `look` threw last, if anything. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  { everyMs = 100, patienceMs = 60_000 } = {},
): Promise<T> {
  let last: unknown;
  for (const end = Date.now() + patienceMs; Date.now() < end;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(`waited ${patienceMs / 1000} s for ${what}`, { cause: last });
}
