import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import lockedRoom from '../envs/locked-room/index.ts';
import { rollout } from '../src/agents/index.ts';
import { policyAgent } from '../src/agents/policy.ts';
import { completeKit, demonstrate, rulesAnnotator, trajectoryOf } from '../src/demonstrations/index.ts';
import {
  type Advantages,
  AdamW,
  learnFrom,
  openAdvantages,
  openObjective,
  foldTemperature,
  openGradientSteps,
} from '../src/learn/index.ts';
import { decideUpdate } from '../src/learn/update-decision.ts';
import { addHalves } from '../src/learn/half-batches.ts';
import { type BatchedEpisode, miniBatchesOf, type WeighedEpisode, weighedEpisodes } from '../src/learn/mini-batch.ts';
import { addObjective } from '../src/learn/objective-gradient.ts';
import { markdownTable, percent } from '../src/metrics/text-table.ts';
import {
  createModel,
  layoutOf,
  layoutOfPolicy,
  Learner,
  loadPolicy,
  type Model,
  modelConfig,
  newOrigin,
  type Row,
  Sampler,
  saveCheckpoint,
  type TrainedPolicy,
  trajectoryRow,
} from '../src/policy/index.ts';
import { openReward } from '../src/rewards/index.ts';
import { stepFacts } from '../src/steps/index.ts';
import { sft } from '../src/training/sft.ts';
import { worldTokenizer } from '../src/training/vocabulary.ts';
import type { Trajectory } from '../src/trajectory/schema.ts';
import { createRandom, plainCodec } from '../src/world/index.ts';

/**
 * The numbers of docs/explain/one-iteration.md: the policy beside that page plays eight episodes and learns from them.
 * What the page says is computed here step by step, and compared with what a training does (`learnFrom`).
 *
 *     npm run build
 *     npx jiti scripts/one-iteration.ts             prints the numbers
 *     npx jiti scripts/one-iteration.ts --write     writes them into the page
 *     npx jiti scripts/one-iteration.ts --policy    makes the policy anew, in a minute or two; another one where the
 *     processor differs
 */
export const page = fileURLToPath(new URL('../docs/explain/one-iteration.md', import.meta.url));
const policyFile = fileURLToPath(new URL('../docs/explain/one-iteration.safetensors', import.meta.url));
const world = lockedRoom;

const settings = {
  advantages: 'rlvmr:fixed',
  objective: 'clew',
  tasks: ['locked-room:train:5', 'locked-room:train:18'],
  rollouts: 4,
  maxSteps: 10,
  miniBatches: 2,
  learningRate: 3e-4,
  maxGradNorm: 1,
  gradientSpikeThreshold: 10,
} as const;

/** Every block of numbers of the page, as Markdown, by its name. */
export async function oneIteration(): Promise<Record<string, string>> {
  const policy = await loadPolicy(policyFile, world);
  const layout = layoutOfPolicy(policy);
  const recipe = openAdvantages(settings.advantages);
  const objective = openObjective(settings.objective);
  const played = await play(policy);

  // What a training does with these episodes, on a copy of the policy.
  const copy = copyOf(policy.model);
  const random = () => createRandom('one iteration', 1);
  const common = { objective, miniBatches: settings.miniBatches, epochs: 1, norm: null };
  const { maxGradNorm, gradientSpikeThreshold, learningRate } = settings;
  const training = await withLearners([copy, copyOf(policy.model)], ([learner, reference]) =>
    learnFrom(played, {
      ...common,
      advantages: recipe,
      groupSize: settings.rollouts,
      layout,
      learner: learner!,
      reference,
      optimiser: new AdamW(copy, { weightDecay: 0 }),
      learningRate,
      maxGradNorm,
      gradientSpikeThreshold,
      random: random(),
    }),
  );
  const { advantages } = training;
  const episodes = weighedEpisodes(played, advantages, layout);

  // The same updates, one by one.
  const { model } = policy;
  const batches = miniBatchesOf(random().shuffle(episodes), settings.miniBatches, objective);
  const updates = await withLearners([model, copyOf(model)], async ([learner, reference]) => {
    const before = await stepLogs(learner!, episodes);
    const steps = await openGradientSteps(learner!, new AdamW(model, { weightDecay: 0 }));
    const rows: (readonly string[])[] = [];
    let norm: number | null = null;
    for (const [i, miniBatch] of batches.entries()) {
      // The first in two halves, as in `updatePolicy`.
      await steps.clear();
      const { loss, figures } = await (i === 0 ? addHalves : addObjective)(steps, miniBatch, objective, reference);
      const gradientNorm = await steps.norm();
      const decision = decideUpdate(gradientNorm, norm, gradientSpikeThreshold);
      if (decision.outcome === 'applied') await steps.step(learningRate, maxGradNorm);
      norm = decision.norm;
      rows.push([
        String(i + 1),
        String(miniBatch.length),
        String(figures.tokens),
        signed(loss),
        signed(figures.entropy),
        small(figures.klToReference!),
        small(figures.approxKl),
        percent(figures.clipFraction),
        signed(gradientNorm),
        signed(norm!),
        decision.outcome,
      ]);
    }
    return { rows, before, after: await stepLogs(learner!, episodes) };
  });
  expectSame(model.parameters, copy.parameters, 'parameters');

  const shown = played.findIndex(({ success }) => success);
  if (shown < 0) throw new Error('No episode was won, so that the page has nothing to show. Choose other tasks.');
  return {
    episodes: episodesTable(played),
    rewards: rewardsTable(played[shown]!),
    outcome: outcomeTable(played, advantages),
    process: processTable(played, advantages),
    advantages: advantagesTable(advantages, shown),
    tokens: tokensTable(
      policy,
      batches.flat().find(({ row }) => row === episodes[shown]!.row)!,
    ),
    updates: markdownTable(
      [
        'update',
        'episodes',
        'tokens',
        'loss',
        'entropy',
        'KL',
        'approxKl',
        'clipFraction',
        'gradient norm',
        'running mean',
        'outcome',
      ],
      updates.rows,
      'numbers',
    ),
    after: afterTable(advantages, updates.before, updates.after),
  };
}

