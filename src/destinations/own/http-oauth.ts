import type { HttpSettings } from "./http-settings.ts";
import { AnswerError, isSuccess, send, type Answer } from "./send.ts";

/** What a token endpoint may say that can be shown: `error` and `error_description` of RFC 6749 §5.2. */
function tokenOf(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const token = typeof parsed === "object" && parsed !== null && "access_token" in parsed ? parsed.access_token : "";
    return typeof token === "string" && token !== "" ? token : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 6749 §2.3.1: both parts are form-encoded before they become basic authentication. */
const formEncoded = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);

function ask(settings: HttpSettings): Promise<Answer> {
  const { oauth_refresh_token_url: url, oauth_client_id: id, oauth_client_secret: secret } = settings;
  const { oauthScope, oauthAudience, oauthClientAuth } = settings;
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  if (oauthScope !== "") form.set("scope", oauthScope);
  if (oauthAudience !== "") form.set("audience", oauthAudience);
  const headers = new Headers({
    "content-type": "application/x-www-form-urlencoded",
    accept: "application/json",
    "user-agent": "Inlet",
  });
  const authorization = `Basic ${btoa(`${formEncoded(id)}:${formEncoded(secret)}`)}`;
  if (oauthClientAuth === "basic") headers.set("authorization", authorization);
  else {
    form.set("client_id", id);
    form.set("client_secret", secret);
  }
  return send({
    url,
    method: "POST",
    headers,
    body: form.toString(),
    shownBody: form.toString().replace(formEncoded(secret), "••••"),
    secretHeaders: { authorization },
    secrets: [secret],
    secretAnswer: true,
  });
}

/** A new access token for the client (RFC 6749 §4.4). @throws AnswerError and what `send` throws */
export async function getToken(settings: HttpSettings): Promise<string> {
  const answer = await ask(settings);
  const token = isSuccess(answer) ? tokenOf(answer.text) : undefined;
  if (token !== undefined) return token;
  const why = isSuccess(answer) ? "gave no access token" : `answered ${answer.status}`;
  const { headers } = answer;
  // Whatever it answered wrongly, trying again without a change in the settings is of no use, as with 401.
  const status = isSuccess(answer) ? 401 : answer.status;
  throw new AnswerError(`the token URL ${why}`, { status, headers });
}
