import { createRandom, measure, parseReply, readForecast, type Trajectory, type World } from 'clew';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import household from '../../envs/household/index.ts';
import { roomCodec } from '../../envs/room-text/codec.ts';
import { type ForecastAsk, rollout } from '../../src/agents/index.ts';
import { policyAgent, type PolicyAgentOptions } from '../../src/agents/policy.ts';
import { strippings } from '../../src/agents/strip-tags.ts';
import {
  buildWordTokenizer,
  createModel,
  episodeSpans,
  forecastWords,
  Learner,
  layoutOf,
  modelConfig,
  type Tokenizer,
  type TrainedPolicy,
  trajectoryRow,
  withWords,
} from '../../src/policy/index.ts';
import { sft } from '../../src/training/sft.ts';
import { openStore } from '../../src/trajectory/index.ts';

const world = household as unknown as World;
let tokenizer: Tokenizer;
let checkpoint: TrainedPolicy;
let learner: Learner;

/**
 * A policy that has seen a few demonstrations for a few seconds: it writes tags and commands, seldom the right ones.
 */
beforeAll(async () => {
  const store = openStore('cold-start/household.sqlite', { readonly: true });
  const trajectories = [...store.trajectories.select()].slice(0, 24);
  store.close();
  const texts = trajectories.flatMap(({ initialObservation, steps }) => [
    roomCodec.encodeInitialObservation(initialObservation),
    ...steps.flatMap(step => [step.reply, roomCodec.encodeObservation(step.observation, step.command)]),
  ]);
  tokenizer = buildWordTokenizer({ texts });
  const model = createModel(
    modelConfig('nano', { vocabulary: tokenizer.size, context: 768, width: 32, layers: 2, heads: 2, feedForward: 64 }),
    'policy agent',
  );
  learner = await Learner.open(model, { workers: 0 });
  await sft({
    learner,
    tokenizer,
    demonstrations: trajectories.map(trajectory => trajectoryRow(trajectory, layoutOf(tokenizer, roomCodec))),
    epochs: 12,
    tokensPerStep: 800,
    learningRate: 8e-3,
    warmUp: 5,
  });
  checkpoint = { model, tokenizer, codec: roomCodec, origin: { world: 'household', codec: 'alfworld', stages: [] } };
}, 120_000);
afterAll(() => learner.close());

async function play(
  options: Partial<PolicyAgentOptions> = {},
  { parallelEpisodes = 64, run = 'a run', seed = 0, tasks = 6, rollouts = 2 } = {},
) {
  const agent = await policyAgent({ checkpoint, workers: 0, ...options });
  const played: Trajectory[] = [];
  const failures: string[] = [];
  try {
    await rollout({
      world,
      tasks: world.tasks('seen', tasks),
      agent,
      run,
      seed,
      parallelEpisodes,
      rollouts,
      maxSteps: 8,
      onTrajectory: trajectory => played.push(trajectory),
      onFailure: (_, __, error) => failures.push(error),
    });
  } finally {
    await agent.close();
  }
  return { played: played.toSorted((a, b) => (a.id < b.id ? -1 : 1)), failures };
}

const replies = (played: readonly Trajectory[]) => played.map(({ steps }) => steps.map(({ reply }) => reply));

