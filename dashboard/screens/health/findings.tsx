import { Badge } from "@cloudflare/kumo/components/badge";
import type { ReactNode } from "react";
import type { Finding } from "../../api/operate-types.ts";
import { clip } from "../../logic/entry-text.ts";
import { SEVERITIES } from "../../logic/operate.ts";
import { TextLink } from "../../parts/text-link.tsx";
import { Verdict } from "../../parts/verdict.tsx";
import { Lasting, Until } from "../../parts/when.tsx";

/** What is not as it should be, the worst first; one line where nothing is. */
export const Findings = ({ findings }: { findings: readonly Finding[] }): ReactNode =>
  findings.length === 0 ? (
    <div className="ring-kumo-hairline bg-kumo-base rounded-lg p-4 ring">
      <Verdict good>Nothing waits longer than it should, nothing was given up, every object answered.</Verdict>
    </div>
  ) : (
    <ul aria-label="Findings" className="flex flex-col gap-3">
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.subject.kind} ${finding.subject.id}`}>
          <Row finding={finding} />
        </li>
      ))}
    </ul>
  );

const SEND_AGAIN = "send the dead letters again";

/** What to do, which leads to where it is done. */
function Todo({ text, link }: { text: string; link: string }): ReactNode {
  const [before, after] = text.split(SEND_AGAIN);
  if (after === undefined || !link.endsWith("/dead-letters")) return text;
  return (
    <>
      {before}
      <TextLink href={link}>{SEND_AGAIN}</TextLink>
      {after}
    </>
  );
}

function Row({ finding }: { finding: Finding }): ReactNode {
  const { severity, subject, sentence, todo, link, since, nextAt } = finding;
  const [word, variant] = SEVERITIES[severity];
  return (
    <article className="ring-kumo-hairline bg-kumo-base flex flex-col gap-1.5 rounded-lg p-4 ring">
      <h2 className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1 font-medium">
        <Badge variant={variant}>{word}</Badge>
        <span className="min-w-0 break-words">
          <TextLink href={link}>
            <bdi>{clip(subject.name, 80)}</bdi>
          </TextLink>
        </span>
        {subject.kind !== "workspace" && <span className="text-kumo-subtle text-sm font-normal">{subject.kind}</span>}
      </h2>
      <p className="break-words">{sentence}</p>
      <p className="text-sm break-words">
        <span className="font-medium">What to do:</span> <Todo text={todo} link={link} />
      </p>
      {(since !== undefined || nextAt !== undefined) && (
        <p className="text-kumo-subtle flex flex-wrap gap-x-4 text-sm">
          {since !== undefined && (
            <span>
              For <Lasting at={since} />
            </span>
          )}
          {nextAt !== undefined && (
            <span>
              Tried again <Until at={nextAt} />
            </span>
          )}
        </p>
      )}
    </article>
  );
}
