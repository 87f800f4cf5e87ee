import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { ClockCounterClockwiseIcon } from "@phosphor-icons/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { runsQuery } from "../../api/export-queries.ts";
import type { FollowerState } from "../../api/export-types.ts";
import { followerWords, targetWords, warehouseOf } from "../../logic/export-words.ts";
import { progressOf } from "../../logic/exports.ts";
import { Choice } from "../../parts/choice.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { useRefetch } from "../../parts/use-refetch.ts";
import { useWarehouseNames } from "../../parts/use-warehouse-names.ts";
import type { ExportsPart } from "../exports.tsx";
import { RunRow } from "./run-row.tsx";

/** What was exported, where to, and what came of it. */
export default function History({ sourceId, state, search, onChange }: ExportsPart): ReactNode {
  const target = search.target;
  const runs = useInfiniteQuery(runsQuery(sourceId, target));
  useRefetch(progressOf(state), () => void runs.refetch());
  const list = runs.data?.pages.flatMap(({ items }) => items) ?? [];
  const targets = ["lake", ...state.followers.map(({ name }) => name)];
  const nameOf = useWarehouseNames([...targets, ...list.map((run) => run.target)]);
  const known = target === undefined || targets.includes(target) ? targets : [...targets, target];
  return (
    <div className="flex flex-col gap-4">
      <Followers followers={state.followers} nameOf={nameOf} />
      <div className="w-72 max-w-full">
        <Choice
          aria-label="Which runs"
          value={target ?? ""}
          choices={[["", "All runs"], ...known.map((one) => [one, targetWords(one, nameOf)] as const)]}
          onChange={(next) => onChange({ target: next })}
        />
      </div>
      <Loaded query={runs} failure="The history could not be loaded">
        {() =>
          list.length === 0 ? (
            <Empty
              icon={<ClockCounterClockwiseIcon size={40} className="text-kumo-inactive" />}
              title="No runs yet"
              description="Each hour that is exported or loaded is listed here with its rows, its new columns and what was lost. The latest 1,000 are kept."
            />
          ) : (
            <>
              <ul aria-label="Runs" className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
                {list.map((run) => (
                  <RunRow
                    key={run.id}
                    run={run}
                    sourceId={sourceId}
                    what={targetWords(run.target, nameOf)}
                    isOpen={search.run === String(run.id)}
                    onToggle={() => onChange({ run: search.run === String(run.id) ? "" : String(run.id) })}
                  />
                ))}
              </ul>
              {runs.hasNextPage && (
                <Button
                  className="self-start"
                  loading={runs.isFetchingNextPage}
                  onClick={() => void runs.fetchNextPage()}
                >
                  Show older ones
                </Button>
              )}
            </>
          )
        }
      </Loaded>
    </div>
  );
}

const TONES = { good: "text-kumo-success", busy: "text-kumo-default", bad: "text-kumo-danger" } as const;

interface FollowersProps {
  readonly followers: readonly FollowerState[];
  readonly nameOf: (id: string) => string | undefined;
}

/** Who takes up each hour after it is published, and how far they are. */
const Followers = ({ followers, nameOf }: FollowersProps): ReactNode =>
  followers.length > 0 && (
    <section aria-labelledby="followers">
      <h2 id="followers" className="mb-2 font-semibold">
        Made from each published hour
      </h2>
      <ul className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
        {followers.map((follower) => {
          const { text, tone } = followerWords(follower);
          const id = warehouseOf(follower.name);
          const name = targetWords(follower.name, nameOf);
          return (
            <li
              key={follower.name}
              className="border-kumo-hairline flex flex-wrap justify-between gap-x-4 gap-y-1 border-b px-4 py-2.5 last:border-b-0"
            >
              <bdi className="min-w-0 wrap-anywhere">
                {id === undefined ? name : <TextLink href={`/warehouses/${id}`}>{name}</TextLink>}
              </bdi>
              <span className={`text-sm ${TONES[tone]}`}>{text}</span>
            </li>
          );
        })}
      </ul>
      {!followers.some(({ name }) => warehouseOf(name) !== undefined) && (
        <p className="mt-2 text-sm">
          <TextLink href="/warehouses">Load a ClickHouse or PostgreSQL too</TextLink>
        </p>
      )}
    </section>
  );
