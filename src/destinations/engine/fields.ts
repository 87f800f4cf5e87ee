import type { GlobalSetting } from "@segment/actions-core";

const SECRET_NAME =
  /(?:api_?key|auth_?token|access_?token|secret|passw(?:or)?d|private_?key|subscription_?key|write_?key)$/i;

/** Whether a setting lets somebody in: declared as a password, or free text whose name says so. */
export const isSecretSetting = (name: string, field: Pick<GlobalSetting, "type" | "choices">): boolean =>
  field.type === "password" || (field.type === "string" && field.choices === undefined && SECRET_NAME.test(name));
