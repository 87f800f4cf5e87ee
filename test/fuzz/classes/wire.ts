import type { Draw, FuzzInput } from "../input.ts";
import { expected } from "../post.ts";

const CRLF = "\r\n";

/** What is no proper HTTP, byte by byte. `message` is a good body, `head` the request line and headers up to the framing. */
const KINDS: readonly ((head: string, message: string, draw: Draw) => string)[] = [
  (head, message) => `${head}Content-Length: ${message.length + 50}${CRLF}${CRLF}${message}`,
  (head, message) => `${head}Content-Length: ${message.length - 5}${CRLF}${CRLF}${message}`,
  (head, message) => `${head}Content-Length: -1${CRLF}${CRLF}${message}`,
  (head, message) => `${head}Content-Length: 99999999999999999999${CRLF}${CRLF}${message}`,
  (head, message) => `${head}Content-Length: 1e3${CRLF}${CRLF}${message}`,
  (head, message) => `${head}Content-Length: ${message.length}${CRLF}Content-Length: 5${CRLF}${CRLF}${message}`,
  (head, message) =>
    `${head}Content-Length: ${message.length}${CRLF}Transfer-Encoding: chunked${CRLF}${CRLF}${chunked(message)}`,
  (head, message) =>
    `${head}Transfer-Encoding: chunked${CRLF}Transfer-Encoding: identity${CRLF}${CRLF}${chunked(message)}`,
  (head, message) => `${head}Transfer-Encoding: gzip, chunked${CRLF}${CRLF}${chunked(message)}`,
  (head, message) => `${head}Transfer-Encoding : chunked${CRLF}${CRLF}${chunked(message)}`,
  (head, message) =>
    `${head}Transfer-Encoding: chunked${CRLF}${CRLF}${message.length.toString(16)};ext="x"${CRLF}${message}${CRLF}0${CRLF}Trailer: x${CRLF}${CRLF}`,
  (head, message) => `${head}Transfer-Encoding: chunked${CRLF}${CRLF}zz${CRLF}${message}${CRLF}0${CRLF}${CRLF}`,
  (head, message) => `${head}Transfer-Encoding: chunked${CRLF}${CRLF}ffffffffffffffff1${CRLF}${message}`,
  (head, message) => `${head}Transfer-Encoding: chunked${CRLF}${CRLF}${message.length.toString(16)}${CRLF}${message}`,
  (head, message) => `${head}Content-Length: ${message.length}\n\n${message}`,
  (head, message) => `${head} folded: x${CRLF}Content-Length: ${message.length}${CRLF}${CRLF}${message}`,
  (head, message) => `${head}No colon here${CRLF}Content-Length: ${message.length}${CRLF}${CRLF}${message}`,
  (head, message) => `${head}Bad\0Name: x${CRLF}Content-Length: ${message.length}${CRLF}${CRLF}${message}`,
  (head, message) => `${head}X: a\0b\x01\x7f${CRLF}Content-Length: ${message.length}${CRLF}${CRLF}${message}`,
  (head, message) => `${head}X: a\rb${CRLF}Content-Length: ${message.length}${CRLF}${CRLF}${message}`,
  (head, message) => `${head}: empty${CRLF}Content-Length: ${message.length}${CRLF}${CRLF}${message}`,
  (head, message) => `${head}Host: second.example${CRLF}Content-Length: ${message.length}${CRLF}${CRLF}${message}`,
  (head, message) => `${head}Expect: 100-continue${CRLF}Content-Length: ${message.length}${CRLF}${CRLF}${message}`,
  (head, message, { random }) =>
    `${head}X-Big: ${"x".repeat(random.pick([10_000, 70_000, 300_000]))}${CRLF}Content-Length: ${message.length}${CRLF}${CRLF}${message}`,
  (head, message, { random }) =>
    `${head}${Array.from({ length: random.pick([200, 3000]) }, (_, i) => `X-${i}: v${CRLF}`).join("")}Content-Length: ${message.length}${CRLF}${CRLF}${message}`,
  (head, message) => head.replace("HTTP/1.1", "HTTP/0.9") + CRLF + message,
  (head, message) => head.replace("HTTP/1.1", "HTTP/9.9") + CRLF + message,
  (head, message) => head.replace("HTTP/1.1", "") + CRLF + message,
  (head) => head.replace(/Host: [^\r]*\r\n/, "") + CRLF,
  (head) => head.replace(/Host: [^\r]*/, 'Host: a b"c<d>') + CRLF,
  (head) => head.slice(0, Math.floor(head.length / 2)),
  (head) => head.replace(/^\w+/, "\x16\x03\x01"),
  (head) => head.replaceAll(" ", "\t") + CRLF,
  (head) => `${CRLF}${CRLF}${CRLF}${head}${CRLF}`,
  () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  () => "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
  () => "GET / HTTP/1.1",
  () => "\r\n",
  (_, __, { random }) =>
    Buffer.from(Array.from({ length: random.between(1, 400) }, () => random.between(0, 255))).toString("latin1"),
  (head, message) =>
    `${head}Content-Length: ${message.length}${CRLF}${CRLF}${message}GET /api/sources HTTP/1.1${CRLF}Host: x${CRLF}${CRLF}`,
];

const chunked = (text: string): string => `${text.length.toString(16)}${CRLF}${text}${CRLF}0${CRLF}${CRLF}`;

/** Written to a connection of its own, which is then ended from our side. */
export function wire(draw: Draw): FuzzInput {
  const { random, material, mark } = draw;
  const message = JSON.stringify({ type: "track", event: "x", userId: "u", messageId: mark });
  const head = `POST /v1/track HTTP/1.1${CRLF}Host: inlet.example${CRLF}Authorization: Basic ${btoa(`${material.keys.plain}:`)}${CRLF}`;
  const raw = Buffer.from(random.pick(KINDS)(head, message, draw), "latin1");
  return {
    method: "POST",
    target: "/v1/track",
    headers: [],
    raw,
    expect: expected("plain", [{ id: mark, fate: "unsure" }]),
    odd: true,
  };
}
