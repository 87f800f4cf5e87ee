import { PlugsConnectedIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import { api } from "../../api/client.ts";
import type { ConnectionVerdict } from "../../api/warehouse-types.ts";
import { errorSentence } from "../../logic/export-words.ts";
import { SettingsTest, type SettingsTestForm } from "../../parts/settings-test.tsx";

interface TestConnectionProps extends SettingsTestForm {
  /** The kind's route before there is a warehouse, else the warehouse's own. */
  readonly path: string;
  /** What is sent besides the settings. */
  readonly body: object;
  readonly name: string;
}

/** Asks the warehouse itself whether it lets tables be made. */
export const TestConnection = ({ path, body, name, ...form }: TestConnectionProps): ReactNode => (
  <SettingsTest
    {...form}
    label="Test the connection"
    icon={<PlugsConnectedIcon aria-hidden />}
    help={`Connects to ${name}, makes a schema and drops it again; loads nothing.`}
    ask={async (settings) => {
      const { status, reason } = await api<ConnectionVerdict>("POST", path, { ...body, settings });
      return status === "CONNECTED"
        ? { good: true, words: `${name} can be reached and lets tables be made.` }
        : { good: false, words: errorSentence(reason ?? `${name} cannot be reached`, 400) };
    }}
  />
);
