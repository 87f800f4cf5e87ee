import type { SourceContext } from "../core/source.ts";
import type { Mount } from "./mount.ts";

/**
 * Retry rules for browsers; what the CDN says wins over the page's own (ingest.md §1.7). More attempts and more
 * jitter than the library's defaults (10, 10 %): an open page outlives a quarter of an hour of outage, and pages
 * that failed together do not come back together.
 */
const HTTP_CONFIG = {
  rateLimitConfig: { maxRetryCount: 20, maxRetryInterval: 300, maxRateLimitDuration: 43_200 },
  backoffConfig: {
    maxRetryCount: 20,
    baseBackoffInterval: 0.5,
    maxBackoffInterval: 60,
    maxTotalBackoffDuration: 43_200,
    jitterPercent: 50,
    default4xxBehavior: "drop",
    default5xxBehavior: "retry",
  },
} as const;

/**
 * The settings JSON of one source (ingest.md §1.10), for analytics.js and the mobile SDKs. Events go to the host
 * and scheme that was asked; self-metrics are silenced (`metrics` must be there: some clients crash without it).
 */
export function settingsFor(source: SourceContext, writeKey: string, mount: Mount) {
  const { batching, serverCookie } = source.settings;
  // Without credentials a browser neither sends nor keeps the collector's cookie on another host of the site.
  const fetchConfig = serverCookie ? { credentials: "include" } : {};
  return {
    integrations: {
      "Segment.io": {
        apiKey: writeKey,
        apiHost: mount.apiHost,
        protocol: mount.protocol,
        retryQueue: true,
        unbundledIntegrations: [],
        bundledConfigIds: [],
        maybeBundledConfigIds: {},
        versionSettings: { version: "4.4.7", componentTypes: ["browser"] },
        httpConfig: HTTP_CONFIG,
        deliveryStrategy: batching.enabled
          ? { strategy: "batching", config: { size: batching.size, timeout: batching.timeoutMs, ...fetchConfig } }
          : { strategy: "standard", config: fetchConfig },
      },
    },
    plan: {
      track: { __default: { enabled: true, integrations: {} } },
      identify: { __default: { enabled: true } },
      group: { __default: { enabled: true } },
    },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: { routingRules: [] },
    enabledMiddleware: {},
    metrics: { sampleRate: 0, host: mount.apiHost },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
    autoInstrumentationSettings: { sampleRate: 0 },
  };
}
