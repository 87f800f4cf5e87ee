import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { Checkbox } from "@cloudflare/kumo/components/checkbox";
import { Dialog } from "@cloudflare/kumo/components/dialog";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { countLetters, deadLettersKey, type LetterCount, resendsQuery } from "../../api/delivery-queries.ts";
import type { Resend } from "../../api/delivery-types.ts";
import { destinationPath } from "../../api/destination-queries.ts";
import { queryClient } from "../../api/queries.ts";
import { criteriaOf, LETTER_PERIODS } from "../../logic/dead-letters.ts";
import { plural } from "../../logic/times.ts";

interface ResendDialogProps {
  readonly destinationId: string;
  readonly reason: string | undefined;
  readonly period: string | undefined;
  readonly onClose: () => void;
}

/** Before anything is sent again: how many, which, and what that means. */
export default function ResendDialog({ destinationId, reason, period, onClose }: ResendDialogProps): ReactNode {
  const [again, setAgain] = useState(false);
  // As they are now: what is given up while this is read is not meant.
  const [criteria] = useState(() => ({ ...criteriaOf(reason, period), endTime: new Date().toISOString() }));
  const counted = useQuery({
    queryKey: [...deadLettersKey(destinationId), "count", criteria],
    queryFn: () => countLetters(destinationId, criteria),
  });
  const send = useMutation({
    mutationFn: () =>
      api<{ resend: Resend }>("POST", `${destinationPath(destinationId)}/resends`, { ...criteria, again }),
    onSuccess: async () => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: resendsQuery(destinationId).queryKey }),
        queryClient.invalidateQueries({ queryKey: deadLettersKey(destinationId) }),
      ]);
      onClose();
    },
  });
  const { lines = 0, untouched = 0 } = counted.data ?? {};
  return (
    <Dialog.Root role="alertdialog" open onOpenChange={(open: boolean) => !open && onClose()}>
      <Dialog className="p-6" size="lg">
        <Dialog.Title className="text-lg font-semibold">Send again</Dialog.Title>
        <Dialog.Description className="text-kumo-subtle mt-1">
          {scopeWords(reason, period)} Each goes through filters and consent as they are now, then to the mapping that
          failed; what fails again becomes a new dead letter.
        </Dialog.Description>
        <div className="mt-4 flex flex-col gap-4">
          <p role="status" className="font-medium">
            {counted.data === undefined
              ? counted.isError
                ? `They could not be counted: ${counted.error.message}`
                : "Counting…"
              : amountWords(counted.data, again)}
          </p>
          {lines > untouched && (
            <Checkbox
              label={`Also the ${plural(lines - untouched, "delivery", "deliveries")} that a re-send has taken up before: they may arrive twice`}
              checked={again}
              onCheckedChange={(on) => setAgain(on === true)}
            />
          )}
          {send.isError && <Banner size="sm" variant="error" description={send.error.message} />}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button
              variant="primary"
              disabled={counted.data !== undefined && lines === 0}
              loading={send.isPending}
              onClick={() => send.mutate()}
            >
              Send again
            </Button>
          </div>
        </div>
      </Dialog>
    </Dialog.Root>
  );
}

function amountWords({ lines, untouched, more }: LetterCount, again: boolean): string {
  const amount = (n: number): string => `${more ? "At least " : ""}${plural(n, "delivery", "deliveries")}`;
  if (again || untouched === lines) return `${amount(lines)} will be sent.`;
  const rest = plural(lines - untouched, "delivery", "deliveries");
  return `${amount(untouched)} will be sent, and of ${rest} what no re-send has taken up yet.`;
}

function scopeWords(reason: string | undefined, period: string | undefined): string {
  const when = LETTER_PERIODS.find(({ id }) => id === period)?.label.toLowerCase() ?? "within 90 days";
  return reason === undefined
    ? `Everything that was given up ${when}.`
    : `What was given up ${when} for the reason ${reason}.`;
}
