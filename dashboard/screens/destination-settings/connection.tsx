import type { ReactNode } from "react";
import { destinationPath } from "../../api/destination-queries.ts";
import type { Destination, DestinationKind } from "../../api/types.ts";
import { shortName } from "../../logic/catalogue.ts";
import { ConnectionForm } from "../../parts/connection-form.tsx";
import { TestAuthentication } from "../../parts/test-authentication.tsx";
import { useSaveDestination } from "./save.ts";

interface ConnectionProps {
  readonly destination: Destination;
  readonly kind: DestinationKind;
}

/** The settings of its kind. */
export default function Connection({ destination, kind }: ConnectionProps): ReactNode {
  const save = useSaveDestination<{ settings: object }>(destination);
  if (kind.fields.length === 0) return <p className="text-kumo-subtle">{kind.name} has no settings.</p>;
  return (
    <ConnectionForm fields={kind.fields} stored={destination} save={save}>
      {(form) =>
        kind.testsAuthentication && (
          <TestAuthentication
            {...form}
            path={`${destinationPath(destination.id)}/test-authentication`}
            name={shortName(kind.name)}
          />
        )
      }
    </ConnectionForm>
  );
}
