import * as template from "@segment/snippet";
import { mountAt } from "./mount.ts";
import { literal } from "./script-text.ts";

export interface SnippetOptions {
  /** `https://data.shop.example`, without a path. */
  readonly origin: string;
  /** `/k3x9` or "". With one, the library loads from a short path that block lists do not know. */
  readonly pathPrefix: string;
  readonly writeKey: string;
  /** One long line instead of the commented form. */
  readonly min?: boolean;
}

/**
 * The JavaScript to paste into a page's head: Segment's own template (`@segment/snippet`, MIT) loading from
 * this host. The template knows only `https://<host>`, so the scheme that was asked is put in afterwards.
 */
export function renderSnippet({ origin, pathPrefix, writeKey, min = false }: SnippetOptions): string {
  const mount = mountAt(origin, pathPrefix);
  const path = pathPrefix === "" ? '/analytics.js/v1/" + key + "/analytics.min.js' : '/js/" + key + ".js';
  const options = {
    host: mount.host + mount.prefix,
    apiKey: literal(writeKey).slice(1, -1),
    ajsPath: path,
    useHostForBundles: true,
  };
  const text = min ? template.min(options) : template.max(options);
  return text.replaceAll(`"https://${mount.host}${mount.prefix}`, `"${mount.base}`);
}

/** The same as an HTML fragment. */
export const renderSnippetTag = (options: SnippetOptions): string => `<script>\n${renderSnippet(options)}\n</script>\n`;