/**
 * Four rollouts of each task by the policy, as a training samples them: with the ids that were drawn, and how likely
 * they were.
 */
async function play(policy: TrainedPolicy): Promise<Trajectory[]> {
  const sampler = await Sampler.open(policy.model, { workers: 0 });
  const agent = await policyAgent({ checkpoint: policy, sampler, temperature: 1, keepTokens: true });
  const records = new Map(world.tasks('train', 20).map(record => [record.id, record]));
  const played: Trajectory[] = [];
  await rollout({
    world,
    agent,
    run: 'one iteration',
    tasks: settings.tasks.map(id => records.get(id)!),
    rollouts: settings.rollouts,
    seed: 1,
    maxSteps: settings.maxSteps,
    onTrajectory: trajectory => played.push(trajectory),
  });
  await sampler.close();
  const place = (trajectory: Trajectory) =>
    settings.tasks.findIndex(id => id === trajectory.task.id) * settings.rollouts + trajectory.rollout;
  return played.toSorted((a, b) => place(a) - place(b));
}

function episodesTable(played: readonly Trajectory[]): string {
  return markdownTable(
    ['group', 'rollout', 'outcome', 'steps', 'tokens of the policy'],
    played.map(({ task, rollout: number, success, steps }) => [
      task.id,
      String(number),
      success ? '1' : '0',
      String(steps.length),
      String(steps.reduce((sum, { tokens }) => sum + tokens!.reply.length, 0)),
    ]),
  );
}

/** What `rlvmr:fixed` pays for each step of an episode. */
function rewardsTable(trajectory: Trajectory): string {
  const reward = openReward(settings.advantages);
  const scores = reward.score(trajectory);
  const parts = reward.processParts.filter(part => part !== 'format');
  return markdownTable(
    ['step', 'tag', 'command', 'observation', ...parts, 'process reward'],
    stepFacts(trajectory).map(({ tag }, t) => {
      const paid = parts.map(part => Number(scores[part]!.steps[t]));
      return [
        String(t + 1),
        String(tag),
        trajectory.steps[t]!.command ?? '',
        trajectory.steps[t]!.observation,
        ...paid.map(signed),
        signed(paid.reduce((sum, value) => sum + value, 0)),
      ];
    }),
  );
}

