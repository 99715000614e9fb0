import { describe, expect, it } from 'vitest';
import lockedRoom from '../../envs/locked-room/index.ts';
import household from '../../envs/household/index.ts';
import { randomAgent, rollout } from '../../src/agents/index.ts';
import { measure, stepMetrics, type StepMetric } from '../../src/metrics/index.ts';
import { openReward } from '../../src/rewards/index.ts';
import { executed, failed, indexEpisode, isMissing, stepFacts, stepTag } from '../../src/steps/index.ts';
import { parseReply } from '../../src/tags/index.ts';
import type { Step, Trajectory } from '../../src/trajectory/index.ts';
import { commandIdentity } from '../../src/world/index.ts';
import { handStep, handTrajectory, walk } from '../metrics/hand-made.ts';
import { asImported, episode, refused, replied, tagged } from '../rewards/tagged-step.ts';

const factsOf = (steps: readonly Step[], success: boolean | null = false) =>
  stepFacts(handTrajectory(steps, { initialObservation: 'A room.', success }));
const missing = (because: string) => ({ missing: because });

describe('executed', () => {
  const said = (facts: Partial<Step>) => executed(handStep({ accepted: null, ...facts }));

  it('is taken from accepted, then from the refusal, then from the admissible commands', () => {
    expect(said({ accepted: true, admissible: ['fly'] })).toBe(true);
    expect(said({ accepted: false, admissible: ['look'] })).toBe(false);
    expect(said({ refusal: 'not possible now' })).toBe(false);
    expect(said({ refusal: 'unknown command', admissible: ['look'] })).toBe(false);
    expect(said({ command: 'Look  .', admissible: ['look'] })).toBe(true);
    expect(said({ command: 'fly', admissible: ['look'] })).toBe(false);
    expect(said({ command: null, parsed: parseReply('<planning>look.</planning>') })).toBe(false);
    expect(said({ command: null, refusal: 'no command' })).toBe(false);
    expect(said({ command: null })).toEqual(
      missing('the log has no commands, so that it is not known what there is to act on'),
    );
    expect(said({})).toEqual(missing('the log does not say whether the command was executed'));
  });

  it('means the same to a metric and to a reward, on a log with refusals and without accepted', () => {
    const steps = [
      tagged('explore', 'open sky', { ...refused, accepted: null, admissible: null }),
      tagged('explore', 'look', { accepted: null, admissible: null }),
    ];
    const log = episode(false, steps);
    expect(measure([log]).rates.inadmissible.pooled).toMatchObject({ numerator: 1, denominator: 1, missing: 1 });
    expect(openReward('refusal-penalty').score(log).refusal!.steps).toEqual([-0.1, null]);
  });
});

describe('a step', () => {
  it('failed when its reply was malformed or nothing was executed; a reply that was not judged is not malformed', () => {
    expect(failed(replied('nonsense', { command: 'look', accepted: true }))).toBe(true);
    expect(failed(tagged('explore', 'open sky', refused))).toBe(true);
    expect(failed(tagged('explore', 'look'))).toBe(false);
    expect(failed(handStep())).toBe(false);
    expect(failed(asImported(tagged('explore', 'look')))).toEqual(
      missing('the log does not say whether the command was executed'),
    );
  });

  it('has the tag of its reply, none when the reply broke a rule, and no tag when it was not judged', () => {
    expect(stepTag(tagged('monitor', 'look'))).toBe('monitor');
    expect(stepTag(replied('look'))).toBe('none');
    expect(stepTag(handStep())).toBe(null);
  });

  it('is unproductive when it failed, or told nothing new while it changed nothing or repeated a command', () => {
    const unproductive = (...steps: readonly Step[]) => factsOf(steps).map(facts => facts.unproductive);
    const say = (command: string, at: string, observation: string) => handStep({ command, at, observation });
    expect(unproductive(say('look', 'A', 'A desk.'), say('look', 'A', 'A desk.'))).toEqual([false, true]);
    // A look that tells something is worth it, also where the room was as it is.
    expect(unproductive(say('look', 'A', 'A desk.'), say('examine desk', 'A', 'It has a drawer.'))).toEqual([
      false,
      false,
    ]);
    expect(unproductive(say('look', 'A', 'A room.'))).toEqual([true]);
    // There and back: the second time round leads nowhere, although the state changes.
    const there = say('east', 'A>B', 'A hall.');
    const back = say('west', 'B>A', 'A cellar.');
    expect(unproductive(there, back, there, back)).toEqual([false, false, true, true]);
    expect(unproductive(handStep({ command: 'fly', at: 'A', accepted: false, observation: 'No.' }))).toEqual([true]);
  });

  it('made progress when a subgoal or the goal holds for the first time', () => {
    const after = (subgoals: string[] | null, success: boolean | null = false) => handStep({ subgoals, success });
    const progress = (...steps: readonly Step[]) => factsOf(steps).map(facts => facts.progress);
    expect(progress(after(['a']), after(['a', 'b']), after([]), after(['b']), after(['c']))).toEqual([
      false, // no log says what held before the first step
      true,
      false,
      false,
      true,
    ]);
    expect(progress(after(null, true), after(null, false), after(null, true))).toEqual([true, false, false]);
    expect(progress(handStep({ accepted: false, success: true }))).toEqual([false]);
    // Without the goal at each step it is that of the end.
    const end = (success: boolean | null) => factsOf([after(null, null), after(null, null)], success);
    expect(end(true).map(facts => facts.progress)).toEqual([false, true]);
    expect(end(false).map(facts => facts.progress)).toEqual([false, false]);
    expect(end(null).map(facts => facts.progress)).toEqual([
      false,
      missing('the log does not say whether the episode succeeded'),
    ]);
  });

  it('repeats a command in the same state; without states only what was never given is known not to', () => {
    const repeated = (steps: readonly Step[]) => factsOf(steps).map(facts => facts.repeated);
    expect(repeated(walk(['look', 'A'], ['Look.', 'A'], ['look', 'B'], [null, 'B']))).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(repeated(walk(['look'], ['go'], ['look']))).toEqual([false, false, missing('the log has no world states')]);
  });

  it('told nothing when the answer is empty beside states, and is not known to when a log has no answers', () => {
    const told = (steps: readonly Step[]) => factsOf(steps).map(facts => facts.toldNew);
    expect(told(walk(['wait', 'A', { observation: '' }]))).toEqual([false]);
    expect(told(walk(['wait']))).toEqual([missing('the log does not have what the world answered')]);
  });
});

