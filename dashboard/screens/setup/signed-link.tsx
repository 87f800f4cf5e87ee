import { Button } from "@cloudflare/kumo/components/button";
import { Input } from "@cloudflare/kumo/components/input";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { CodeView } from "../../parts/code-view.tsx";
import { useProblems } from "../../parts/use-problems.ts";

/** Makes a link that counts the click and then goes on; signed, so that nobody can turn it into an open redirect. */
export default function SignedLink({ sourceId }: { sourceId: string }): ReactNode {
  const [to, setTo] = useState("");
  const sign = useMutation({
    mutationFn: () =>
      api<{ link: { url: string } }>("POST", `/sources/${encodeURIComponent(sourceId)}/links`, {
        to,
        userId: "user-1",
        event: "Link Clicked",
      }),
  });
  const problems = useProblems(sign.error, ["to"], { to });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    sign.mutate();
  };
  return (
    <form onSubmit={submit} className="mt-5">
      <h3 className="font-semibold">A link that counts the click and goes on</h3>
      <p className="text-kumo-subtle mt-1 mb-3 text-sm">
        Redirects need a signature, so that nobody can use this host to send people elsewhere. The API makes them too:
        POST /api/sources/{sourceId}/links.
      </p>
      <Input
        label="Where the link leads"
        placeholder="https://shop.example/offer"
        value={to}
        onChange={(event) => setTo(event.target.value)}
        error={problems.fields["to"] ?? problems.general[0]}
      />
      <Button type="submit" className="mt-3" loading={sign.isPending} disabled={to === ""}>
        Sign the link
      </Button>
      {sign.data !== undefined && (
        <div className="mt-3">
          <CodeView code={sign.data.link.url} label="the signed link" wrap />
        </div>
      )}
    </form>
  );
}
