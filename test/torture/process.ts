import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startInletProcess, type InletProcess, type Kill } from "../support/inlet-process.ts";
import { entryCode } from "../support/product-entry.ts";
import {
  PATHS,
  PLAN,
  type Cause,
  type JumpRequest,
  type Objects,
  type Plan,
  type Rates,
  type Room,
  type Tally,
} from "./seams.ts";
import { LOG } from "./settings.ts";
import type { Totals } from "./totals.ts";
import { callAsOwner } from "../support/owner-api.ts";

/** Seconds: long enough for a batch of several messages. */
const QUEUE_WAIT = 0.2;
/** How often faults are read: those of the last moment before a kill are not counted. */
const TALLY_EVERY_MS = 200;

/** The product as a process that is killed and started again on the same state and port, with faults at every seam. */
export class TorturedInlet implements AsyncDisposable {
  readonly stateDir: string;
  /** What may have kept an answer from being booked, kills included. */
  readonly causes: Cause[] = [];
  /** How far its clock is ahead, in ms. */
  ahead = 0;
  /** The most memory its runtime has had, in bytes; 0 where the system does not tell. */
  peakBytes = 0;
  readonly #code: string;
  readonly #totals: Totals;
  readonly #room: Room | undefined;
  #process: InletProcess | undefined;
  #url: URL | undefined;
  #starts: number;
  #rates: Rates = {};
  #tally: Tally = { faults: {}, causes: [] };
  #timer: NodeJS.Timeout | undefined;

  private constructor(stateDir: string, code: string, { seed, totals, room }: Options) {
    this.stateDir = stateDir;
    this.#code = code;
    this.#starts = seed;
    this.#totals = totals;
    this.#room = room;
  }

  static async create(options: Options): Promise<TorturedInlet> {
    const stateDir = await mkdtemp(path.join(tmpdir(), "inlet-torture-"));
    return new TorturedInlet(stateDir, await entryCode("test/torture/worker.ts"), options);
  }

  /** The same after each start. */
  get url(): URL {
    if (this.#url === undefined) throw new Error("Inlet was never started");
    return this.#url;
  }

  async start(): Promise<void> {
    const entry = path.join(this.stateDir, "entry.js");
    const room = this.#room === undefined ? {} : { room: this.#room };
    const plan: Plan = { ahead: this.ahead, seed: this.#starts++, rates: this.#rates, log: LOG, ...room };
    await writeFile(entry, `globalThis.${PLAN} = ${JSON.stringify(plan)};\n${this.#code}`);
    const port = Number(this.#url?.port ?? 0);
    this.#process = await startInletProcess({ stateDir: this.stateDir, port, entry, queueWait: QUEUE_WAIT });
    this.#url = this.#process.url;
    // A runtime whose parent was killed went on until now.
    if (this.#starts > 1) this.causes.push({ at: Date.now(), ledger: "*", what: "started again" });
    this.#tally = { faults: {}, causes: [] };
    await this.control(PATHS.requeue, {});
    this.#timer = setInterval(() => void this.#read().catch(() => undefined), TALLY_EVERY_MS);
  }

  async kill(what: Kill): Promise<void> {
    clearInterval(this.#timer);
    const at = Date.now();
    await this.#process?.kill(what);
    this.causes.push({ at, ledger: "*", what: `killed ${what}` });
    this.#process = undefined;
    this.#book();
  }

  /** From now on, and after each start. */
  async rates(rates: Rates): Promise<void> {
    this.#rates = rates;
    await this.control(PATHS.rates, rates);
  }

  /** By its clock, in ms since epoch. */
  now(): number {
    return Date.now() + this.ahead;
  }

  /** Time passes, or turns back, whatever is under way. */
  async jump(ms: number, objects: Objects): Promise<void> {
    this.ahead += ms;
    this.causes.push({ at: Date.now(), ledger: "*", what: `the clock moved by ${ms} ms` });
    await this.control(PATHS.jump, { ms, objects, gently: false } satisfies JumpRequest);
  }

  /** Time passes unless a consumer is at work. */
  async pass(ms: number, objects: Objects): Promise<void> {
    if (await this.control<boolean>(PATHS.jump, { ms, objects, gently: true } satisfies JumpRequest)) this.ahead += ms;
  }

  /** One of the test's own routes; its answer. */
  async control<T = unknown>(pathname: string, body: unknown): Promise<T> {
    const answer = await fetch(new URL(pathname, this.url), { method: "POST", body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${pathname} → ${answer.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** An object of the bucket, past the product. */
  async object(key: string): Promise<Uint8Array> {
    const answer = await fetch(new URL(`${PATHS.object}?${new URLSearchParams({ key })}`, this.url));
    if (!answer.ok) throw new Error(`${key} is listed and cannot be read`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** Throws with the answer when it is a refusal. */
  api<T = Record<string, unknown>>(method: string, pathname: string, body?: unknown): Promise<T> {
    return callAsOwner(new URL(pathname, this.url), method, body, AbortSignal.timeout(10_000));
  }

  /** Memory of its runtime now; 0 where the system does not tell. */
  residentBytes(): number {
    return memoryOf(this.stateDir);
  }

  /** Reads the counts for the last time. */
  async settleTally(): Promise<void> {
    await this.#read();
  }

  async #read(): Promise<void> {
    this.#tally = await this.control<Tally>(PATHS.tally, {});
    this.peakBytes = Math.max(this.peakBytes, this.residentBytes());
    this.#book();
  }

  #bookedFaults: Record<string, number> = {};
  #bookedCauses = 0;

  /** What has come since the last time; a new process counts from nothing. */
  #book(): void {
    for (const [kind, total] of Object.entries(this.#tally.faults)) {
      const fresh = total - (this.#bookedFaults[kind] ?? 0);
      if (fresh > 0) this.#totals.fault(kind as keyof Tally["faults"], fresh);
    }
    this.causes.push(...this.#tally.causes.slice(this.#bookedCauses));
    const ended = this.#process === undefined;
    this.#bookedFaults = ended ? {} : { ...this.#tally.faults };
    this.#bookedCauses = ended ? 0 : this.#tally.causes.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#process?.kill("group");
    await rm(this.stateDir, { recursive: true, force: true });
  }
}

interface Options {
  readonly seed: number;
  readonly totals: Totals;
  readonly room?: Room;
}

/** Resident bytes of the runtimes that the process has written down. */
function memoryOf(stateDir: string): number {
  const file = path.join(stateDir, "workerd.pid");
  if (!existsSync(file)) return 0;
  const { runtimes } = JSON.parse(readFileSync(file, "utf8")) as { runtimes: number[] };
  return runtimes.reduce((sum, pid) => sum + residentBytes(pid), 0);
}

function residentBytes(pid: number): number {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return 0;
  const [, kb = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(status, "utf8")) ?? [];
  return Number(kb) * 1024;
}
