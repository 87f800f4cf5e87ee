import type { ReactNode } from "react";
import type { Resend } from "../../api/delivery-types.ts";
import { resendScope, resendSentence } from "../../logic/dead-letters.ts";
import { count } from "../../logic/times.ts";
import { When } from "../../parts/when.tsx";

/** As many as are of interest at once. */
const MOST = 5;

/** What was sent again, and how far it is. */
export const Resends = ({ resends }: { resends: readonly Resend[] }): ReactNode => (
  <section aria-labelledby="resends">
    <h2 id="resends" className="mb-3 font-semibold">
      Sent again
    </h2>
    <ul className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
      {resends.slice(0, MOST).map((resend) => (
        <li
          key={resend.id}
          className="border-kumo-hairline flex flex-wrap items-center gap-x-6 gap-y-2 border-b px-4 py-3 last:border-b-0"
        >
          <div className="min-w-0 flex-1 basis-56">
            <p className="font-medium">{resendSentence(resend)}</p>
            <p className="text-kumo-subtle text-sm break-words">
              {resendScope(resend)}, asked for <When at={resend.at} />
            </p>
          </div>
          <Progress resend={resend} />
        </li>
      ))}
    </ul>
  </section>
);

function Progress({ resend: { lines, delivered, abandoned, dropped, waiting } }: { resend: Resend }): ReactNode {
  if (lines === 0) return null;
  const parts = [
    { name: "delivered", n: delivered, colour: "text-kumo-success" },
    { name: "given up again", n: abandoned, colour: "text-kumo-danger" },
    { name: "not wanted any more", n: dropped, colour: "text-kumo-inactive" },
  ];
  return (
    <div className="w-full sm:w-72">
      <div aria-hidden className="bg-kumo-tint flex h-2 overflow-hidden rounded-full">
        {parts.map(({ name, n, colour }) => (
          <span key={name} className={`bg-current ${colour}`} style={{ width: `${(n / lines) * 100}%` }} />
        ))}
      </div>
      <p className="text-kumo-subtle mt-1 text-sm tabular-nums">
        {[...parts, { name: "waiting", n: waiting }]
          .filter(({ n }) => n > 0)
          .map(({ name, n }) => `${count(n)} ${name}`)
          .join(" · ")}
      </p>
    </div>
  );
}
