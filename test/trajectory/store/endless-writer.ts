/**
 * A program that stores episodes until it is stopped, for the tests to kill: `endless-writer.ts FILE RUN`.
 * A line on stdout acknowledges each episode after `add` has returned; an error ends it with its message on stderr.
 */
import { writeSync } from 'node:fs';
import { openStore } from '../../../src/trajectory/store/index.ts';
import { exampleStep, exampleTask, exampleTrajectory } from '../examples.ts';

const [, , path = '', run = ''] = process.argv;

/** Twelve steps with texts of their own and tokens, so that an episode is torn if only some of its rows arrive. */
export function numbered(run: string, index: number): ReturnType<typeof exampleTrajectory> {
  const steps = Array.from({ length: 12 }, (_, step) =>
    exampleStep({
      admissible: [`look at ${run} ${index}`, `step ${step}`],
      observation: `Episode ${index}, step ${step}.`,
      tokens: { prompt: [index, step], reply: [step], logProbabilities: [-0.5] },
    }),
  );
  return exampleTrajectory({ run, task: exampleTask(`task ${index}`), steps });
}

if (path !== '') {
  try {
    const store = openStore(path);
    // Every other run is one whose episodes are packed.
    const kind = /[13579]$/.test(run) ? 'rl' : 'rollout';
    store.runs.add({ id: run, kind, world: 'locked-room', config: {} });
    for (let index = 0; ; index += 1) {
      store.trajectories.add(numbered(run, index));
      writeSync(1, `${index}\n`);
    }
  } catch (error) {
    writeSync(2, (error as Error).message);
    process.exitCode = 1;
  }
}
