import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { afterEach, describe, expect, it } from 'vitest';
import { act, randomAgent, type Agent } from '../../src/agents/index.ts';
import { measure } from '../../src/metrics/index.ts';
import { openRemote, playRemote, remoteAddress, type RemoteEnvironment } from '../../src/remote/index.ts';
import type { Trajectory } from '../../src/trajectory/index.ts';
import { household, running, winningWalk, type Running } from '../server/play.ts';

let server: Running | undefined;
let other: Server | undefined;
afterEach(async () => {
  await server?.stop();
  other?.close();
  server = other = undefined;
});

/** Plays, and gives what was stored and what failed. */
async function played(environment: RemoteEnvironment, agent: Agent, seeds: readonly number[], more: object = {}) {
  const trajectories: Trajectory[] = [];
  const failures: string[] = [];
  await playRemote({
    environment,
    seeds,
    agent,
    run: 'remote',
    seed: 0,
    maxSteps: 12,
    showAdmissible: false,
    parallelEpisodes: 4,
    onTrajectory: trajectory => trajectories.push(trajectory),
    onFailure: (task, error) => failures.push(`${task}: ${error}`),
    ...more,
  });
  return { trajectories: trajectories.sort((a, b) => (a.task.id < b.task.id ? -1 : 1)), failures };
}

/** Says what is listed, one after the other. */
const script = (commands: readonly string[]): Agent => ({
  name: 'script',
  batching: 'asynchronous',
  reply: async turns =>
    turns.map(({ past }) => {
      const command = commands[past.length];
      return command === undefined ? { ...act(''), aborted: true } : act(command);
    }),
});

describe('an address of an environment', () => {
  it('names the protocol and the place', () => {
    expect(remoteAddress('openenv:http://127.0.0.1:8000/')).toEqual({ kind: 'openenv', url: 'http://127.0.0.1:8000' });
    expect(remoteAddress('household')).toBeUndefined();
    expect(remoteAddress('./gym.ts')).toBeUndefined();
    expect(() => remoteAddress('openenv:8000')).toThrow('write openenv:http://HOST:PORT');
  });

  it('is told apart from one where nothing answers, or something else does', async () => {
    await expect(openRemote({ kind: 'openenv', url: 'http://127.0.0.1:9' })).rejects.toThrow(
      'http://127.0.0.1:9/schema does not answer',
    );
    server = await running();
    await expect(openRemote({ kind: 'openenv', url: `${server.url}/agentgym` })).rejects.toThrow('status 404');
  });

  it('is told apart from one that breaks off in the middle of an answer', async () => {
    other = createServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{', () => response.destroy());
    });
    await new Promise<void>(resolve => other!.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    await expect(openRemote({ kind: 'openenv', url })).rejects.toThrow(`${url}/schema does not answer`);
  });
});

