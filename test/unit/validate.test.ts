import { describe, expect, it } from "vitest";
import type { EventType } from "../../src/core/event.ts";
import { describeRejection, reject, REJECTIONS, wireStatus, type RejectionReason } from "../../src/core/rejection.ts";
import { checkContext, checkMessage } from "../../src/core/validate.ts";

const reasonOf = (type: EventType, message: Record<string, unknown>) => checkMessage(message, type)?.reason;

describe("a message is refused by its published reason", () => {
  it.each<[EventType, Record<string, unknown>, RejectionReason]>([
    ["identify", {}, "no_user_anon_id"],
    ["identify", { userId: null, anonymousId: null }, "no_user_anon_id"],
    ["track", { userId: "", anonymousId: "", event: "x" }, "no_user_anon_id"],
    ["track", { userId: 42, event: "x" }, "id_not_string"],
    ["track", { userId: "u", anonymousId: 7, event: "x" }, "id_not_string"],
    ["track", { userId: "u" }, "event_not_defined"],
    ["track", { userId: "u", event: null }, "event_not_defined"],
    ["track", { userId: "u", event: "" }, "event_not_string"],
    ["track", { userId: "u", event: 5 }, "event_not_string"],
    ["track", { userId: "u", event: "x", properties: "y" }, "properties_not_object"],
    ["track", { userId: "u", event: "x", properties: [1] }, "properties_not_object"],
    ["page", { userId: "u", properties: 1 }, "properties_not_object"],
    ["screen", { userId: "u", properties: true }, "properties_not_object"],
    ["identify", { userId: "u", traits: [] }, "traits_not_object"],
    ["group", { userId: "u", groupId: "g", traits: "t" }, "traits_not_object"],
    ["page", { userId: "u", name: 5 }, "name_not_string"],
    ["page", { userId: "u", name: "" }, "name_not_string"],
    ["screen", { userId: "u", category: {} }, "category_not_string"],
    ["group", { userId: "u" }, "id_required"],
    ["group", { userId: "u", groupId: "" }, "id_required"],
    ["group", { userId: "u", groupId: 3 }, "id_not_string"],
    ["alias", { anonymousId: "a", previousId: "p" }, "id_required"],
    ["alias", { userId: "u" }, "id_required"],
    ["alias", { userId: "u", previousId: 9 }, "id_not_string"],
    ["alias", { previousId: "p" }, "no_user_anon_id"],
    ["track", { userId: "u", event: "x", messageId: 5 }, "message_id_not_string"],
    ["track", { userId: "u", event: "x", messageId: "m".repeat(101) }, "message_id_not_string"],
    ["track", { userId: "u", event: "x", messageId: "m\ud800" }, "message_id_not_string"],
  ])("%s %j: %s", (type, message, reason) => {
    expect(reasonOf(type, message)).toBe(reason);
  });

  it.each<[EventType, Record<string, unknown>]>([
    ["identify", { anonymousId: "a" }],
    ["identify", { userId: null, anonymousId: "a", traits: null }],
    ["track", { userId: "", anonymousId: "a", event: "x" }],
    ["track", { userId: "u", event: "x", messageId: "m".repeat(100) }],
    ["page", { userId: "u", name: null, category: null }],
    ["group", { anonymousId: "a", groupId: "g" }],
    ["alias", { userId: "u", previousId: "p" }],
    ["alias", { userId: "u", anonymousId: "a" }],
  ])("%s %j gets in", (type, message) => {
    expect(checkMessage(message, type)).toBeUndefined();
  });
});

describe("a context is refused by its published reason", () => {
  it.each<[Record<string, unknown>, RejectionReason | undefined]>([
    [{ device: { advertisingId: 5 } }, "device_advertisingid_should_be_string"],
    [{ device: { advertisingId: null } }, undefined],
    [{ device: "phone" }, undefined],
    [{ consent: "yes" }, "consent_fields_should_be_object"],
    [{ consent: {} }, "consent_categorypreferences_should_exist"],
    [{ consent: { categoryPreferences: [] } }, "consent_fields_should_be_object"],
    [{ consent: { categoryPreferences: { ads: "no" } } }, "consent_categorypreferences_should_be_bool"],
    [{ consent: { categoryPreferences: { ads: false }, version: "2" } }, "consent_version_should_be_number"],
    [{ consent: { categoryPreferences: { ads: false }, version: 2 } }, undefined],
    [{ consent: null }, undefined],
  ])("%j: %s", (context, reason) => {
    expect(checkContext(context)?.reason).toBe(reason);
  });
});

describe("reasons", () => {
  it("say in a sentence what was wrong, with the offending field", () => {
    expect(describeRejection(checkMessage({ userId: 42 }, "track") ?? { reason: "unavailable" })).toBe(
      "An id must be a string: userId is a number.",
    );
    expect(describeRejection(reject("message_too_large", "with the batch's context added"))).toBe(
      "The message is larger than 32 kB: with the batch's context added.",
    );
    expect(describeRejection(reject("bad_request", "Unexpected end."))).toBe(
      "The body is not valid JSON: Unexpected end.",
    );
    expect(describeRejection(reject("link_unsigned"))).toBe("This link has no signature.");
    for (const sentence of Object.values(REJECTIONS)) expect(sentence).toMatch(/ .*\.$/);
  });

  it("never make an SDK drop its queue: only 200, 400 for oversize and broken bodies, 429 and 503", () => {
    const byStatus = Object.groupBy(Object.keys(REJECTIONS) as RejectionReason[], (reason) => wireStatus(reason));
    const sdkDoors = byStatus[400]?.filter((reason) => !reason.startsWith("link_"));
    expect(sdkDoors).toEqual(["message_too_large", "request_too_large", "bad_request", "bad_encoding"]);
    expect(byStatus[429]).toEqual(["rate_limited"]);
    expect(byStatus[503]).toEqual(["unavailable"]);
  });
});
