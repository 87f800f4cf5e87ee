import type { ReactNode } from "react";
import type { SetupFacts } from "../../logic/recipes.ts";
import { CodeView } from "../../parts/code-view.tsx";

/** How to collect under the site's own name, and why that is worth it. */
export const CustomDomain = ({ facts }: { facts: SetupFacts }): ReactNode => {
  const prefix = facts.pathPrefix === "" ? "/k3x9" : facts.pathPrefix;
  return (
    <section aria-labelledby="domain" className="ring-kumo-hairline bg-kumo-base rounded-lg p-5 ring">
      <h2 id="domain" className="text-base font-semibold">
        Use your own domain
      </h2>
      <p className="text-kumo-subtle mt-1">
        Safari cuts cookies to seven days when they are set by a script, or by a host that does not share the site's
        address. A path on the site's own host name has neither problem.
      </p>
      <div className="mt-4 grid gap-6 lg:grid-cols-2">
        <div className="min-w-0">
          <h3 className="font-semibold">Best: a path on your site's host name</h3>
          <ol className="mt-2 mb-3 list-decimal space-y-1 pl-5 text-sm">
            <li>The site's domain is on Cloudflare, proxied.</li>
            <li>
              In <code className="font-mono">wrangler.toml</code>, change{" "}
              <code className="font-mono break-all">INLET_PATH_PREFIX</code> under the existing{" "}
              <code className="font-mono">[vars]</code> to <code className="font-mono">{`"${prefix}"`}</code>.
            </li>
            <li>
              Add the route below at the end of that file, then <code className="font-mono">npm run deploy</code>.
            </li>
            <li>
              In the instructions above, use{" "}
              <code className="font-mono break-all">https://www.example.com{prefix}</code>.
            </li>
            <li>The top of this page says when the first event has come.</li>
          </ol>
          <CodeView
            label="the route"
            title="wrangler.toml"
            code={["[[routes]]", `pattern = "www.example.com${prefix}/*"`, 'zone_name = "example.com"'].join("\n")}
          />
        </div>
        <div className="min-w-0">
          <h3 className="font-semibold">Simpler: a subdomain</h3>
          <ol className="mt-2 mb-3 list-decimal space-y-1 pl-5 text-sm">
            <li>The domain is on Cloudflare.</li>
            <li>
              Add a custom domain; <code className="font-mono">npm run deploy</code> makes the DNS record and the
              certificate.
            </li>
            <li>Open the console there: the instructions above then name it.</li>
            <li>Send a test event from there; the top of this page says when it has come.</li>
          </ol>
          <CodeView
            label="the custom domain"
            title="wrangler.toml"
            code={["[[routes]]", 'pattern = "data.example.com"', "custom_domain = true"].join("\n")}
          />
        </div>
      </div>
    </section>
  );
};
