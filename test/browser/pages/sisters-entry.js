// What a site that uses another vendor's library bundles: nothing but the packages.
import { HtEventsBrowser } from "@ht-sdks/events-sdk-js-browser";
import { jitsuAnalytics } from "@jitsu/js";

Object.assign(window, { HtEventsBrowser, jitsuAnalytics });