/** The outcome term from its definition: every step counts its episode's outcome once. */
function outcomeTable(played: readonly Trajectory[], { terms }: Advantages): string {
  const rows = settings.tasks.flatMap(task => {
    const group = played
      .map((trajectory, i) => ({ trajectory, i }))
      .filter(({ trajectory }) => trajectory.task.id === task);
    const values = group.flatMap(({ trajectory: { steps, success } }) => steps.map(() => (success ? 1 : 0)));
    const { mean, std } = momentsOf(values);
    return group.map(({ trajectory: { rollout: number, success }, i }) => {
      const advantage = std === 0 ? 0 : ((success ? 1 : 0) - mean) / (std + 1e-6);
      expectSame([advantage], [terms['outcome']!.steps[i]![0]!], 'outcome term');
      return [task, String(number), success ? '1' : '0', signed(mean), signed(std), signed(advantage)];
    });
  });
  return markdownTable(['group', 'rollout', 'outcome', 'mean', 'standard deviation', 'outcome term'], rows);
}

/** The process term from its definition: a step is compared with all steps of the batch under the same tag. */
function processTable(played: readonly Trajectory[], { terms }: Advantages): string {
  const reward = openReward(settings.advantages);
  const cells = new Map<string, { value: number; term: number }[]>();
  played.forEach((trajectory, i) => {
    const scores = reward.score(trajectory);
    const parts = reward.processParts.filter(part => part !== 'format');
    stepFacts(trajectory).forEach(({ tag }, t) => {
      const value = parts.reduce((sum, part) => sum + Number(scores[part]!.steps[t]), 0);
      const cell = cells.get(String(tag)) ?? [];
      cells.set(String(tag), [...cell, { value, term: terms['process']!.steps[i]![t]! }]);
    });
  });
  const rows = [...cells]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, cell]) => {
      const { mean, std } = momentsOf(cell.map(({ value }) => value));
      const term = ({ value }: { value: number }) =>
        cell.length < 2 || std < 1e-8 ? 0 : (value - mean) / (std + 1e-6);
      expectSame(
        cell.map(term),
        cell.map(one => one.term),
        'process term',
      );
      const values = [...new Set(cell.map(({ value }) => value))].toSorted((a, b) => a - b);
      return [
        tag,
        String(cell.length),
        signed(mean),
        signed(std),
        values.map(value => `${signed(value)} → ${signed(term({ value }))}`).join(', '),
      ];
    });
  return markdownTable(['tag', 'steps', 'mean', 'standard deviation', 'reward → process term'], rows);
}

/** The advantage of each step of an episode as the sum of its terms. */
function advantagesTable({ terms, steps }: Advantages, episode: number): string {
  const names = Object.keys(terms);
  return markdownTable(
    ['step', ...names, 'advantage'],
    steps[episode]!.map((advantage, t) => {
      const values = names.map(name => terms[name]!.steps[episode]![t]!);
      expectSame([values.reduce((sum, value) => sum + value, 0)], [advantage], 'advantage');
      return [String(t + 1), ...values.map(signed), signed(advantage)];
    }),
    'numbers',
  );
}

/** The first reply of an episode, token by token. */
function tokensTable({ tokenizer }: TrainedPolicy, { row, advantages, tokens }: BatchedEpisode): string {
  const places = row.step.flatMap((step, i) => (step === 0 ? [i] : []));
  return markdownTable(
    ['token', 'probability when sampled', 'its logarithm', 'advantage', 'weight', '−weight · advantage'],
    places.map(i => {
      const log = row.oldLogProbabilities[i]!;
      return [
        `\`${tokenizer.decode([row.tokens[i]!]).trim() || ' '}\``,
        signed(Math.exp(log)),
        signed(log),
        signed(advantages[0]!),
        small(tokens.weights[i]!),
        small(-tokens.weights[i]! * advantages[0]!),
      ];
    }),
    'numbers',
  );
}

/** How likely replies are before and after, by the sign of what they were worth. */
function afterTable({ steps }: Advantages, before: readonly number[][], after: readonly number[][]): string {
  const rows = (['above 0', 'below 0'] as const).map(sign => {
    const chosen = steps.flatMap((values, e) =>
      values.flatMap((value, t) =>
        (sign === 'above 0' ? value > 0 : value < 0) ? [[before[e]![t]!, after[e]![t]!]] : [],
      ),
    );
    const mean = (which: 0 | 1) => chosen.reduce((sum, pair) => sum + pair[which]!, 0) / chosen.length;
    return [sign, String(chosen.length), signed(mean(0)), signed(mean(1)), signed(mean(1) - mean(0))];
  });
  return markdownTable(['advantage', 'replies', 'mean log-probability of a reply before', 'after', 'difference'], rows);
}

