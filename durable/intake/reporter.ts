import { addRefusedKinds, type RefusedKind } from "../../src/core/event-kind.ts";
import {
  sampleOfLine,
  type IngestCounts,
  type Observation,
  type Sample,
  type SampleStatus,
} from "../../src/core/sample.ts";
import { logError } from "../../src/log/log.ts";

/** Samples one push may carry; the debugger shows how many more there were. */
const MAX_SAMPLES = 100;
/** A first event after a quiet while shows at once; then pushes are this far apart (ms). */
const SOON_MS = 50;
const WATCHED_EVERY_MS = 100;
const UNWATCHED_EVERY_MS = 2000;

export interface ReporterDeps {
  readonly sourceId: string;
  record(observation: Observation): Promise<{ watching: boolean }>;
  /** `kinds`: parts of the refusals in `counts`. */
  count(at: number, counts: IngestCounts, kinds: readonly RefusedKind[]): Promise<void>;
  now(): number;
  /** Runs `work` after `ms`, keeping the object alive until it is done. */
  later(ms: number, work: () => Promise<void>): void;
}

type Told = Pick<Observation, "counts" | "kinds">;
/** Lines as they came, joined by line breaks: only those that are told of are ever looked at. */
interface Seen {
  readonly status: SampleStatus;
  readonly lines: string;
  readonly count: number;
}
type Pending = Seen | Sample;

const countOf = (pending: Pending): number => ("count" in pending ? pending.count : 1);

const samplesOf = (pending: Pending): Sample[] =>
  "count" in pending
    ? pending.lines
        .split("\n")
        .slice(-MAX_SAMPLES)
        .map((line) => sampleOfLine(line, pending.status))
    : [pending];

/**
 * Tells the debugger (a bounded sample) what came in, and the ledger how much was refused or a duplicate: coalesced,
 * never in the ack path. A crash loses at most the last push; the archive does not depend on it.
 */
export class Reporter {
  readonly #deps: ReporterDeps;
  #pending: Pending[] = [];
  /** Samples that `#pending` stands for. */
  #held = 0;
  #counts: Record<string, number> = {};
  #kinds: readonly RefusedKind[] = [];
  #scheduled = false;
  #watching = false;
  #lastPush = 0;

  constructor(deps: ReporterDeps) {
    this.#deps = deps;
  }

  /** `count` lines of newly stored or duplicate events. */
  sawLines(status: "accepted" | "duplicate", lines: string, count: number): void {
    if (count === 0) return;
    this.#counts[status] = (this.#counts[status] ?? 0) + count;
    this.#hold({ status, lines, count });
    this.#schedule();
  }

  saw(observation: Observation): void {
    this.#tally(observation);
    for (const sample of observation.samples) this.#hold(sample);
    this.#schedule();
  }

  /** Keeps what the newest MAX_SAMPLES need: under load nearly all that comes is let go of without a look. */
  #hold(pending: Pending): void {
    this.#pending.push(pending);
    this.#held += countOf(pending);
    for (let oldest = countOf(this.#pending[0]!); this.#held - oldest >= MAX_SAMPLES;) {
      this.#held -= oldest;
      this.#pending.shift();
      oldest = countOf(this.#pending[0]!);
    }
  }

  #tally({ counts, kinds }: Told): void {
    for (const [key, n] of Object.entries(counts)) this.#counts[key] = (this.#counts[key] ?? 0) + n;
    if (kinds !== undefined) this.#kinds = addRefusedKinds(this.#kinds, kinds);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const every = this.#watching ? WATCHED_EVERY_MS : UNWATCHED_EVERY_MS;
    const wait = this.#lastPush + every - this.#deps.now();
    // At most `every`: a clock that has stepped back must not silence the reports until it has caught up.
    this.#deps.later(Math.min(Math.max(SOON_MS, wait), every), () => this.#push());
  }

  async #push(): Promise<void> {
    const counts = this.#counts;
    const kinds = this.#kinds;
    const samples = this.#pending.flatMap(samplesOf).slice(-MAX_SAMPLES);
    const at = this.#deps.now();
    this.#counts = {};
    this.#kinds = [];
    this.#pending = [];
    this.#held = 0;
    this.#scheduled = false;
    this.#lastPush = at;
    const { sourceId } = this.#deps;
    // Accepted events are counted with their segment, exactly; here only what leaves no other trace.
    const { accepted: _accepted, ...others } = counts;
    const [shown, counted] = await Promise.allSettled([
      this.#deps.record({ sourceId, at, counts, samples }),
      Object.keys(others).length === 0 ? undefined : this.#deps.count(at, others, kinds),
    ]);
    if (shown.status === "fulfilled") this.#watching = shown.value.watching;
    else logError("debugger_push_failed", { sourceId }, shown.reason);
    if (counted.status === "rejected") {
      logError("ledger_count_failed", { sourceId }, counted.reason);
      // No push of their own: a ledger that is down must not keep an idle object awake.
      this.#tally({ counts: others, kinds });
    }
  }
}
