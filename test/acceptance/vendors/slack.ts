// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
import * as z from "zod";
import type { Connect } from "../connect.ts";
import type { Asked, Reply, Vendor } from "../city.ts";
import { event, json, judge, text } from "./judge.ts";

const PATH = "/services/T0000/B0000/XXXXsecretXXXX";
const Message = z.looseObject({ text });

function receive(asked: Asked): Reply {
  if (asked.url.pathname !== PATH) return { status: 404, body: "no_service" };
  return judge(Message, json(asked), (one) => ({
    status: 200,
    body: "ok",
    taken: [event(/\((.+)\)$/.exec(one.text)?.[1], one)],
  }));
}

export const slack: Vendor = { name: "Slack", hosts: ["hooks.slack.com"], receive };

export const connectSlack: Connect = {
  metadataId: "5f7dd8e302173ff732db5cc4",
  settings: {},
  actions: [
    {
      actionId: "postToChannel",
      trigger: 'type = "track" and event = "Order Completed"',
      mapping: {
        url: `https://hooks.slack.com${PATH}`,
        text: {
          "@template":
            "{{context.traits.firstName}} ordered for {{properties.total}} {{properties.currency}} ({{messageId}})",
        },
        channel: "orders",
      },
    },
  ],
};
