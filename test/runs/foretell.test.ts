import { describe, expect, it } from 'vitest';
import lockedRoom from '../../envs/locked-room/index.ts';
import { act, type Agent, type Failure, type ForecastAsk, type Foretelling } from '../../src/agents/index.ts';
import { gatherForecasts } from '../../src/forecasts/index.ts';
import { planRun, playRun } from '../../src/runs/index.ts';
import { openStore } from '../../src/trajectory/index.ts';

const tasks = lockedRoom.tasks('seen', 5);

/** Plays a command that does nothing, and says the same of every task. */
function prophet(
  forecast: (ask: ForecastAsk) => Foretelling | Failure = ({ of }) => ({
    text: `<meta>hard</meta><forecast>steps 9; wins 0 of ${of}; things: rug</forecast>`,
    tokens: null,
  }),
): Agent & { readonly asked: ForecastAsk[] } {
  const asked: ForecastAsk[] = [];
  return {
    name: 'prophet',
    batching: 'synchronous',
    asked,
    reply: async turns => turns.map(() => act('look around')),
    forecast: async ask => {
      asked.push(ask);
      return forecast(ask);
    },
  };
}

const run = { id: 'r', kind: 'rollout', world: lockedRoom, tasks, seed: 0, maxSteps: 2, remedy: '-' } as const;
const settings = { agent: 'prophet' };

describe('a run with forecasts', () => {
  it('asks for them before it plays, and keeps them with the episodes that they foretell', async () => {
    const store = openStore(':memory:');
    const agent = prophet();
    await playRun(store, planRun(store, { ...run, rollouts: 4, forecasts: 3, settings }), { agent });
    expect(store.trajectories.count().trajectories).toBe(20);
    const forecasts = [...store.forecasts.select()];
    expect(forecasts).toHaveLength(15);
    expect(agent.asked[0]).toMatchObject({ maxSteps: 2, of: 4, commands: lockedRoom.commands });
    expect(new Set(forecasts.map(({ group }) => group))).toEqual(
      new Set(Array.from(store.trajectories.select(), ({ group }) => group)),
    );
    const gathered = gatherForecasts(forecasts);
    for (const trajectory of store.trajectories.select()) gathered.see(trajectory);
    // Nine steps are more than the two that there are: a fault, and the wins are read all the same.
    expect(gathered.figures()).toMatchObject({
      forecasts: 15,
      tasks: 5,
      episodes: 20,
      wellFormed: 0,
      faults: { 'steps out of range': 15 },
      gap: { value: 0 },
    });
    store.close();
  });

  it('tells wins out of eight where each task is played once', async () => {
    const store = openStore(':memory:');
    const agent = prophet();
    await playRun(store, planRun(store, { ...run, rollouts: 1, forecasts: 1, settings }), { agent });
    expect(agent.asked.map(({ of }) => of)).toEqual([8, 8, 8, 8, 8]);
    store.close();
  });

  it('keeps what it was told, and asks again for what it was not', async () => {
    const store = openStore(':memory:');
    let broken = true;
    const once = prophet(({ random }) =>
      broken && random() < 0.5
        ? { error: 'status 500' }
        : { text: '<forecast>steps 1; wins 0 of 8; things: rug</forecast>', tokens: null },
    );
    const plan = () => planRun(store, { ...run, rollouts: 1, forecasts: 4, settings });
    await expect(playRun(store, plan(), { agent: once })).rejects.toThrow(
      /^\d+ forecasts of r could not be had, and nothing was played; .* The first: locked-room:seen:\d+, forecast \d: status 500$/,
    );
    expect(store.runs.get('r')!.status).toBe('failed');
    const kept = store.forecasts.count();
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(20);
    expect(store.trajectories.count().trajectories).toBe(0);
    broken = false;
    once.asked.length = 0;
    await playRun(store, plan(), { agent: once });
    expect(once.asked).toHaveLength(20 - kept);
    expect(store.forecasts.count()).toBe(20);
    expect(store.runs.get('r')!.status).toBe('done');
    store.close();
  });

  it('refuses an agent that says nothing beforehand', async () => {
    const store = openStore(':memory:');
    const { forecast: _, ...silent } = prophet();
    await expect(
      playRun(store, planRun(store, { ...run, rollouts: 1, forecasts: 4, settings }), { agent: silent }),
    ).rejects.toThrow('prophet says nothing of a task before it plays it.');
    store.close();
  });
});
