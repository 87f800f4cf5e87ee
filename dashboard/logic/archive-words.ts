import { hourText } from "./export-hours.ts";
import { byteSize } from "./byte-size.ts";
import type { Run } from "./archive-run.ts";
import { totalOf } from "./archive-run.ts";
import { plural } from "./times.ts";

/** How a search stands, in a sentence. */
export function runTitle(run: Run): string {
  const found = run.hits.length;
  const soFar = found === 0 ? "Nothing found so far" : `${plural(found, "event")} found so far`;
  switch (run.status) {
    case "running":
      return found === 0 ? "Searching…" : `Searching… ${plural(found, "event")} found so far.`;
    case "stopped":
      return `Stopped. ${soFar}.`;
    case "cut":
      return `The search broke off. ${soFar}.`;
    case "ended":
      break;
    default:
      return run.status satisfies never;
  }
  switch (run.end?.reason) {
    case "limit":
      return `${run.page.question.order === "asc" ? "The oldest" : "The newest"} ${plural(found, "event")}; there are more.`;
    case "budget":
      return `${soFar}, and there is more to look through.`;
    case "failed":
      return `The archive could not be read on. ${soFar}.`;
    default:
      return found === 0 ? "Nothing found." : `${plural(found, "event")} found; that is all of them.`;
  }
}

/** What has been looked through, and what is left: `left` events, roughly, where that is known. */
export function runDetail(run: Run, left: number | undefined): string {
  const { events, bytes, skipped } = totalOf(run);
  const { order } = run.page.question;
  const done = run.end?.reason === "complete";
  const reached =
    run.position === undefined || done ? "" : `, ${order === "asc" ? "up" : "back"} to ${hourText(run.position)} UTC`;
  const passed =
    skipped === 0
      ? ""
      : ` ${plural(skipped, "segment")} passed over: none of these events in ${skipped === 1 ? "it" : "them"}.`;
  const rest =
    done || run.end?.reason === "limit" || left === undefined
      ? ""
      : left === 0
        ? " Hardly any are left."
        : ` Roughly ${plural(left, "event")} left.`;
  const looked = `${plural(events, "event")} looked through (${byteSize(bytes)})`;
  return `${looked}${done ? ", the whole time" : reached}.${passed}${rest}`;
}

/** What a person should know about these results beside them. */
export function runCaveats(run: Run): readonly string[] {
  const { undecided, missing } = totalOf(run);
  return [
    ...(undecided === 0
      ? []
      : [
          `The condition could not be decided for ${plural(undecided, "event")}, whose value is of another type; ${undecided === 1 ? "it is" : "they are"} left out.`,
        ]),
    ...(missing === 0
      ? []
      : [`${plural(missing, "segment")} could not be read: deleted by the retention meanwhile, or damaged.`]),
    ...(run.end?.adopting === true
      ? ["The archive still takes in what an earlier version has stored: there may be more in a minute."]
      : []),
  ];
}

/** What the button that goes on is called. */
export function goOnWords(run: Run): string {
  if (run.status === "ended" && run.end?.reason === "limit") return "Show more";
  return run.status === "cut" || run.end?.reason === "failed" ? "Go on from there" : "Go on searching";
}
