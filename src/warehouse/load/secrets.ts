const MASK = "••••";

/** The text with every secret in it replaced; whoever refuses a password may repeat it. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  let hidden = text;
  for (const secret of secrets) {
    for (const form of new Set([secret, encodeURIComponent(secret)])) {
      if (form !== "") hidden = hidden.replaceAll(form, MASK);
    }
  }
  return hidden;
}
