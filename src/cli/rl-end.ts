import pc from 'picocolors';
import { stateFile } from '../runs/index.ts';
import type { RlRecipe, RlResult } from '../training/rl/index.ts';
import { defaultDatabase } from './database.ts';
import type { RlCall } from './kept-run.ts';
import { alarmText } from './rl-lines.ts';

/** Says how a training ended, and what can be done next. */
export function sayEnd(
  { iterations, finished, stoppedBy }: RlResult,
  { call, run, recipe, db, json }: { call: RlCall; run: string; recipe: RlRecipe; db: string; json: boolean },
): void {
  const at = db === defaultDatabase ? '' : ` --db ${db}`;
  const state = stateFile(call.out);
  if (json) {
    const policy = finished || stoppedBy ? call.out : null;
    const told = { type: 'end', run, iterations, finished, stoppedBy, policy, state: finished ? null : state, db };
    process.stdout.write(`${JSON.stringify(told)}\n`);
  } else if (stoppedBy) {
    const goOn =
      ` To go on from there with a changed recipe, as another run: clew train rl ${call.world} --from ${call.out} ` +
      `--recipe FILE --run NAME${at}` +
      `\nTo go on in spite of it: clew train rl --resume ${JSON.stringify(run)} --alarms warn${at}`;
    process.stdout.write(
      `${alarmText(stoppedBy)}\n${pc.bold(run)} was stopped in iteration ${stoppedBy.iteration}. What it had ` +
        `learnt in the ${iterations} iterations before is in ${call.out}.${goOn}\n`,
    );
  } else if (!finished)
    process.stdout.write(
      `Stopped after iteration ${iterations} of ${recipe.iterations}. To go on: clew train rl --resume ` +
        `${JSON.stringify(run)}${at}\n`,
    );
  else {
    const next =
      `  clew runs show ${JSON.stringify(run)}${at}\n` +
      `  clew eval ${call.world} --agent policy:${call.out} --split seen${at}`;
    process.stdout.write(`${pc.bold(call.out)}: ${iterations} iterations.\n${pc.dim(next)}\n`);
  }
}
