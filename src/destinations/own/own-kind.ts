import type { ActionDefinition, AuthenticationScheme, DestinationDefinition } from "@segment/actions-core";
import type * as z from "zod";
import type { DestinationKind, PresetKind } from "../../core/destination-kind.ts";
import { EventType } from "../../core/event.ts";
import { describeAction } from "../engine/describe-action.ts";

/** The trigger of what takes every event (destinations.md §7.4 knows no `all`). */
export const ANY_EVENT = EventType.options.map((type) => `type = "${type}"`).join(" or ");
/** The directive for the event as it is. */
export const WHOLE_EVENT = { "@path": "$." };

/** Settings are checked by zod, not by actions-core, whose fields know no headers. */
type OwnAuthentication<Settings> =
  AuthenticationScheme<Settings> extends infer Scheme
    ? Scheme extends { fields: unknown }
      ? Omit<Scheme, "fields">
      : never
    : never;

/** One of our own destinations: actions-core's shape, with settings that zod checks. */
export interface OwnKind {
  readonly kind: DestinationKind;
  /** What is checked before anything is sent; its output is what the definition's code gets as `settings`. */
  readonly settings: z.ZodType;
  /** The definition for checked settings: how it signs in may depend on them. */
  define(settings: unknown): DestinationDefinition;
}

/** What the author of a kind writes. */
export interface OwnParts<Settings> {
  readonly facts: Omit<
    DestinationKind,
    "actions" | "presets" | "authScheme" | "testsAuthentication" | "available" | "slug"
  > & { readonly slug: string };
  readonly settings: z.ZodType<Settings>;
  /** How the kind signs in; `authenticationFor` says how it does with certain settings, when that may differ. */
  readonly authentication: OwnAuthentication<Settings>;
  readonly authenticationFor?: (settings: Settings) => OwnAuthentication<Settings>;
  /** By action key. */
  readonly actions: Readonly<Record<string, ActionDefinition<Settings>>>;
  readonly presets: readonly Omit<PresetKind, "type">[];
}

/** The kind as the console reads it and the definition as the engine runs it, from one source. */
export function defineOwn<Settings>(parts: OwnParts<Settings>): OwnKind {
  const { facts, settings, authentication, authenticationFor, actions, presets } = parts;
  const { name, slug, description } = facts;
  const define = (checked: Settings) => ({
    name,
    slug,
    description,
    mode: "cloud",
    authentication: authenticationFor?.(checked) ?? authentication,
    actions,
    presets: presets.map(({ actionId, trigger, ...rest }) => ({
      ...rest,
      partnerAction: actionId,
      subscribe: trigger ?? "",
      type: "automatic",
    })),
  });
  return {
    kind: {
      ...facts,
      available: true,
      authScheme: authentication.scheme,
      testsAuthentication: authentication.testAuthentication !== undefined,
      actions: Object.entries(actions).map(([id, action]) => describeAction(id, action as ActionDefinition<unknown>)),
      presets: presets.map((preset) => ({ ...preset, type: "automatic" })),
    },
    settings,
    // Which settings type it is stays between the schema and the definition's own code.
    define: (checked) => define(checked as Settings) as unknown as DestinationDefinition,
  };
}
