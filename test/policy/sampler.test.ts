import os from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { modelConfig } from '../../src/policy/config.ts';
import { Learner } from '../../src/policy/learner.ts';
import { createModel, type Model } from '../../src/policy/parameters.ts';
import type { Reply } from '../../src/policy/reply.ts';
import { Sampler } from '../../src/policy/sampler.ts';
import { createRandom } from '../../src/world/random.ts';

const stop = 3;
const config = modelConfig('nano', { vocabulary: 50, context: 300 });

/** Parameters larger than at the start, so that distributions are not flat. */
function model(): Model {
  const model = createModel(config, 'sampler');
  for (let i = 0; i < model.parameters.length; i++) model.parameters[i]! *= 2;
  return model;
}

const open: { close(): Promise<void> }[] = [];
async function openSampler(workers = 0): Promise<Sampler> {
  const sampler = await Sampler.open(model(), { workers });
  open.push(sampler);
  return sampler;
}
afterAll(() => Promise.all(open.map(one => one.close())));

/** An episode of three steps with a prompt and observations of its own lengths. */
async function play(
  sampler: Sampler,
  episode: number,
  think = async (): Promise<void> => {},
): Promise<{ tokens: number[]; replies: Reply[] }> {
  const random = createRandom('world', episode);
  const slot = sampler.slot('run', episode);
  const replies: Reply[] = [];
  slot.feed(Array.from({ length: 5 + random.int(60) }, () => random.int(50)));
  for (let step = 0; step < 3; step++) {
    replies.push(await slot.reply({ stop: [stop], limit: 10 + random.int(20) }));
    slot.feed(Array.from({ length: 1 + random.int(30) }, () => random.int(50)));
    await think();
  }
  const tokens = [...slot.tokens];
  slot.close();
  return { tokens, replies };
}