describe('metrics and rewards', () => {
  it('agree step by step, with each other and with the facts, over random play', async () => {
    const played: Trajectory[] = [];
    await rollout({
      world: household,
      tasks: Array.from({ length: 12 }, (_, i) => household.task(`household:train:${i}`)),
      agent: randomAgent(),
      run: 'random',
      onTrajectory: trajectory => played.push(trajectory),
    });
    const counted: Record<string, number> = {};
    for (const trajectory of played) {
      const facts = stepFacts(trajectory);
      const episode = indexEpisode(trajectory);
      const repeats = openReward('repeat-penalty').score(trajectory).repeat!.steps;
      const flags = (metric: StepMetric) => [...stepMetrics[metric].flags(episode)].map(flag => flag === 1);
      expect(flags('stateActionRepeat')).toEqual(facts.map(({ repeated }) => repeated));
      expect(repeats.map(paid => paid !== 0)).toEqual(facts.map(({ repeated }) => repeated));
      expect(flags('inadmissible')).toEqual(facts.map(({ executed: done }) => !done));
      expect(flags('noOp')).toEqual(facts.map(({ executed: done, changed }) => done === true && changed === false));
      for (const [name, fact] of facts.flatMap(each => Object.entries(each)))
        if (fact === true) counted[name] = (counted[name] ?? 0) + 1;
      expect(facts.flatMap(each => Object.values(each)).some(isMissing)).toBe(true); // replies that were not judged
    }
    for (const name of ['repeated', 'changed', 'toldNew', 'newState', 'unproductive'])
      expect(counted[name]).toBeGreaterThan(9);
  });
});

it('a command is the same to worlds, metrics and rewards, however it is spelled', () => {
  const spellings = ['look', ' LOOK ', 'look.', 'Look !', 'look .', 'look\t.'];
  expect(new Set(spellings.map(commandIdentity))).toEqual(new Set(['look']));
  const episode = household.start(household.task('household:train:0'));
  for (const spelling of spellings) expect(episode.step(spelling).last!.accepted, spelling).toBe(true);
  expect(
    measure([handTrajectory(walk(...spellings.map(spelling => [spelling, 'A'] as const)))]).rates.exactRepeat.pooled,
  ).toMatchObject({ numerator: 5, denominator: 6 });
});

it('articles are no part of a command, in worlds as in what is counted', () => {
  const spellings = ['search the chest', 'Search chest.', 'search  a chest'];
  const room = lockedRoom.start('locked-room:train:0');
  const events = spellings.map(spelling => lockedRoom.read(spelling, room.state));
  expect(new Set(events.map(event => JSON.stringify(event))).size).toBe(1);
  expect(events[0]).toBeDefined();
  const { rates } = measure([handTrajectory(walk(...spellings.map(spelling => [spelling, 'A'] as const)))]);
  expect(rates.exactRepeat.pooled).toMatchObject({ numerator: 2, denominator: 3 });
});
