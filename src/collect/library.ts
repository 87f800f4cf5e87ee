import { literal } from "./script-text.ts";
import type { Mount } from "./mount.ts";

export interface LibraryOptions {
  readonly writeKey: string;
  readonly mount: Mount;
  /** Served from a short path: its settings and chunks are asked under short paths as well. */
  readonly short: boolean;
  /** An anonymous id from the server's cookie, given back to a browser that has lost its own. */
  readonly anonymousId?: string;
}

/** What is put around the package's build, and what is replaced in it. */
export interface LibraryText {
  readonly before: string;
  readonly after: string;
  readonly replacements: readonly (readonly [from: string | RegExp, to: string])[];
}

/**
 * How `@segment/analytics-next`'s own `standalone.js` becomes the file of one source on one host.
 * - Its CDN is set before it runs: it would find one only in an `https` script URL of the default shape.
 *   Under another global name (`data-global-segment-analytics-key`) it still reads `window.analytics` at that
 *   moment, so a stand-in is there while it runs and no longer.
 * - Its default API host, used by error metrics before settings arrive, becomes ours: nothing phones elsewhere.
 */
export function libraryText({ writeKey, mount, short, anonymousId }: LibraryOptions): LibraryText {
  return {
    before:
      `!function(w,d){var s=d.querySelector("script[data-global-segment-analytics-key]"),` +
      `k=s&&s.getAttribute("data-global-segment-analytics-key")||"analytics",a=w[k],c=${literal(mount.base)};` +
      `if(a&&!a._cdn)a._cdn=c;` +
      `if(k!=="analytics"){w.__ajsHost=[w.analytics];w.analytics={_cdn:a&&a._cdn||c}}` +
      `${restoreId(anonymousId)}}(window,document);\n`,
    after:
      `\n;!function(w){var o=w.__ajsHost;if(!o)return;delete w.__ajsHost;` +
      `if(o[0]===void 0)delete w.analytics;else w.analytics=o[0]}(window);\n`,
    replacements: [
      ['"__WRITE_KEY__"', literal(writeKey)],
      ['"api.segment.io/v1"', literal(mount.apiHost)],
      ...(short ? SHORT_PATHS : []),
    ],
  };
}

/** Where the build derives paths that block lists know, and their short forms (see cdn.ts). */
const SHORT_PATHS: LibraryText["replacements"] = [
  [/"\/v1\/projects\/"\)\.concat\((\w+),"\/settings"\)/, '"/js/").concat($1,".json")'],
  ['+"/analytics-next/bundles/"', '+"/js/c/"'],
];

/**
 * Hands the server's anonymous id to a browser without one (Safari drops script-written cookies after 7 days),
 * ahead of what the page has buffered. A page that wants no persistence, or keeps its own id, is left alone.
 * A browser that refuses storage throws here: it then makes an id of its own, and no page may break over that.
 */
function restoreId(anonymousId: string | undefined): string {
  if (anonymousId === undefined) return "";
  return (
    `try{if(Array.isArray(a)&&!(a._loadOptions||{}).disableClientPersistence&&` +
    `!/(?:^|; )ajs_anonymous_id=/.test(d.cookie)&&!w.localStorage.getItem("ajs_anonymous_id"))` +
    `a.unshift(["setAnonymousId",${literal(anonymousId)}])}catch(e){}`
  );
}

/** The finished script. Replacement texts are literal: `$` in a key means itself. */
export function renderLibrary(build: string, text: LibraryText): string {
  const body = text.replacements.reduce(
    (source, [from, to]) => (typeof from === "string" ? source.replace(from, () => to) : source.replace(from, to)),
    build,
  );
  return text.before + body + text.after;
}
