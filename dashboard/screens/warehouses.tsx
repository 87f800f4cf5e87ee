import { Badge } from "@cloudflare/kumo/components/badge";
import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { Table } from "@cloudflare/kumo/components/table";
import { DatabaseIcon, PlusIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { warehousesQuery } from "../api/warehouse-queries.ts";
import type { Warehouse } from "../api/warehouse-types.ts";
import { clip } from "../logic/entry-text.ts";
import { warehousesAnswer } from "../logic/warehouses.ts";
import { Loaded } from "../parts/loaded.tsx";
import { OwnersOnly } from "../parts/owners-only.tsx";
import { Page } from "../parts/page.tsx";
import { TextLink } from "../parts/text-link.tsx";
import { useNames } from "../parts/use-names.ts";
import { LoadingOf } from "./warehouses/loading.tsx";

/** Where do the tables go besides the bucket? */
export function Warehouses(): ReactNode {
  const warehouses = useQuery(warehousesQuery);
  const navigate = useNavigate();
  const add = (): void => void navigate({ to: "/warehouses/new" });
  return (
    <Page
      title="Warehouses"
      answer={
        warehouses.data === undefined ? "Where do the tables go besides the bucket?" : warehousesAnswer(warehouses.data)
      }
      actions={
        <Button variant="primary" icon={PlusIcon} onClick={add}>
          Add a warehouse
        </Button>
      }
    >
      <Loaded query={warehouses} failure="The warehouses could not be loaded">
        {(list) =>
          list.length === 0 ? (
            <Empty
              icon={<DatabaseIcon size={40} className="text-kumo-inactive" />}
              title="No warehouses"
              description="A ClickHouse or PostgreSQL that is added here gets the tables of the sources you choose, each hour as it is published. Other engines read the bucket: see Exports of a source, Query."
              contents={
                <OwnersOnly>
                  <Button variant="primary" onClick={add}>
                    Add a warehouse
                  </Button>
                </OwnersOnly>
              }
            />
          ) : (
            <List warehouses={list} />
          )
        }
      </Loaded>
    </Page>
  );
}

const List = ({ warehouses }: { warehouses: readonly Warehouse[] }): ReactNode => (
  <div className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
    <Table className="cards-on-phone">
      <Table.Header>
        <Table.Row>
          <Table.Head>Name</Table.Head>
          <Table.Head>Sources</Table.Head>
          <Table.Head>Loading</Table.Head>
        </Table.Row>
      </Table.Header>
      <Table.Body>
        {warehouses.map((warehouse) => (
          <Row key={warehouse.id} warehouse={warehouse} />
        ))}
      </Table.Body>
    </Table>
  </div>
);

function Row({ warehouse }: { warehouse: Warehouse }): ReactNode {
  const { sourceNames } = useNames();
  return (
    <Table.Row>
      <Table.Cell className="max-w-80">
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate font-medium" title={clip(warehouse.name)}>
            <TextLink href={`/warehouses/${warehouse.id}`}>{clip(warehouse.name)}</TextLink>
          </span>
          {warehouse.metadata.name !== warehouse.name && <Badge variant="secondary">{warehouse.metadata.name}</Badge>}
        </span>
      </Table.Cell>
      <Table.Cell data-label="Sources" className="max-w-60">
        <bdi className="block truncate">{sourceNames(warehouse.sourceIds)}</bdi>
      </Table.Cell>
      <Table.Cell data-label="Loading">
        <LoadingOf warehouse={warehouse} />
      </Table.Cell>
    </Table.Row>
  );
}