describe('an environment of another program', () => {
  it('is played over OpenEnv and recorded, with null for what it does not tell', async () => {
    server = await running({ worlds: [household] });
    const environment = await openRemote({ kind: 'openenv', url: server.url });
    expect(environment.name).toBe('household');
    const walk = await winningWalk(household, 'household:train:2');
    const { trajectories, failures } = await played(environment, script(walk), [2], { maxSteps: 50 });
    expect(failures).toEqual([]);
    expect(trajectories[0]).toMatchObject({
      world: 'household',
      task: { id: 'household:seed:2', split: null },
      success: true,
      stopReason: 'success',
    });
    const [step] = trajectories[0]!.steps;
    expect(step).toMatchObject({ command: walk[0], accepted: true, stateBefore: null, subgoals: null });
    expect(step!.admissible).toContain(walk[0]);
  });

  it('over OpenEnv and over AgentGym is the same to a random agent', async () => {
    server = await running({ worlds: [household] });
    const seeds = [0, 1, 2, 3, 4, 5];
    const [one, two] = [
      await played(await openRemote({ kind: 'openenv', url: server.url }), randomAgent(), seeds),
      await played(await openRemote({ kind: 'openenv', url: server.url }), randomAgent(), seeds, {
        parallelEpisodes: 1,
      }),
    ];
    expect(one.trajectories).toEqual(two.trajectories);
    const gym = await openRemote({ kind: 'agentgym', url: `${server.url}/agentgym` });
    const third = await played(gym, randomAgent(), seeds);
    expect(third.trajectories.map(({ initialObservation }) => initialObservation)).toEqual(
      one.trajectories.map(({ initialObservation }) => initialObservation),
    );
    // AgentGym does not say whether a command was carried out.
    expect(third.trajectories.flatMap(({ steps }) => steps).every(({ accepted }) => accepted === null)).toBe(true);
    expect((await server.get('/metadata')).json.sessions.active).toBe(0);
  });

  it('is measured: repetition by commands is known, by states is not, and says why', async () => {
    server = await running({ worlds: [household] });
    const environment = await openRemote({ kind: 'openenv', url: server.url });
    const { trajectories } = await played(environment, script(['look', 'look', 'inventory', 'look']), [0, 1]);
    const measured = JSON.stringify(measure(trajectories));
    expect(measured).toContain('the log has no world states');
    expect(measure(trajectories).episodes).toBe(2);
  });

  it("in Gymnasium's manner needs nothing but /reset and /step", async () => {
    let left = 0;
    other = createServer((request, response) => {
      request.on('data', () => {});
      request.on('end', () => {
        left = request.url === '/reset' ? 3 : left - 1;
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            observation: `${left} to go`,
            reward: left === 0 ? 1 : 0,
            terminated: left === 0,
            truncated: false,
            info: { available_actions: ['wait'], won: left === 0 },
          }),
        );
      });
    });
    await new Promise<void>(resolve => other!.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { trajectories } = await played(await openRemote({ kind: 'gym', url }), randomAgent(), [0, 1], {
      parallelEpisodes: 1,
    });
    expect(trajectories.map(({ success, steps }) => [success, steps.length])).toEqual([
      [true, 3],
      [true, 3],
    ]);
    expect(trajectories[0]!.steps.map(({ observation }) => observation)).toEqual(['2 to go', '1 to go', '0 to go']);
  });

  it('that fails costs the episode in which it does', async () => {
    server = await running({ worlds: [household], limits: { idle: 1 } });
    const environment = await openRemote({ kind: 'agentgym', url: `${server.url}/agentgym` });
    const slow: Agent = {
      name: 'slow',
      batching: 'asynchronous',
      async reply(turns) {
        await new Promise(resolve => setTimeout(resolve, 30));
        return turns.map(() => act('look'));
      },
    };
    const { trajectories, failures } = await played(environment, slow, [0, 1], { parallelEpisodes: 1 });
    expect(trajectories).toEqual([]);
    expect(failures).toHaveLength(2);
    expect(failures[0]).toContain('answers with status 404');
  });

  it('names an answer that is no message, and plays on with the next episode', async () => {
    const answers = ['oops', '[1]', '{"data": {}}', '{"type": "observation"}'];
    const sockets = new WebSocketServer({ noServer: true });
    other = createServer((request, response) => {
      const schema = { action: { required: ['command'] } };
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify(request.url === '/schema' ? schema : {}));
    });
    other.on('upgrade', (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, client =>
        client.on('message', asked => {
          if (!String(asked).includes('close'))
            client.send(answers.shift() ?? '{"type": "observation", "data": {"done": true}}');
        }),
      ),
    );
    await new Promise<void>(resolve => other!.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const environment = await openRemote({ kind: 'openenv', url });
    const { trajectories, failures } = await played(environment, script(['look']), [0, 1, 2, 3], {
      parallelEpisodes: 1,
    });
    expect(failures).toHaveLength(3);
    expect(failures[0]).toContain('answers with what is no message of OpenEnv, {"type": …, "data": {…}}: "oops"');
    expect(trajectories).toHaveLength(1);
  });

  it('has no states for an agent that looks into them', async () => {
    server = await running({ worlds: [household] });
    const environment = await openRemote({ kind: 'openenv', url: server.url });
    const nosy: Agent = {
      name: 'nosy',
      batching: 'asynchronous',
      reply: async turns => turns.map(({ episode }) => act(episode.stateHash)),
    };
    await expect(played(environment, nosy, [0])).rejects.toThrow('has no states to look into');
  });
});
