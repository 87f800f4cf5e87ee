import * as z from "zod";
import type { DestinationField } from "../../core/destination-kind.ts";
import { HttpUrl, PlainHeaders, SecretHeaders } from "./http-parts.ts";

const METHODS = ["POST", "PUT", "PATCH"] as const;

export const WebhookSettings = z.object({
  url: HttpUrl,
  method: z.enum(METHODS).default("POST"),
  headers: PlainHeaders.default({}),
  secretHeaders: SecretHeaders,
  sharedSecret: z.string().max(500).optional(),
});
export type WebhookSettings = z.infer<typeof WebhookSettings>;

export const WEBHOOK_FIELDS: readonly DestinationField[] = [
  {
    name: "url",
    label: "URL",
    type: "string",
    required: true,
    secret: false,
    description: "Where each event is sent, as JSON. http or https.",
  },
  {
    name: "method",
    label: "Method",
    type: "select",
    choices: METHODS.map((method) => ({ label: method, value: method })),
    required: false,
    secret: false,
    defaultValue: "POST",
    description: "The HTTP method of each request.",
  },
  {
    name: "headers",
    label: "Headers",
    type: "map",
    required: false,
    secret: false,
    defaultValue: {},
    description: "Sent with each request and shown to everybody who may see this destination.",
  },
  {
    name: "secretHeaders",
    label: "Secret headers",
    type: "text",
    required: false,
    secret: true,
    description: "One a line, as Name: value; Authorization for instance. Sealed, and never shown again.",
  },
  {
    name: "sharedSecret",
    label: "Shared secret",
    type: "string",
    required: false,
    secret: true,
    description: "Signs each request: X-Signature is the hex HMAC-SHA1 of the body made with this secret.",
  },
];