describe('Sampler', () => {
  it('writes the same for an episode alone and among 63 others, on one thread or two, bit for bit', async () => {
    const [alone, among, spread] = [await openSampler(), await openSampler(), await openSampler(2)];
    const crowd = await Promise.all(Array.from({ length: 64 }, (_, i) => play(among, i)));
    expect(await Promise.all(Array.from({ length: 64 }, (_, i) => play(spread, i)))).toEqual(crowd);
    for (const episode of [0, 7, 31, 63]) expect(await play(alone, episode)).toEqual(crowd[episode]);
  });

  it('decodes on every core where nobody says how many, as training does', async () => {
    const [sampler, learner] = [await Sampler.open(model()), await Learner.open(model())];
    open.push(sampler, learner);
    expect(sampler.workers).toBe(Math.min(8, os.availableParallelism()));
    expect(sampler.workers).toBe(learner.workers);
  });

  it('writes the same when worlds take their time, and slots come and go while others are decoded', async () => {
    const [prompt, slow] = [await openSampler(), await openSampler()];
    const random = createRandom('delays');
    const wait = (): Promise<void> =>
      new Promise(resolve => {
        setTimeout(resolve, random.int(12));
      });
    const played = await Promise.all(
      Array.from({ length: 24 }, async (_, i) => {
        await wait();
        return play(slow, i, wait);
      }),
    );
    expect(played).toEqual(await Promise.all(Array.from({ length: 24 }, (_, i) => play(prompt, i))));
  });

  it('writes the same whether all episodes begin at once or each takes the place of one that has ended', async () => {
    const [together, inTurn] = [await openSampler(), await openSampler()];
    const count = 60;
    const played: Awaited<ReturnType<typeof play>>[] = [];
    let next = 0;
    // With 17 slots every end and beginning crosses the number of slots that a graph is made for.
    await Promise.all(
      Array.from({ length: 17 }, async () => {
        while (next < count) {
          const episode = next++;
          played[episode] = await play(inTurn, episode);
        }
      }),
    );
    expect(played).toEqual(await Promise.all(Array.from({ length: count }, (_, i) => play(together, i))));
  });

  it('reads what episodes begin with alike once, and writes what each writes alone', async () => {
    const [alone, group] = [await openSampler(), await openSampler()];
    const opening = Array.from({ length: 60 }, (_, i) => (i * 7) % 50);
    const write = async (sampler: Sampler, episode: number): Promise<Reply> => {
      const slot = sampler.slot('group', episode);
      // Every second one has a word of its own at the end.
      slot.feed([...opening, ...(episode % 2 ? [episode] : [])]);
      return slot.reply({ stop: [], limit: 12 });
    };
    const together = await Promise.all(Array.from({ length: 8 }, (_, i) => write(group, i)));
    const { read, computed } = await group.use();
    // The first reads 60 tokens; the others the last one of theirs, or the last two. The last one written is not read.
    expect(read).toBe(60 + 3 * 1 + 4 * 2 + 8 * 11 - 4);
    expect(computed).toBeGreaterThanOrEqual(read);
    for (let i = 0; i < 8; i++) expect(together[i]).toEqual({ ...(await write(alone, i)), from: together[i]!.from });
    // One that comes later takes the opening of one that is still there, and reads one token and eleven of its own.
    await write(group, 8);
    expect((await group.use()).read - read).toBe(1 + 11);
  });

  it('goes on without the one it waited for, when that is closed', async () => {
    const [alone, group] = [await openSampler(), await openSampler(1)];
    const prompt = Array.from({ length: 250 }, (_, i) => (i * 7) % 50);
    const write = (sampler: Sampler, key: number) => {
      const slot = sampler.slot('waits', key);
      slot.feed(prompt);
      return { slot, reply: slot.reply({ stop: [], limit: 5 }) };
    };
    const [first, second] = [write(group, 1), write(group, 2)];
    first.slot.close();
    await expect(first.reply).rejects.toThrow('The slot was closed');
    expect(await second.reply).toEqual(await write(alone, 2).reply);
  });

  it('refuses to be fed in the middle of a reply, and rejects a reply whose slot is closed', async () => {
    const slot = (await openSampler(1)).slot('closed');
    slot.feed([1, 2]);
    const reply = slot.reply({ stop: [], limit: 250 });
    expect(() => slot.feed([3])).toThrow(/between its replies/);
    slot.close();
    await expect(reply).rejects.toThrow('The slot was closed while it wrote a reply.');
  });

  it('gives the log-probabilities that the trainer computes', async () => {
    const sampler = await openSampler();
    const learner = await Learner.open(sampler.model, { workers: 0 });
    open.push(learner);
    const episodes = await Promise.all(Array.from({ length: 20 }, (_, i) => play(sampler, i)));
    let compared = 0;
    for (const { tokens, replies } of episodes) {
      const [scores] = await learner.score([{ tokens, weights: tokens.map((_, i) => (i ? 1 : 0)) }]);
      for (const { from, logProbabilities } of replies)
        logProbabilities.forEach((logProbability, i) => {
          expect(Math.abs(logProbability - scores![from + i]!)).toBeLessThan(1e-4);
          compared++;
        });
    }
    expect(compared).toBeGreaterThan(500);
  });

  it('with temperature 0 takes the most likely token, whatever the key', async () => {
    const sampler = await openSampler();
    const replies = await Promise.all(
      [1, 2].map(key => {
        const slot = sampler.slot(key);
        slot.feed([1, 2, 3]);
        return slot.reply({ temperature: 0, stop: [], limit: 12 });
      }),
    );
    expect(replies[0]).toEqual(replies[1]);
    expect(replies[0]!.finish).toBe('limit');
    expect(replies[0]!.tokens).toHaveLength(12);
  });

  it('draws each token as often as the model says', async () => {
    const sampler = await openSampler();
    const learner = await Learner.open(sampler.model, { workers: 0 });
    open.push(learner);
    const counts = new Float64Array(50);
    const draws = 1500;
    for (let from = 0; from < draws; from += 150) {
      await Promise.all(
        Array.from({ length: 150 }, async (_, i) => {
          const slot = sampler.slot('frequency', from + i);
          slot.feed([4, 9]);
          counts[(await slot.reply({ stop: [], limit: 1 })).tokens[0]!]! += 1;
          slot.close();
        }),
      );
    }
    const [whole] = await learner.scoreVocabulary([{ tokens: [4, 9, 0], weights: [0, 0, 1] }]);
    const chiSquare = whole!.reduce((sum, logProbability, token) => {
      const expected = draws * Math.exp(logProbability);
      return sum + (counts[token]! - expected) ** 2 / expected;
    }, 0);
    // 49 degrees of freedom: above 85.4 with a chance of 1 in 1000. The draws are seeded.
    expect(chiSquare).toBeLessThan(85.4);
  });

  it('keeps to the given sequences after their opening token, and each can be written', async () => {
    const sampler = await openSampler();
    const sequences = [
      [10, 11, stop],
      [10, 12, 13, stop],
      [20, stop],
    ];
    const written = new Set<string>();
    await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const slot = sampler.slot('only', i);
        slot.feed([1]);
        const { tokens } = await slot.reply({ stop: [stop], limit: 500, only: { after: 7, sequences } });
        const at = tokens.indexOf(7);
        if (at >= 0) written.add(tokens.slice(at + 1).join());
        slot.close();
      }),
    );
    expect([...written].toSorted()).toEqual(sequences.map(sequence => sequence.join()).toSorted());
  });

  it('ends a reply when the context is full and refuses a prompt that does not fit', async () => {
    const sampler = await openSampler();
    const slot = sampler.slot('context');
    slot.feed(Array.from({ length: 295 }, () => 1));
    const reply = await slot.reply({ stop: [], limit: 100 });
    expect(reply.finish).toBe('context');
    expect(slot.tokens).toHaveLength(301);
    expect(() => slot.reply({ stop: [], limit: 1 })).toThrow(/301 tokens and the model's context is 300/);
  });

  it.each([
    [{ temperature: -1 }, /temperature is -1/],
    [{ topP: 0 }, /topP is 0/],
  ])('refuses %j', async (options, message) => {
    const slot = (await openSampler()).slot('refuse');
    slot.feed([1]);
    expect(() => slot.reply({ stop: [], limit: 1, ...options })).toThrow(message);
  });

  it('refuses tokens that the model does not know', async () => {
    const slot = (await openSampler()).slot('unknown');
    expect(() => slot.feed([50])).toThrow(/token 50; the vocabulary has ids 0 to 49/);
  });
});
