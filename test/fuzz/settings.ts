/** How many inputs of the long form (`npm run torture -- --fuzz` sets it); without it the short form runs. */
const given = process.env["INLET_FUZZ_INPUTS"];
export const IS_LONG = given !== undefined;
export const INPUTS = given === undefined ? 3000 : Number(given);
if (!Number.isInteger(INPUTS) || INPUTS < 1) throw new Error(`INLET_FUZZ_INPUTS must be a count, not "${given}"`);

/** The short form has one seed, so that `npm test` sends the same inputs each time. */
export const SEED = Number(
  process.env["INLET_FUZZ_SEED"] ?? (IS_LONG ? Math.floor(Math.random() * 2 ** 31) : 20_261_122),
);

/** Only the inputs with these numbers, with commas: how a failure is looked at again. */
export const ONLY = process.env["INLET_FUZZ_ONLY"]?.split(",").map(Number);

/** Only inputs of this class (its name in classes/index.ts). */
export const CLASS = process.env["INLET_FUZZ_CLASS"];

/** Requests under way at once. */
export const AT_ONCE = 8;

/** No answer for so long is a hang, also on a machine that does ten other things. */
export const PATIENCE_MS = 60_000;