describe('policyAgent', () => {
  it('plays the same episodes whoever else is played, on however many threads, and whatever the run is called', async () => {
    const { played } = await play({ temperature: 1 });
    expect(new Set(replies(played).map(String)).size).toBeGreaterThan(6);
    expect((await play({ temperature: 1 }, { parallelEpisodes: 1 })).played).toEqual(played);
    expect((await play({ temperature: 1, workers: 2 }, { parallelEpisodes: 5 })).played).toEqual(played);
    expect(replies((await play({ temperature: 1 }, { run: 'another' })).played)).toEqual(replies(played));
    expect(replies((await play({ temperature: 1 }, { seed: 1 })).played)).not.toEqual(replies(played));
  });

  it('takes the likeliest token when it is greedy, so that draws do not matter', async () => {
    const [one, other] = [await play({ temperature: 0 }), await play({ temperature: 0 }, { seed: 1 })];
    expect(replies(other.played)).toEqual(replies(one.played));
  });

  it('reads its replies with the parser and sends commands as the world knows them', async () => {
    const steps = (await play({ temperature: 0 })).played.flatMap(trajectory => trajectory.steps);
    expect(steps.filter(step => step.parsed!.violations.length === 0).length).toBeGreaterThan(10);
    expect(steps.some(step => step.command?.startsWith('go to '))).toBe(true);
    for (const step of steps) expect(step.command).toBe(step.parsed!.action);
  });

  it('keeps tokens that give back the reply, and the log-probabilities that the trainer computes', async () => {
    const layout = layoutOf(tokenizer, roomCodec);
    const { played } = await play({ temperature: 0.7, keepTokens: true }, { tasks: 3 });
    for (const trajectory of played) {
      const spans = episodeSpans(trajectory, layout, { kept: true });
      const fed = trajectory.steps.flatMap(step => [...step.tokens!.prompt, ...step.tokens!.reply]);
      expect(spans.flatMap(span => span.tokens).slice(0, fed.length)).toEqual(fed);
      for (const { tokens, reply } of trajectory.steps) expect(layout.replyText(tokens!.reply)).toBe(reply);
    }
    const rows = played.map(trajectory => trajectoryRow(trajectory, layout, { kept: true }));
    const scores = await learner.score(rows);
    rows.forEach((row, r) => {
      const sampled = played[r]!.steps.flatMap(step => step.tokens!.logProbabilities);
      const computed = Array.from(scores[r]!).filter((_, i) => row.weights[i] === 1);
      sampled.forEach((value, i) => expect(Math.abs(value - computed[i]!)).toBeLessThan(1e-4));
    });
  });

  it('writes nothing but admissible commands when it is told to', async () => {
    const steps = (await play({ temperature: 1, onlyAdmissible: true })).played.flatMap(trajectory => trajectory.steps);
    const sent = steps.filter(step => step.command !== null && step.parsed!.violations.length === 0);
    expect(sent.length).toBeGreaterThan(10);
    expect(sent.every(step => step.accepted)).toBe(true);
  });

  describe('with its tags stripped', () => {
    const first = (played: readonly Trajectory[]) => played.map(({ steps }) => steps[0]!.reply);

    it('reads earlier replies as commands alone, and writes as ever: only what comes later differs', async () => {
      const layout = layoutOf(tokenizer, roomCodec);
      const { played: asItIs } = await play({ temperature: 0 });
      const { played } = await play({ temperature: 0, stripTags: 'past' });
      expect(first(played)).toEqual(first(asItIs));
      expect(replies(played)).not.toEqual(replies(asItIs));
      // The third reply is the likeliest one after a past without thoughts, whatever was thought.
      const { steps, initialObservation, task } = played.find(({ steps: all }) => all.length > 2)!;
      const bare = steps.map(step => ({ ...step, reply: `<action>${step.command ?? ''}</action>` }));
      const context = episodeSpans({ initialObservation, task, steps: bare.slice(0, 2) }, layout).flatMap(
        span => span.tokens,
      );
      const reply = layout.reply(steps[2]!.reply);
      const row = {
        tokens: [...context, ...reply],
        weights: [...context.map(() => 0), ...reply.map(() => 1)],
      };
      const vocabulary = (await learner.scoreVocabulary([row]))[0]!;
      reply.forEach((token, i) => {
        const scores = vocabulary.subarray(i * tokenizer.size, (i + 1) * tokenizer.size);
        expect(scores[token]!).toBeCloseTo(Math.max(...scores), 4);
      });
    });

    it('opens every reply with the same tag, and thinks its own thought after it', async () => {
      const steps = (await play({ temperature: 1, stripTags: 'tag' })).played.flatMap(({ steps }) => steps);
      expect(steps.every(({ reply }) => reply.startsWith('<monitor>'))).toBe(true);
      expect(steps.some(({ parsed }) => parsed!.tag === 'monitor' && parsed!.thought.length > 0)).toBe(true);
    });

    it('writes commands alone, and is recorded as an agent without tags, which breaks no rule', async () => {
      const { played } = await play({ temperature: 1, stripTags: 'reply' });
      const steps = played.flatMap(trajectory => trajectory.steps);
      expect(steps.every(({ reply }) => reply.startsWith('<action>'))).toBe(true);
      expect(steps.every(({ parsed }) => parsed === null)).toBe(true);
      for (const { reply, command } of steps) expect(command).toBe(parseReply(reply).action);
      expect(steps.some(({ command }) => command !== null)).toBe(true);
      expect(measure(played).rates.formatInvalid.pooled).toMatchObject({ value: null });
    });

    it('plays the same episodes whoever else is played', async () => {
      for (const stripTags of strippings) {
        const { played } = await play({ temperature: 1, stripTags });
        expect((await play({ temperature: 1, stripTags }, { parallelEpisodes: 1 })).played).toEqual(played);
      }
    });

    it('refuses to keep tokens, which nothing may be trained on', async () => {
      await expect(policyAgent({ checkpoint, stripTags: 'tag', keepTokens: true })).rejects.toThrow(
        /^Replies whose tags are stripped are not what the policy would write, so nothing may be trained on them/,
      );
      await expect(policyAgent({ checkpoint, stripTags: 'reply', onlyAdmissible: true })).rejects.toThrow(
        /two ablations: ask for one of them/,
      );
    });
  });

  it('cuts an episode off when it no longer fits the context', async () => {
    const model = { ...checkpoint.model, config: { ...checkpoint.model.config, context: 140 } };
    const { played } = await play({ checkpoint: { ...checkpoint, model }, temperature: 0 });
    const cut = played.filter(trajectory => trajectory.stopReason === 'cut off');
    expect(cut.length).toBeGreaterThan(0);
    for (const { steps, success } of cut) {
      expect(success).toBe(false);
      expect(steps.length).toBeLessThan(8);
    }
  });

  it('names an initial observation that does not fit', async () => {
    const model = { ...checkpoint.model, config: { ...checkpoint.model.config, context: 16 } };
    const { failures } = await play({ checkpoint: { ...checkpoint, model } }, { tasks: 1, rollouts: 1 });
    expect(failures[0]).toMatch(
      /^The initial observation has \d+ tokens and the model's context is 16\. Train a policy with a longer context\.$/,
    );
  });

  it('says how a task will go where it has the words, and the same whoever else is asked', async () => {
    const [record] = world.tasks('seen', 1);
    const ask = (n: number): ForecastAsk => ({
      goal: world.start(record!).goal,
      initialObservation: world.start(record!).observation,
      commands: world.commands,
      maxSteps: 30,
      of: 8,
      random: createRandom('ask', n),
    });
    const silent = await policyAgent({ checkpoint, workers: 0 });
    expect(silent.forecast).toBeUndefined();
    await silent.close();
    const agent = await policyAgent({ checkpoint: withWords(checkpoint, forecastWords), workers: 0, keepTokens: true });
    const together = await Promise.all([0, 1, 2].map(n => agent.forecast!(ask(n))));
    expect(await agent.forecast!(ask(1))).toEqual(together[1]);
    for (const said of together) {
      if ('error' in said) throw new Error(said.error);
      expect(said.text).toMatch(/^<meta>/);
      expect(said.tokens!.reply.length).toBeLessThanOrEqual(48);
      // It never learnt the form: what cannot be read is a fault and no error.
      expect(readForecast(said.text).faults.length).toBeGreaterThan(0);
    }
    await agent.close();
  });
});
