import { type ReactNode, useSyncExternalStore } from "react";
import { absoluteTime, lasting, relativeTime, timeUntil } from "../logic/times.ts";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

/** One clock for the whole page: every relative time ticks together, and only while some are shown. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The current time in ms, moving once a second. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

interface InstantProps {
  /** ISO-8601, or ms. */
  readonly at: string | number;
}

/** "12 s ago", with the absolute local and UTC times on hover. */
export const When = ({ at }: InstantProps): ReactNode => <Instant at={at} words={relativeTime} />;

/** "in 40 s", likewise. */
export const Until = ({ at }: InstantProps): ReactNode => <Instant at={at} words={timeUntil} />;

/** "7 min", for what has lasted since then, likewise. */
export const Lasting = ({ at }: InstantProps): ReactNode => <Instant at={at} words={lasting} />;

function Instant({ at, words }: InstantProps & { words: (at: number, now: number) => string }): ReactNode {
  const current = useNow();
  const ms = typeof at === "number" ? at : Date.parse(at);
  if (!Number.isFinite(ms)) return <span>unknown time</span>;
  return (
    <time dateTime={new Date(ms).toISOString()} title={absoluteTime(ms)} className="whitespace-nowrap">
      {words(ms, current)}
    </time>
  );
}
