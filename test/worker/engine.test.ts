import { describe, expect, it } from "vitest";
import { findDestination } from "../../src/destinations/registry.ts";
import { call, connect, EVENT, farEnd } from "../support/engine.ts";

const AMPLITUDE = "5f7dd6d21ad74f3842b1fc47";
const CUSTOMER_IO = "5f7dd78fe27ce7ff2b8bfa37";
const FRIENDBUY = "61dde0dc77eb0db0392649d3";
const KINESIS = "6909cac9d608c9ad592d7211";

const AMPLITUDE_SETTINGS = { apiKey: "amplitude-key-1", secretKey: "amplitude-secret-1" };
const LOG_EVENT = {
  actionId: "logEventV2",
  mapping: {
    user_id: { "@path": "$.userId" },
    event_type: { "@path": "$.event" },
    time: { "@path": "$.timestamp" },
  },
};
const ok = (): Response => Response.json({ code: 200 });

describe("a destination of the catalogue in workerd", () => {
  it("sends what its own code makes of the mapped event", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const { tools, sent } = farEnd(ok);
    const outcomes = await connection.perform(call({ ...LOG_EVENT, events: [EVENT], tools }));
    expect(outcomes).toEqual([{ status: "delivered" }]);
    expect(sent.map(({ url }) => url)).toEqual(["https://api2.amplitude.com/2/httpapi"]);
    expect(JSON.parse(sent[0]!.body)).toMatchObject({ api_key: "amplitude-key-1", events: [{ user_id: "u-1" }] });
  });

  it("leaves the event as it was, whatever its code does with the payload", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const event = structuredClone(EVENT);
    await connection.perform(call({ ...LOG_EVENT, events: [event], tools: farEnd(ok).tools }));
    expect(event).toEqual(EVENT);
  });

  it("takes an event whose personas are null, over which actions-core would fail whatever the destination", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const { tools, sent } = farEnd(ok);
    const event = { ...EVENT, context: { personas: null, locale: "fr" } };
    const given = call({ ...LOG_EVENT, events: [event], tools });
    expect(await connection.perform(given)).toEqual([{ status: "delivered" }]);
    expect(await connection.test(given)).toMatchObject({ outcome: { status: "delivered" } });
    expect(sent).toHaveLength(2);
    expect(event.context.personas).toBeNull();
  });

  it("shows neither keys nor tokens in the sample of a failure", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const { tools } = farEnd(({ body }) => new Response(`refused: ${body}`, { status: 400, statusText: "Bad" }));
    const [outcome] = await connection.perform(call({ ...LOG_EVENT, events: [EVENT], tools }));
    expect(outcome).toMatchObject({ status: "abandoned", reason: "400", who: "user" });
    const shown = JSON.stringify(outcome);
    expect(shown).toContain("https://api2.amplitude.com/2/httpapi");
    expect(shown).not.toMatch(/amplitude-key-1|amplitude-secret-1/);
  });

  it("shows no credentials that the answer repeats as they were sent, in whatever form", async () => {
    const { connection } = await connect(CUSTOMER_IO, { siteId: "site-id-1", apiKey: "customer-key-1" });
    const { tools, sent } = farEnd(({ headers }) => {
      const echoed = headers.get("authorization")!;
      return Response.json(
        { meta: { error: `cannot take ${echoed}` } },
        { status: 400, headers: { "x-echo": echoed } },
      );
    });
    const given = call({
      actionId: "trackEvent",
      mapping: { person_id: { "@path": "$.userId" }, name: { "@path": "$.event" } },
      events: [EVENT],
      tools,
    });
    const [outcome] = await connection.perform(given);
    const report = await connection.test({ ...given });
    const encoded = sent[0]!.headers.get("authorization")!.replace("Basic ", "");
    expect(atob(encoded)).toBe("site-id-1:customer-key-1");
    for (const shown of [outcome, report].map((one) => JSON.stringify(one))) {
      expect(shown).toContain("cannot take ");
      expect(shown).not.toContain(encoded);
    }
  });

  it("waits as long as the destination asks for", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const { tools } = farEnd(() => new Response("slower", { status: 429, headers: { "retry-after": "7" } }));
    const [outcome] = await connection.perform(call({ ...LOG_EVENT, events: [EVENT], tools }));
    expect(outcome).toMatchObject({ status: "retry", reason: "429", retryAfterMs: 7000 });
  });

  it("gives up an event whose payload does not fit the action, and sends nothing", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const { tools, sent } = farEnd(ok);
    const [outcome] = await connection.perform(
      call({ ...LOG_EVENT, mapping: { user_id: "u" }, events: [EVENT], tools }),
    );
    expect(outcome).toMatchObject({ status: "abandoned", reason: "MESSAGE_REJECTED" });
    expect(outcome).toMatchObject({ detail: "The root value is missing the required field 'event_type'." });
    expect(sent).toEqual([]);
  });

  it("tells a connection that failed by its published code, and one that the caller cut off as too late", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const { tools: lost } = farEnd(() => Promise.reject(new Error("Network connection lost.")));
    expect(await connection.perform(call({ ...LOG_EVENT, events: [EVENT], tools: lost }))).toMatchObject([
      { status: "retry", reason: "ECONNRESET" },
    ]);
    const aborter = new AbortController();
    const { tools: hanging } = farEnd(
      () => new Promise((_, reject) => aborter.signal.addEventListener("abort", () => reject(aborter.signal.reason))),
    );
    const late = connection.perform(call({ ...LOG_EVENT, events: [EVENT], tools: hanging, signal: aborter.signal }));
    aborter.abort(new DOMException("time is up", "TimeoutError"));
    expect(await late).toMatchObject([{ status: "retry", reason: "ETIMEDOUT" }]);
  });

  it("blames nobody for the runtime's own limit on requests", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const { tools } = farEnd(() => Promise.reject(new Error("Too many subrequests.")));
    const sending = connection.perform(call({ ...LOG_EVENT, events: [EVENT], tools }));
    await expect(sending).rejects.toThrow("Too many subrequests.");
  });

  it("says which action or setting is wrong", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const nothing = call({ actionId: "constructor2", mapping: {}, events: [EVENT], tools: farEnd(ok).tools });
    expect(await connection.perform(nothing)).toMatchObject([{ status: "abandoned", reason: "INVALID_SETTINGS" }]);
    const destination = await findDestination(AMPLITUDE);
    const opened = destination!.open({ apiKey: "a" }, { destinationId: "d", saveTokens: async () => undefined });
    expect(opened).toEqual({ ok: false, error: "The root value is missing the required field 'secretKey'." });
  });

  it("refuses what cannot work here with the reason, instead of losing events", async () => {
    const kafka = await findDestination("65dde5755698cb0dab09b489");
    const opened = kafka!.open({}, { destinationId: "d", saveTokens: async () => undefined });
    expect(opened).toMatchObject({ ok: false, error: expect.stringContaining("raw sockets") });
    expect(await findDestination("000000000000000000000000")).toBeUndefined();
  });

  it("never lets two configured destinations share what its code remembers", async () => {
    const { tools, sent } = farEnd(({ url, body }) =>
      url.endsWith("/v1/authorization")
        ? Response.json({ token: `token of ${JSON.parse(body).key}`, expires: "2999-01-01T00:00:00Z" })
        : Response.json({}),
    );
    const signUp = { actionId: "trackSignUp", mapping: { customerId: "c", email: "a@b.co" }, events: [EVENT], tools };
    for (const [key, destinationId] of [
      ["one", "dst_1"],
      ["two", "dst_2"],
      ["one", "dst_1"],
    ] as const) {
      const { connection } = await connect(FRIENDBUY, { authKey: key, authSecret: "s" }, destinationId);
      expect(await connection.perform(call(signUp))).toEqual([{ status: "delivered" }]);
    }
    const tokens = sent.map(({ headers }) => headers.get("authorization")).filter((token) => token !== null);
    expect(tokens).toEqual(["token of one", "token of two", "token of one"]);
    // The first one's token was kept for its second event.
    expect(sent.filter(({ url }) => url.endsWith("/v1/authorization"))).toHaveLength(2);
  });

  it("speaks to AWS through the guarded fetch, with the credentials among the settings", async () => {
    const role = `<Credentials><AccessKeyId>AKIA2</AccessKeyId><SecretAccessKey>s2</SecretAccessKey><SessionToken>t2</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>`;
    const { tools, sent } = farEnd(({ url }) =>
      new URL(url).host.startsWith("sts.")
        ? new Response(`<AssumeRoleResponse><AssumeRoleResult>${role}</AssumeRoleResult></AssumeRoleResponse>`)
        : new Response(JSON.stringify({ FailedRecordCount: 0, Records: [{ SequenceNumber: "1", ShardId: "s" }] }), {
            headers: { "content-type": "application/x-amz-json-1.1" },
          }),
    );
    const { connection } = await connect(KINESIS, {
      iamRoleArn: "arn:aws:iam::123456789012:role/inlet",
      iamExternalId: "external",
      env_AWS_ACCESS_KEY_ID: "AKIA1",
      env_AWS_SECRET_ACCESS_KEY: "s1",
      env_AMAZON_KINESIS_ACTIONS_ROLE_ADDRESS: "arn:aws:iam::123456789012:role/between",
      env_AMAZON_KINESIS_ACTIONS_EXTERNAL_ID: "between",
    });
    const mapping = {
      payload: { "@path": "$." },
      partitionKey: "k",
      streamName: "events",
      awsRegion: "eu-west-1",
      max_batch_size: 500,
      batch_bytes: 1_000_000,
    };
    const outcomes = await connection.perform(call({ actionId: "send", mapping, events: [EVENT], tools }));
    expect(outcomes).toEqual([{ status: "delivered" }]);
    const hosts = sent.map(({ url }) => new URL(url).host);
    expect(hosts).toEqual([
      "sts.us-west-2.amazonaws.com",
      "sts.us-west-2.amazonaws.com",
      "kinesis.eu-west-1.amazonaws.com",
    ]);
    expect(sent[0]!.headers.get("authorization")).toContain("Credential=AKIA1/");
    expect(sent[2]!.headers.get("authorization")).toContain("Credential=AKIA2/");
  });
});

