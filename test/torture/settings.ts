/** `npm run torture` sets the first; without it the short form runs. */
const given = process.env["INLET_TORTURE_MINUTES"];
export const MINUTES = given === undefined ? undefined : Number(given);
export const IS_LONG = MINUTES !== undefined;

/** The short form has one seed, so that `npm test` makes the same plan each time. */
export const SEED = Number(
  process.env["INLET_TORTURE_SEED"] ?? (IS_LONG ? Math.floor(Math.random() * 2 ** 31) : 20_261_122),
);

/** `rounds` shows when each round begins, `all` what the product logs as well. */
const shown = process.env["INLET_TORTURE_LOG"] ?? "";
export const LOG = shown === "all";
const started = performance.now();
export function say(text: string): void {
  if (shown !== "")
    process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
}
