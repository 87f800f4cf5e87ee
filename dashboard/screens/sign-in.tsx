import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { Input } from "@cloudflare/kumo/components/input";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { api, ApiError } from "../api/client.ts";
import { queryClient, sessionQuery } from "../api/queries.ts";
import type { Session } from "../api/types.ts";
import { innerPath } from "../logic/search-params.ts";

const route = getRouteApi("/sign-in");

/** The door: one token, and where to find it. */
export function SignIn(): ReactNode {
  const { to } = route.useSearch();
  const router = useRouter();
  const [token, setToken] = useState("");
  const field = useRef<HTMLInputElement>(null);
  // The page has one thing to do.
  useEffect(() => field.current?.focus(), []);
  const signIn = useMutation({
    mutationFn: () => api<{ session: Session }>("POST", "/session", { token: token.trim() }),
    onSuccess: ({ session }) => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, session);
      router.history.push(innerPath(to));
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (token.trim() !== "") signIn.mutate();
  };
  return (
    <main className="flex min-h-dvh items-center justify-center px-4 py-10">
      <title>Sign in · Inlet</title>
      <div className="w-full max-w-md">
        <div className="mb-6 flex items-center gap-3">
          <img src="/favicon.svg" alt="" width="36" height="36" />
          <div>
            <h1 className="text-2xl font-semibold">Sign in to Inlet</h1>
            <p className="text-kumo-subtle">Did my event arrive, and where did it go?</p>
          </div>
        </div>
        <form onSubmit={submit} className="ring-kumo-hairline bg-kumo-base flex flex-col gap-4 rounded-lg p-5 ring">
          {signIn.isError && <Banner size="sm" variant="error" description={explain(signIn.error)} />}
          <Input
            label="Admin token"
            type="password"
            name="token"
            autoComplete="current-password"
            ref={field}
            spellCheck={false}
            value={token}
            onChange={(event) => setToken(event.target.value)}
            required
          />
          <Button type="submit" variant="primary" loading={signIn.isPending} disabled={token.trim() === ""}>
            Sign in
          </Button>
          <div className="text-kumo-subtle text-sm">
            <p className="font-medium">Where is it?</p>
            <ul className="mt-1 list-disc space-y-1 pl-5">
              <li>
                Started with <code className="font-mono">npm start</code>: it is printed in that terminal, next to the
                address.
              </li>
              <li>
                Deployed: it is the secret <code className="font-mono">INLET_ADMIN_TOKEN</code>.
              </li>
              <li>An API token that an owner has made for you lets you in as well.</li>
            </ul>
          </div>
        </form>
      </div>
    </main>
  );
}

function explain(error: Error): string {
  if (!(error instanceof ApiError)) return error.message;
  if (error.status === 401)
    return "This is neither the admin token nor an API token. Compare it with the terminal; it is case-sensitive.";
  if (error.status === 429) {
    const wait = error.retryAfterSeconds === undefined ? "a moment" : `${error.retryAfterSeconds} s`;
    return `Too many attempts. Wait ${wait}, then try again.`;
  }
  return error.message;
}
