import { hiderOf } from "../../core/secret-forms.ts";

/** The text with every secret in it replaced, however it is spelled: whoever refuses a password may repeat it. */
export const hideSecrets = (text: string, secrets: readonly string[]): string => hiderOf(secrets, 1)(text);
