import type { Result as Executed } from "@segment/actions-core";
import { err, ok, type Result } from "../../core/result.ts";
import type { DeliveredEvent, Mapping } from "../destination.ts";
import type { Instance } from "./instance.ts";
import { actionSettings, copyOf } from "./run-action.ts";

type Data = Parameters<Instance["core"]["transform"]>;

/** What a mapping makes of an event: actions-core's mapping kit. */
export const mapEvent = ({ core }: Instance, mapping: Mapping, event: DeliveredEvent): Record<string, unknown> =>
  core.transform(mapping as Data[0], structuredClone(event) as Data[1]) as Record<string, unknown>;

/** Characters of a payload that is tried: directives can make thousands of copies of one event. */
const MOST_TRIED = 1e6;

/** As an error of actions-core says that a payload will never do. */
const tooLarge = (chars: number): Error =>
  Object.assign(
    new Error(`the mapping makes ${(chars / 1e6).toFixed(1)} MB of this event; more than 1 MB is not tried`),
    {
      name: "PayloadValidationError",
    },
  );

interface One {
  readonly actionId: string;
  readonly mapping: Mapping;
  readonly event: DeliveredEvent;
}

/**
 * The payload that the action's code would get, mapped and validated as for sending; nothing is sent. The error is
 * what validation threw.
 */
export async function preparePayload(
  instance: Instance,
  { actionId, mapping, event }: One,
): Promise<Result<unknown, unknown>> {
  const { core, definition } = instance;
  let payload: unknown;
  const { performBatch: _, ...action } = definition.actions[actionId]!;
  const onlyPrepares = {
    ...action,
    perform: (_request: unknown, data: { readonly payload: unknown }): Executed => {
      payload = data.payload;
      return {};
    },
  };
  const actions = { [actionId]: onlyPrepares };
  const destination = new core.Destination({ ...definition, actions });
  try {
    await destination.onEvent(
      copyOf(event) as unknown as Parameters<typeof destination.onEvent>[0],
      actionSettings(instance, { actionId, mapping }),
    );
    const { length } = JSON.stringify(payload) ?? "";
    return length > MOST_TRIED ? err(tooLarge(length)) : ok(payload);
  } catch (error) {
    return err(error);
  }
}
