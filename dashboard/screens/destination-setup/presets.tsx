import { Checkbox } from "@cloudflare/kumo/components/checkbox";
import { type ReactNode, useState } from "react";
import { Button } from "@cloudflare/kumo/components/button";
import type { DestinationKind, PresetKind } from "../../api/types.ts";
import { isAutomatic } from "../../logic/presets.ts";
import { triggerWords } from "../../logic/trigger-words.ts";

interface PresetsProps {
  readonly kind: DestinationKind;
  /** Places in the kind's presets. */
  readonly chosen: readonly number[];
  readonly onChange: (chosen: readonly number[]) => void;
}

/** The ready-made mappings of a kind: which to make and switch on at once. */
export default function Presets({ kind, chosen, onChange }: PresetsProps): ReactNode {
  const [all, setAll] = useState(false);
  if (kind.presets.length === 0) {
    return (
      <p className="text-kumo-subtle">
        {kind.name} has no ready-made mappings: you choose what to send in the next step.
      </p>
    );
  }
  const placed = kind.presets.map((preset, place) => ({ preset, place }));
  const automatic = placed.filter(({ preset }) => isAutomatic(preset));
  const others = placed.filter(({ preset }) => !isAutomatic(preset));
  const open = all || automatic.length === 0;
  const toggle = (place: number, on: boolean): void =>
    onChange(on ? [...chosen, place].toSorted((a, b) => a - b) : chosen.filter((each) => each !== place));
  const row = ({ preset, place }: (typeof placed)[number]): ReactNode => (
    <PresetRow key={place} preset={preset} checked={chosen.includes(place)} onChange={(on) => toggle(place, on)} />
  );
  return (
    <fieldset className="flex min-w-0 flex-col gap-4">
      <legend className="sr-only">Mappings to switch on</legend>
      {automatic.map(row)}
      {open && others.map(row)}
      {!open && others.length > 0 && (
        <div>
          <Button type="button" size="sm" variant="ghost" onClick={() => setAll(true)}>
            Show {others.length} more, for audiences and journeys
          </Button>
        </div>
      )}
      {chosen.length === 0 && (
        <p className="text-kumo-warning text-sm">None is chosen: nothing is sent until you switch one on or add one.</p>
      )}
    </fieldset>
  );
}

interface PresetRowProps {
  readonly preset: PresetKind;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

const PresetRow = ({ preset, checked, onChange }: PresetRowProps): ReactNode => (
  <div className="min-w-0">
    <Checkbox label={preset.name} checked={checked} onCheckedChange={onChange} />
    <p className="text-kumo-subtle pl-6.5 text-sm break-words">{triggerWords(preset.trigger ?? "")}</p>
  </div>
);
