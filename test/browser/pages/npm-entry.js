// What a site that installs the library from npm bundles: nothing but the package.
import { AnalyticsBrowser } from "@segment/analytics-next";

window.startAnalytics = (settings, options) => (window.analytics = AnalyticsBrowser.load(settings, options));
