import type { DestinationKind, PresetKind } from "../api/types.ts";

/** Those that Segment would make as well; the others answer events that only Segment's own products send. */
export const firstChosen = ({ presets }: DestinationKind): readonly number[] =>
  presets.flatMap((preset, place) => (isAutomatic(preset) ? [place] : []));

/** Made with the destination by itself, as Segment does. */
export const isAutomatic = (preset: PresetKind): boolean => preset.type === "automatic";
