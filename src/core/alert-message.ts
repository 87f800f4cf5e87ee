import type { MessageKind, Notification, OpenAlert } from "./alert.ts";

const TITLES: Readonly<Record<MessageKind, string>> = {
  firing: "Alert",
  new_finding: "Alert, also",
  reminder: "Alert, still",
  resolved: "Resolved",
  test: "Test of an alert, nothing is wrong",
};

/** Names and sentences hold what clients and colleagues wrote: none of it may become a mention, or a link under another text. */
const forSlack = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The JSON that is sent: Slack's for its incoming webhooks, else all we know. The same message has the same text. */
export function messageBody(
  alert: Pick<OpenAlert, "id" | "name" | "kind" | "rule" | "consoleUrl">,
  message: Notification,
): string {
  const { kind, id, at, sentence, link } = message;
  const url = `${alert.consoleUrl}${link}`;
  if (alert.kind === "slack") {
    const text = `*${TITLES[kind]}: ${forSlack(alert.name)}*\n${forSlack(sentence)}\n${forSlack(url)}`;
    return JSON.stringify({ text, unfurl_links: false });
  }
  return JSON.stringify({
    type: "alert",
    // The same message again, because its answer got lost, has the same id.
    id,
    status: kind,
    test: kind === "test",
    at: new Date(at).toISOString(),
    alert: { id: alert.id, name: alert.name, rule: alert.rule },
    sentence,
    link: url,
  });
}
