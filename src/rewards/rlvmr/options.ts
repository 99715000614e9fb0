import { z } from 'zod';

export const rlvmrPresets = ['paper', 'code', 'fixed'] as const;
export type RlvmrPreset = (typeof rlvmrPresets)[number];

/** What counts as new when an explore step is paid under `fixed`. */
export const novelties = ['either', 'state-action', 'information'] as const;

const amount = z.number().nonnegative();

/** What a preset pays; left out, the preset's own amounts. */
export const rlvmrAmountsSchema = z.strictObject({
  /** For success, at the end. */
  success: amount,
  planning: amount,
  explore: amount,
  reflection: amount,
  /** Taken for a malformed reply. */
  format: amount,
  /** `fixed` only: a state and command, or an answer, that did not occur before in the episode, or either of them. */
  novelty: z.enum(novelties),
});
export type RlvmrAmounts = z.infer<typeof rlvmrAmountsSchema>;

/** The paper names no magnitudes but the format's 0.1; the code's are those of its configuration. `fixed` takes its format cost in units of the advantage. */
export const presetAmounts: Readonly<Record<RlvmrPreset, RlvmrAmounts>> = {
  paper: { success: 1, planning: 1, explore: 1, reflection: 1, format: 0.1, novelty: 'either' },
  code: { success: 10, planning: 1, explore: 1, reflection: 1, format: 0.1, novelty: 'either' },
  fixed: { success: 1, planning: 1, explore: 1, reflection: 1, format: 0.5, novelty: 'either' },
};
