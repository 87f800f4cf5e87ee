import { KeyIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import { api } from "../api/client.ts";
import type { AuthenticationVerdict } from "../api/types.ts";
import { SettingsTest, type SettingsTestForm } from "./settings-test.tsx";

interface TestAuthenticationProps extends SettingsTestForm {
  /** Where to ask: the kind's route before there is a destination, else the destination's own. */
  readonly path: string;
  /** The tool that is asked. */
  readonly name: string;
}

/** Asks the tool itself whether it takes the credentials. */
export const TestAuthentication = ({ path, name, ...form }: TestAuthenticationProps): ReactNode => (
  <SettingsTest
    {...form}
    label="Test authentication"
    icon={<KeyIcon aria-hidden />}
    help={`Asks ${name} whether it takes these credentials; sends no event.`}
    ask={async (settings) => {
      const { authentication } = await api<{ authentication: AuthenticationVerdict }>("POST", path, { settings });
      const { valid, reason } = authentication;
      if (valid) return { good: true, words: `${name} takes these credentials.` };
      return { good: false, words: reason === undefined ? `${name} does not take them.` : `Not confirmed: ${reason}` };
    }}
  />
);
