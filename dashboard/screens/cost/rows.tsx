import type { ReactNode } from "react";
import type { Cost, CostRow } from "../../api/operate-types.ts";
import { clip } from "../../logic/entry-text.ts";
import { lineAmount, lineWords, preciseDollars } from "../../logic/operate.ts";
import { share } from "../../logic/times.ts";
import { TextLink } from "../../parts/text-link.tsx";

/** Each source and destination with its part of the month's estimate, the dearest first. */
export function CostRows({ cost }: { cost: Cost }): ReactNode {
  const { rows, missing, soFar } = cost;
  const whole = cost.projected ?? soFar;
  return (
    <section aria-label="By source and destination" className="flex flex-col gap-3">
      {rows.length === 0 ? (
        <p className="text-kumo-subtle">Nothing is counted yet: there is neither a source nor a destination.</p>
      ) : (
        <ul className="flex flex-col gap-3">
          {rows.map((row) => (
            <li key={`${row.subject.kind} ${row.subject.id}`}>
              <Row row={row} whole={whole} />
            </li>
          ))}
        </ul>
      )}
      {rows.length > 1 && (
        <p className="text-right tabular-nums">
          Together <strong className="font-semibold">{preciseDollars(soFar)}</strong> so far
        </p>
      )}
      {missing.length > 0 && (
        <p className="text-kumo-subtle text-sm break-words">
          Not in the sum, because nobody answered in time: {missing.map(({ name }) => clip(name, 60)).join(", ")}.
        </p>
      )}
    </section>
  );
}

const pageOf = ({ kind, id }: CostRow["subject"]): string =>
  kind === "source" ? `/sources/${id}/debugger` : `/destinations/${id}/delivery`;

function Row({ row, whole }: { row: CostRow; whole: number }): ReactNode {
  const { subject, soFar, projected, lines } = row;
  const own = projected ?? soFar;
  const part = whole === 0 ? 0 : own / whole;
  return (
    <article className="ring-kumo-hairline bg-kumo-base flex flex-col gap-2 rounded-lg p-4 ring">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 className="min-w-0 font-medium break-words">
          <TextLink href={pageOf(subject)}>
            <bdi>{clip(subject.name, 80)}</bdi>
          </TextLink>{" "}
          <span className="text-kumo-subtle text-sm font-normal">{subject.kind}</span>
        </h2>
        <p className="tabular-nums">
          {preciseDollars(soFar)} so far
          {projected !== null && (
            <span className="text-kumo-subtle"> · {preciseDollars(projected)} by the month’s end</span>
          )}
        </p>
      </div>
      <div className="flex items-center gap-3">
        <span aria-hidden className="bg-kumo-tint flex h-2 flex-1 overflow-hidden rounded-full">
          {part > 0 && (
            <span className="text-kumo-info min-w-1 rounded-full bg-current" style={{ width: `${part * 100}%` }} />
          )}
        </span>
        <span className="text-kumo-subtle text-right text-sm tabular-nums">{share(own, whole)} of all</span>
      </div>
      {lines.length === 0 ? (
        <p className="text-kumo-subtle text-sm">Nothing was used this month.</p>
      ) : (
        <details className="text-sm">
          <summary className="text-kumo-subtle w-fit cursor-pointer">What it is made of</summary>
          <Lines lines={lines} sum={soFar} />
        </details>
      )}
    </article>
  );
}

const Lines = ({ lines, sum }: Pick<CostRow, "lines"> & { readonly sum: number }): ReactNode => (
  <table className="mt-2 w-full">
    <caption className="sr-only">What it is made of so far</caption>
    <tbody>
      {lines.map((line) => (
        <tr key={line.what} className="border-kumo-hairline border-t">
          <th scope="row" className="py-1.5 pr-3 text-left font-normal">
            {lineWords(line)}
          </th>
          <td className="text-kumo-subtle py-1.5 pr-3 text-right whitespace-nowrap tabular-nums">{lineAmount(line)}</td>
          <td className="py-1.5 text-right whitespace-nowrap tabular-nums">{preciseDollars(line.dollars)}</td>
        </tr>
      ))}
    </tbody>
    <tfoot>
      <tr className="border-kumo-hairline border-t font-medium">
        <th scope="row" colSpan={2} className="py-1.5 pr-3 text-left font-medium">
          Together, so far
        </th>
        <td className="py-1.5 text-right whitespace-nowrap tabular-nums">{preciseDollars(sum)}</td>
      </tr>
    </tfoot>
  </table>
);
