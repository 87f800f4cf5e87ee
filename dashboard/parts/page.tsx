import { type ReactNode, useId } from "react";
import { useOwner } from "./use-owner.ts";

interface PageProps {
  readonly title: string;
  /** Where the screen belongs, to go back to. */
  readonly above?: ReactNode;
  /** The answer to the question the screen exists for, before any control. */
  readonly answer: ReactNode;
  /** Viewers do not get them, unless they only show something. */
  readonly actions?: ReactNode;
  readonly actionsShow?: boolean;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A screen of the console: its name, its answer, then its content. */
export const Page = ({ title, above, answer, actions, actionsShow, wide = false, children }: PageProps): ReactNode => (
  <div className={`mx-auto w-full px-4 py-6 sm:px-8 sm:py-8 ${wide ? "max-w-7xl" : "max-w-6xl"}`}>
    <title>{`${title} · Inlet`}</title>
    <header className="mb-6 flex flex-wrap items-start justify-between gap-4">
      <div className="min-w-0">
        {above !== undefined && (
          <nav aria-label="Path" className="mb-1 text-sm">
            {above}
          </nav>
        )}
        {/* Can be given the focus by what led here (create-source.tsx). */}
        <h1 tabIndex={-1} className="text-2xl font-semibold break-words">
          {title}
        </h1>
        <div className="text-kumo-subtle mt-1 break-words">{answer}</div>
      </div>
      {actions !== undefined && <Actions show={actionsShow === true}>{actions}</Actions>}
    </header>
    <div>{children}</div>
  </div>
);

const Actions = ({ show, children }: { show: boolean; children: ReactNode }): ReactNode =>
  useOwner() || show ? <div className="flex flex-wrap gap-2">{children}</div> : null;

interface SectionProps {
  readonly title: string;
  readonly help?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of a screen: heading and help to the left on wide screens, content in a card. */
export function Section({ title, help, children }: SectionProps): ReactNode {
  const heading = useId();
  return (
    <section
      aria-labelledby={heading}
      className="border-kumo-hairline grid gap-4 border-t py-6 first:border-t-0 first:pt-0 lg:grid-cols-[17rem_1fr] lg:gap-8"
    >
      <div>
        <h2 id={heading} className="text-base font-semibold">
          {title}
        </h2>
        {help !== undefined && <div className="text-kumo-subtle mt-1 text-sm">{help}</div>}
      </div>
      <div className="ring-kumo-hairline bg-kumo-base min-w-0 rounded-lg p-4 ring sm:p-5">{children}</div>
    </section>
  );
}