describe("a test of one event", () => {
  it("shows what was mapped, sent and answered, without secrets", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const { tools } = farEnd(ok);
    const report = await connection.test(call({ ...LOG_EVENT, events: [EVENT], tools }));
    expect(report.payload).toMatchObject({ user_id: "u-1", event_type: "Order Completed" });
    expect(report.outcome).toEqual({ status: "delivered" });
    expect(report.exchanges).toMatchObject([{ request: { method: "POST" }, response: { status: 200 } }]);
    expect(JSON.stringify(report)).not.toContain("amplitude-key-1");
  });

  it("sends nothing and says why when the payload is refused", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const { tools, sent } = farEnd(ok);
    const given = call({ ...LOG_EVENT, events: [EVENT], tools });
    expect(await connection.test({ ...given, mapping: {} })).toMatchObject({
      exchanges: [],
      payloadError: "The root value is missing the required field 'event_type'.",
      outcome: { status: "abandoned", reason: "MESSAGE_REJECTED" },
    });
    expect(sent).toEqual([]);
  });

  it("neither sends nor shows what a mapping has made a thousand times larger than its event", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const { tools, sent } = farEnd(ok);
    const event = { ...EVENT, properties: { text: "a".repeat(10_000) } };
    const mapping = { ...LOG_EVENT.mapping, event_type: { "@template": "{{properties.text}}".repeat(1000) } };
    const report = await connection.test(call({ ...LOG_EVENT, mapping, events: [event], tools }));
    expect(report).toEqual({
      payloadError: "the mapping makes 10.0 MB of this event; more than 1 MB is not tried",
      exchanges: [],
      outcome: expect.objectContaining({ status: "abandoned", reason: "MESSAGE_REJECTED" }),
    });
    expect(sent).toEqual([]);
  });

  it("asks the destination whether it takes the credentials", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const { signal } = new AbortController();
    expect(await connection.testAuthentication(farEnd(ok).tools, signal)).toEqual({ ok: true, value: null });
    const { tools } = farEnd(() => new Response("no", { status: 403, statusText: "Forbidden" }));
    const refused = await connection.testAuthentication(tools, signal);
    expect(refused).toEqual({ ok: false, error: "Credentials are invalid: 403 Forbidden" });
  });

  it("does not call credentials wrong when nobody answered", async () => {
    const { connection } = await connect(AMPLITUDE, AMPLITUDE_SETTINGS);
    const { tools } = farEnd(() => {
      throw new Error("connection refused");
    });
    expect(await connection.testAuthentication(tools, new AbortController().signal)).toEqual({
      ok: false,
      error:
        "there was no answer, so nothing is known about the credentials. The destination's host takes no connections.",
    });
  });
});