/** Log-probability of each step's reply under the learner's model as it is. */
async function stepLogs(learner: Learner, episodes: readonly WeighedEpisode[]): Promise<number[][]> {
  const rows = episodes.map(({ row }) => ({ tokens: row.tokens, weights: row.step.map(step => (step < 0 ? 0 : 1)) }));
  const logs = await learner.score(rows);
  return episodes.map(({ row }, e) => {
    const sums = row.stepTokens.map(() => 0);
    row.step.forEach((step, i) => {
      if (step >= 0) sums[step]! += logs[e]![i]!;
    });
    return sums;
  });
}

function momentsOf(values: readonly number[]): { mean: number; std: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: values.length < 2 ? 0 : Math.sqrt(square / (values.length - 1)) };
}

function copyOf({ config, parameters }: Model): Model {
  const copy = createModel(config, 0);
  copy.parameters.set(parameters);
  return copy;
}

async function withLearners<T>(
  models: readonly Model[],
  use: (learners: readonly Learner[]) => Promise<T>,
): Promise<T> {
  const learners: Learner[] = [];
  try {
    for (const model of models) learners.push(await Learner.open(model, { workers: 0 }));
    return await use(learners);
  } finally {
    await Promise.all(learners.map(learner => learner.close()));
  }
}

function expectSame(ours: ArrayLike<number>, theirs: ArrayLike<number>, what: string): void {
  for (let i = 0; i < ours.length; i++) {
    if (!(Math.abs(ours[i]! - theirs[i]!) <= 1e-9))
      throw new Error(`The page's ${what} (${ours[i]}) is not what a training computes (${theirs[i]}).`);
  }
}

function signed(value: number): string {
  return String(Number(value.toFixed(3))).replace('-', '−');
}

function small(value: number): string {
  // What is left of rounding differs from one processor to another.
  return Math.abs(value) < 1e-6 ? '0' : String(Number(value.toPrecision(3))).replace('-', '−');
}

/** The page with its blocks of numbers. Throws where a block has no place in it, or a place no block. */
export function writtenInto(text: string, blocks: Readonly<Record<string, string>>): string {
  const places = [...text.matchAll(/<!-- numbers: (\w+) -->/g)].map(([, name]) => name!);
  const odd = [
    ...places.filter(name => !(name in blocks)),
    ...Object.keys(blocks).filter(name => !places.includes(name)),
  ];
  if (odd.length > 0) throw new Error(`The page and scripts/one-iteration.ts do not agree about ${odd.join(', ')}.`);
  return text.replaceAll(
    /<!-- numbers: (\w+) -->\n[\s\S]*?<!-- end of numbers -->/g,
    (_, name: string) => `<!-- numbers: ${name} -->\n\n${blocks[name]}\n\n<!-- end of numbers -->`,
  );
}

/** A policy of 31,000 parameters from 600 demonstrations. It is no good one: that leaves something to learn. */
async function makePolicy(): Promise<void> {
  const kit = completeKit(world);
  const tokenizer = await worldTokenizer(world);
  const sizes = { width: 32, heads: 2, headWidth: 16, layers: 2, feedForward: 64 };
  const model = createModel(
    modelConfig('nano', { vocabulary: tokenizer.size, context: 1024, ...sizes }),
    'one iteration',
  );
  const annotator = rulesAnnotator();
  const layout = layoutOf(tokenizer, plainCodec);
  const demonstrations: Row[] = [];
  for (const record of world.tasks('train', 600)) {
    const shown = demonstrate({ world, record, createExpert: kit.createExpert, mistakes: kit.mistakes, rate: 0.1 });
    const replies = (await annotator.annotate(shown)) as string[];
    demonstrations.push(trajectoryRow(trajectoryOf(shown, replies, 'cold start', 'rules'), layout));
  }
  await withLearners([model], ([learner]) =>
    sft({ learner: learner!, tokenizer, demonstrations, epochs: 6, tokensPerStep: 2000, learningRate: 5e-3 }),
  );
  // Sampled at 0.7, as trainings of such small policies are: the temperature is folded into the weights.
  const cold = foldTemperature(model, 0.7);
  await saveCheckpoint(policyFile, {
    model: cold,
    tokenizer,
    origin: newOrigin(world, plainCodec),
  });
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--policy')) await makePolicy();
  const blocks = await oneIteration();
  if (process.argv.includes('--write')) writeFileSync(page, writtenInto(readFileSync(page, 'utf8'), blocks));
  else for (const [name, block] of Object.entries(blocks)) process.stdout.write(`${name}\n\n${block}\n\n`);
}
