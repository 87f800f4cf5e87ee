import type { JSONObject, Result as Executed } from "@segment/actions-core";
import { isJsonObject } from "../../core/json.ts";
import type { ConnectionContext, DeliveredEvent, PerformCall } from "../destination.ts";
import type { Instance } from "./instance.ts";
import { RenewalFailed, TokenRenewed } from "./tokens.ts";

/** Always true: whether the trigger fires has been decided. actions-core runs no subscription without one. */
const ALWAYS = 'type != "(decided before)"';

/**
 * A copy of an event, because definitions and validation change what they are given. Null for `context.personas`, which
 * anybody can send and actions-core fails over whatever the destination, is left out.
 */
export function copyOf(event: DeliveredEvent): Record<string, unknown> {
  const copy = structuredClone(event) as Record<string, unknown>;
  const { context } = copy;
  if (isJsonObject(context) && context["personas"] === null) {
    const { personas: _, ...rest } = context;
    copy["context"] = rest;
  }
  return copy;
}

/** Settings as actions-core takes them with the one subscription that is to run. */
export function actionSettings(
  { definition, settings, tokens }: Instance,
  { actionId, mapping }: Pick<PerformCall, "actionId" | "mapping">,
): JSONObject & { oauth?: { access_token?: string } } {
  const subscription = { subscribe: ALWAYS, partnerAction: actionId, mapping };
  const { scheme } = definition.authentication ?? {};
  const usesOAuth = scheme === "oauth2" || scheme === "oauth-managed";
  const given = structuredClone({ ...settings.fields, subscription });
  return { ...given, ...(usesOAuth ? { oauth: tokens.current } : {}) } as unknown as JSONObject;
}

/**
 * Runs one action with actions-core, which renews a refused OAuth token once. A call that finds its token renewed by
 * another starts again with the new one, and does not spend the refresh token a second time.
 * @param together with `performBatch`
 * @throws what the action's code, the validation or the network threw
 */
export async function runAction(
  instance: Instance,
  context: ConnectionContext,
  call: PerformCall,
  together: boolean,
): Promise<Executed[]> {
  try {
    return await runOnce(instance, context, call, together);
  } catch (error) {
    if (error instanceof TokenRenewed) return runOnce(instance, context, call, together);
    throw error;
  }
}

async function runOnce(
  instance: Instance,
  context: ConnectionContext,
  call: PerformCall,
  together: boolean,
): Promise<Executed[]> {
  const { destination, tokens } = instance;
  const settings = actionSettings(instance, call);
  let endTurn: (() => void) | undefined;
  let renewing = false;
  const options = {
    synchronizeRefreshAccessToken: async (): Promise<void> => {
      renewing = true;
      // actions-core may ask twice without having renewed: the turn is this call's already.
      if (endTurn !== undefined) return;
      // The token in use by this call, which actions-core replaces when it has renewed it.
      endTurn = await tokens.takeTurn(settings.oauth?.access_token, call.tools.now(), call.signal);
    },
    onTokenRefresh: async (renewed: Parameters<typeof tokens.renew>[0]): Promise<void> => {
      renewing = false;
      await context.saveTokens(tokens.renew(renewed));
      endTurn?.();
      endTurn = undefined;
    },
  };
  const events = call.events.map(copyOf) as unknown as Parameters<typeof destination.onBatch>[0];
  try {
    return await (together
      ? destination.onBatch(events, settings, options)
      : destination.onEvent(events[0]!, settings, options));
  } catch (error) {
    if (renewing && !(error instanceof TokenRenewed)) throw new RenewalFailed(error);
    throw error;
  } finally {
    endTurn?.();
  }
}
