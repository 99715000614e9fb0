import { type Episode, createRandom, type Trajectory, type World } from 'clew';
import { beforeAll, describe, expect, it } from 'vitest';
import { recipeFor } from '../../cold-start/index.ts';
import household from '../../envs/household/index.ts';
import lockedRoom from '../../envs/locked-room/index.ts';
import { expertAgent, rollout } from '../../src/agents/index.ts';
import { codecOfWorld, episodeSpans, type Layout, layoutOf, trajectoryRow } from '../../src/policy/index.ts';
import { worldTokenizer } from '../../src/training/vocabulary.ts';
import { openStore } from '../../src/trajectory/index.ts';

const worlds = [household, lockedRoom] as unknown as World[];

/** Walks of random commands, a quarter of them not admissible. */
function walks(world: World, split: 'train' | 'seen'): Episode[][] {
  return world.tasks(split, 15).map(record => {
    const random = createRandom('walk', record.id), moments = [world.start(record)], old: string[] = [];
    for (let t = 0; t < 25 && moments.at(-1)!.state.status === 'active'; t++) {
      const { admissible } = moments.at(-1)!;
      if (admissible.length === 0) break;
      old.push(...admissible);
      moments.push(moments.at(-1)!.step(random.pick(random() < 0.25 ? old : admissible)));
    }
    return moments;
  });
}

describe.each(worlds.map(world => [world.name, world] as const))('the layout of %s', (name, world) => {
  let layout: Layout;
  beforeAll(async () => {
    layout = layoutOf(await worldTokenizer(world, recipeFor(world)), codecOfWorld(name));
  });

  it.each(['train', 'seen'] as const)('gives every text of a walk back as it was, in %s tasks', split => {
    const { tokenizer, codec } = layout;
    let commands = 0;
    for (const moments of walks(world, split)) {
      const opening = moments[0]!.observation;
      expect(codec.decodeOpening(tokenizer.decode(layout.opening(opening).slice(1)))).toBe(opening);
      for (const { observation, last } of moments.slice(1)) {
        const command = last!.command!;
        expect(codec.decodeObservation(tokenizer.decode(layout.observation(observation, command)), command)).toBe(observation);
        const reply = `<monitor>as planned.</monitor>\n<action>${command}</action>`;
        expect(layout.replyText(layout.reply(reply))).toBe(reply);
        expect(layout.reply(reply).slice(-layout.command(command).length)).toEqual(layout.command(command));
        commands++;
      }
    }
    expect(commands).toBeGreaterThan(40);
  });

  it('has a token for every word that training tasks print', () => {
    const firstHalfByte = layout.tokenizer.id('<0>'), known = layout.tokenizer.id('\n');
    for (const moments of walks(world, 'train')) {
      const tokens = [...layout.opening(moments[0]!.observation), ...moments.slice(1).filter(({ last }) => last!.command !== 'help').flatMap(({ observation, last }) => layout.observation(observation, last!.command!))];
      // Half bytes stand between <join> and the newline. (Only the columns of `help` need some, for their runs of spaces.)
      expect(tokens.filter(token => token >= firstHalfByte && token < known)).toEqual([]);
    }
  });

  it('begins every reply with a tag and ends it with </action>, the only one in it', async () => {
    const spans = episodeSpans(await expertEpisode(world), layout);
    expect(spans[0]!.tokens[0]).toBe(layout.tokenizer.begin);
    for (const { by, tokens } of spans) {
      const ends = tokens.filter(token => token === layout.action.end);
      expect(ends).toHaveLength(by === 'policy' ? 1 : 0);
      if (by === 'policy') expect(tokens.at(-1)).toBe(layout.action.end);
    }
  });
});

async function expertEpisode(world: World): Promise<Trajectory> {
  const played: Trajectory[] = [];
  await rollout({ world, tasks: world.tasks('train', 1), agent: expertAgent(), run: 'layout', onTrajectory: trajectory => played.push(trajectory) });
  const [trajectory] = played as [Trajectory];
  return { ...trajectory, steps: trajectory.steps.map(step => ({ ...step, reply: `<monitor>on.</monitor>\n<action>${step.command}</action>` })) };
}

describe('trajectoryRow', () => {
  it('weighs what the policy is to write 1, mistakes 0, and observations as it is told', async () => {
    const layout = layoutOf(await worldTokenizer(worlds[0]!, recipeFor(worlds[0]!)), codecOfWorld('household'));
    const store = openStore('cold-start/household.sqlite', { readonly: true });
    const trajectory = [...store.trajectories.select()].find(({ steps }) => steps.some(step => step.mistake))!;
    store.close();
    const row = trajectoryRow(trajectory, layout, { observationWeight: 0.25 }), spans = episodeSpans(trajectory, layout);
    expect(Array.from(row.tokens)).toEqual(spans.flatMap(span => span.tokens));
    let at = 0;
    for (const { by, tokens, step } of spans) {
      const expected = by === 'world' ? 0.25 : trajectory.steps[step]!.mistake ? 0 : 1;
      tokens.forEach((_, i) => expect(row.weights[at + i]).toBe(at + i === 0 ? 0 : expected));
      at += tokens.length;
    }
  });

  it('takes the ids that the sampler kept rather than encode a reply again', async () => {
    const layout = layoutOf(await worldTokenizer(worlds[1]!, recipeFor(worlds[1]!)), codecOfWorld('locked-room'));
    const trajectory = await expertEpisode(worlds[1]!);
    expect(() => trajectoryRow(trajectory, layout, { kept: true })).toThrow('Step 0 kept no tokens: play the episode with a policy');
    const odd = [7, 8, 9];
    const kept = { ...trajectory, steps: trajectory.steps.map(step => ({ ...step, tokens: { prompt: [], reply: odd, logProbabilities: [0, 0, 0] } })) };
    expect(episodeSpans(kept, layout, { kept: true }).filter(span => span.by === 'policy').every(span => span.tokens === odd)).toBe(true);
  });
});
