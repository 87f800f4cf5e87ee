import { Badge } from "@cloudflare/kumo/components/badge";
import { Button } from "@cloudflare/kumo/components/button";
import { Dialog } from "@cloudflare/kumo/components/dialog";
import { Input } from "@cloudflare/kumo/components/input";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { DestinationKind, Subscription } from "../../api/types.ts";
import { triggerWords } from "../../logic/trigger-words.ts";

interface AddMappingProps {
  readonly destinationId: string;
  readonly kind: DestinationKind;
  readonly existing: readonly Subscription[];
  readonly onClose: () => void;
}

interface Offer {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly there: boolean;
  readonly search: { readonly preset: string } | { readonly action: string };
}

/** A list longer than this is searched rather than read. */
const SEARCHED = 8;

/** What a new mapping can begin with: one that is ready, or an action with its default fields. */
export default function AddMapping({ destinationId, kind, existing, onClose }: AddMappingProps): ReactNode {
  const [text, setText] = useState("");
  const presets = presetOffers(kind, existing);
  const actions = actionOffers(kind);
  const has = (offer: Offer): boolean =>
    `${offer.title} ${offer.text}`.toLowerCase().includes(text.trim().toLowerCase());
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog className="flex max-h-[85dvh] flex-col p-0" size="lg">
        <div className="px-6 pt-6 pb-4">
          <Dialog.Title className="text-lg font-semibold">Add a mapping</Dialog.Title>
          <Dialog.Description className="text-kumo-subtle mt-1">
            Begin with a ready-made one, or with an action. Nothing is saved before you say so.
          </Dialog.Description>
          {presets.length + actions.length > SEARCHED && (
            <Input
              type="search"
              aria-label="Search mappings and actions"
              placeholder="Search"
              className="mt-4 w-full"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto px-6 pb-2">
          <Offers title="Ready-made" offers={presets.filter(has)} destinationId={destinationId} />
          <Offers title="Actions" offers={actions.filter(has)} destinationId={destinationId} />
        </div>
        <div className="border-kumo-hairline flex justify-end border-t px-6 py-3">
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </Dialog>
    </Dialog.Root>
  );
}

const presetOffers = (kind: DestinationKind, existing: readonly Subscription[]): readonly Offer[] =>
  kind.presets.map(({ name, actionId, trigger }, place) => ({
    key: `preset ${place}`,
    title: name,
    text: trigger === null ? "For events of Segment’s audiences and journeys" : triggerWords(trigger),
    there: existing.some((mapping) => mapping.name === name && mapping.actionId === actionId),
    search: { preset: String(place) },
  }));

const actionOffers = (kind: DestinationKind): readonly Offer[] =>
  kind.actions
    .filter((action) => !action.hidden && action.platform === "cloud")
    .map(({ id, name, description }) => ({
      key: id,
      title: name,
      text: description,
      there: false,
      search: { action: id },
    }));

interface OffersProps {
  readonly title: string;
  readonly offers: readonly Offer[];
  readonly destinationId: string;
}

const Offers = ({ title, offers, destinationId }: OffersProps): ReactNode =>
  offers.length > 0 && (
    <section aria-label={title} className="mb-4">
      <h3 className="text-kumo-subtle mb-1 text-sm font-medium">{title}</h3>
      <ul>
        {offers.map((offer) => (
          <li key={offer.key}>
            <Link
              to="/destinations/$destinationId/mappings/new"
              params={{ destinationId }}
              search={offer.search}
              preload={false}
              className="hover:bg-kumo-tint -mx-2 block rounded px-2 py-2"
            >
              <span className="flex flex-wrap items-center gap-2">
                <span className="font-medium">{offer.title}</span>
                {offer.there && <Badge variant="secondary">there already</Badge>}
              </span>
              <span className="text-kumo-subtle line-clamp-2 text-sm">{offer.text}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
