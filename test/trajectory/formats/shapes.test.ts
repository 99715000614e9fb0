import { describe, expect, test } from 'vitest';
import { parseReply } from '../../../src/tags/index.ts';
import { readLog, textSource, type ImportOptions, type Imported } from '../../../src/trajectory/index.ts';

// One visit to a pantry as everybody would log it: the cupboard is opened twice, four commands in all.
const start = 'A pantry with a cupboard and a table.\nYour task is to: put the jam on the table.';
const commands = ['open cupboard', 'open cupboard', 'take jam from cupboard', 'put jam on table'];
const answers = ['In it is a jam.', 'It is open already.', 'You have the jam.', 'The jam is on the table.'];
const steps = commands.map((command, t) => ({ command, answer: answers[t]! }));

function read(log: unknown, options: Partial<ImportOptions> = {}): Imported {
  const text = typeof log === 'string' ? log : JSON.stringify(log);
  return readLog(textSource('log.json', text), { parseReply, ...options });
}

const played = ({ trajectories }: Imported) =>
  trajectories.map(({ initialObservation, steps: taken }) => ({
    start: initialObservation,
    commands: taken.map(step => step.command),
    answers: taken.map(step => step.observation),
  }));
const whole = [{ start, commands, answers }];
const user = (content: unknown) => ({ role: 'user', content });
const says = (content: unknown, more: object = {}) => ({ role: 'assistant', content, ...more });
const chat = (
  reply: (command: string, t: number) => object[],
  answer: (text: string, t: number) => object[] = text => [user(text)],
) => ({
  messages: [user(start), ...steps.flatMap((step, t) => [...reply(step.command, t), ...answer(step.answer, t)])],
});
const call = (name: string, input: object, id = 'c') => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(input) },
});

describe('calls of tools', () => {
  test.each([
    [
      'OpenAI, one tool with a thought',
      chat(
        (command, t) => [says(null, { tool_calls: [call('act', { thought: 'Hm.', command }, `c${t}`)] })],
        (content, t) => [{ role: 'tool', tool_call_id: `c${t}`, content }],
      ),
    ],
    [
      'the older function_call',
      chat(
        command => [says(null, { function_call: { name: 'env_step', arguments: JSON.stringify({ input: command }) } })],
        content => [{ role: 'function', name: 'env_step', content }],
      ),
    ],
    [
      'Anthropic blocks',
      chat(
        (command, t) => [
          says([
            { type: 'thinking', thinking: 'Hm.', signature: 'x' },
            { type: 'text', text: 'On I go.' },
            { type: 'tool_use', id: `u${t}`, name: 'act', input: { command } },
          ]),
        ],
        (text, t) => [user([{ type: 'tool_result', tool_use_id: `u${t}`, content: [{ type: 'text', text }] }])],
      ),
    ],
    [
      'Gemini parts',
      {
        contents: [
          { role: 'user', parts: [{ text: start }] },
          ...steps.flatMap(({ command, answer }) => [
            { role: 'model', parts: [{ functionCall: { name: 'act', args: { command } } }] },
            { role: 'user', parts: [{ functionResponse: { name: 'act', response: { output: answer } } }] },
          ]),
        ],
      },
    ],
    [
      'OpenAI responses, items one by one',
      {
        input: [user(start)],
        output: steps.flatMap(({ command, answer }, t) => [
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
          { type: 'function_call', call_id: `c${t}`, name: 'act', arguments: JSON.stringify({ command }) },
          { type: 'function_call_output', call_id: `c${t}`, output: answer },
        ]),
      },
    ],
    [
      'ShareGPT with function_call and observation turns',
      {
        conversations: [
          { from: 'human', value: start },
          ...steps.flatMap(({ command, answer }) => [
            { from: 'function_call', value: JSON.stringify({ name: 'act', arguments: { command } }) },
            { from: 'observation', value: answer },
          ]),
        ],
      },
    ],
  ])('%s', (_, log) => {
    const imported = read(log);
    expect(played(imported)).toEqual(whole);
    expect(imported.understood.commands).toEqual(new Map([['calls', 4]]));
  });

  const one = (...calls: object[]) => ({
    messages: [
      user(start),
      says(null, { tool_calls: calls }),
      ...calls.map(() => ({ role: 'tool', content: 'Well.' })),
    ],
  });
  test.each([
    ['a tool for each verb', call('walk_to', { place: 'crate 1' }), 'walk to crate 1'],
    ['in capitals and humps', call('lookAt', { thing: 'crate 1' }), 'look at crate 1'],
    ['without arguments', call('look_around', {}), 'look around'],
    ['a tool that only passes text on', call('take_action', { text: 'walk to crate 1' }), 'walk to crate 1'],
    ['a verb that is a usual name as well', call('take', { object: 'saw 1' }), 'take saw 1'],
    [
      'several arguments, in any order',
      call('put', { on: 'rack 1', item: 'saw 1' }),
      'put({"item": "saw 1", "on": "rack 1"})',
    ],
    ['a number', call('press', { button: 3 }), 'press 3'],
  ])('%s', (_, made, command) => expect(read(one(made)).trajectories[0]!.steps[0]!.command).toBe(command));

  test('several calls in one message are as many steps, each with its own answer', () => {
    const both = {
      messages: [
        user(start),
        says('At once.', {
          tool_calls: [call('act', { command: 'open cupboard' }, 'a'), call('act', { command: 'look' }, 'b')],
        }),
        { role: 'tool', tool_call_id: 'b', content: 'A pantry.' },
        { role: 'tool', tool_call_id: 'a', content: 'In it is a jam.' },
      ],
    };
    expect(played(read(both))).toEqual([
      { start, commands: ['open cupboard', 'look'], answers: ['In it is a jam.', 'A pantry.'] },
    ]);
  });

  test('several calls without an answer each are refused, and the other episodes can be had', () => {
    const unclear = {
      messages: [
        user(start),
        says(null, { tool_calls: [call('act', { command: 'look' }, 'a'), call('act', { command: 'wait' }, 'b')] }),
        { role: 'tool', content: 'A pantry.' },
        says(null, { tool_calls: [call('act', { command: 'look' }, 'c')] }),
      ],
    };
    const log = [one(call('act', { command: 'look' })), unclear].map(record => `${JSON.stringify(record)}\n`).join('');
    expect(() => read(log)).toThrow(
      /log\.json:2: .*several tool calls, and one of them has no answer \(wait\).*--skip-broken/,
    );
    const { trajectories, skipped } = read(log, { skipBroken: true });
    expect(trajectories).toHaveLength(1);
    expect(skipped).toEqual([expect.stringContaining('log.json:2: ')]);
  });

  test('what is said without a call is no command, and closes the episode when it comes last', () => {
    const log = chat(
      (command, t) => (t === 1 ? [says('Open it again?')] : [says(null, { tool_calls: [call('act', { command })] })]),
      (content, t) => [t === 1 ? user(content) : { role: 'tool', content }],
    );
    const imported = read({ messages: [...log.messages, says('The jam is on the table.')] });
    expect(played(imported)[0]!.commands).toEqual(['open cupboard', null, ...commands.slice(2)]);
    expect(imported.understood.leftOut).toEqual(new Map([['closing messages without a command', 1]]));
  });

  test('a tool that only thinks is no step', () => {
    const log = {
      messages: [
        user(start),
        says(null, { tool_calls: [call('think', { thought: 'Where is it?' }, 'a')] }),
        { role: 'tool', tool_call_id: 'a', content: 'OK' },
        says(null, { tool_calls: [call('act', { command: 'look' }, 'b')] }),
        { role: 'tool', tool_call_id: 'b', content: 'A pantry.' },
      ],
    };
    expect(played(read(log))).toEqual([{ start, commands: ['look'], answers: ['A pantry.'] }]);
  });
});

describe('replies of text', () => {
  test.each([
    ['labels', (command: string) => `Thought: hm.\nAction: ${command}`],
    ['labels in bold', (command: string) => `**Thought:** hm.\n**Action:** ${command}`],
    ['a label on a line of its own', (command: string) => `Thought:\nhm.\n\nAction:\n${command}`],
    ['code marks', (command: string) => `Act: \`${command}\``],
    ['replies that run on', (command: string) => `Action: ${command}\nObservation: In it is a cake.\nAction: eat cake`],
    ['the voice of a person', (command: string) => `Action: ${command}\nHuman: well done`],
    ['LangChain', (command: string) => `Thought: hm.\nAction: act\nAction Input: ${command}`],
    ['LangChain with JSON', (command: string) => `Action: act\nAction Input: {"command": "${command}"}`],
    ['JSON', (command: string) => JSON.stringify({ thought: 'hm.', action: command })],
    ['JSON in a fence', (command: string) => `\`\`\`json\n${JSON.stringify({ action: command })}\n\`\`\``],
    ['thinking, then the command', (command: string) => `<think>Action: dance\nor not</think>\n\n${command}`],
    ['prefilled thinking', (command: string) => `I could <action>dance</action>.\n</think>\n${command}`],
    ['tags after thinking', (command: string) => `<think>x</think><monitor>Hm.</monitor><action>${command}</action>`],
    ['thoughts as commands', (command: string) => `Action: ${command}`],
  ])('%s', (_, reply) => expect(played(read(chat(command => [says(reply(command))])))).toEqual(whole));

  test('a reply without a label among labelled ones has no command', () => {
    const cut = chat((command, t) => [
      says(t === 1 ? 'Think: I could take it, but before that I should' : `Act: ${command}`),
    ]);
    expect(played(read(cut))[0]!.commands).toEqual(['open cupboard', null, ...commands.slice(2)]);
  });

  test('a reply of several lines without a label is refused, until it is said where the command stands', () => {
    const log = chat(command => [says(`I go on.\n${command}`)]);
    expect(() => read(log)).toThrow(/reply 1 has several lines .*--command first-line, last-line, whole/);
    expect(played(read(log, { command: 'last-line' }))).toEqual(whole);
    expect(played(read(log, { command: /on\.\n(.+)/ }))).toEqual(whole);
    expect(played(read(log, { command: 'first-line' }))[0]!.commands).toEqual(commands.map(() => 'I go on.'));
  });

  test('thinking that a message keeps apart is kept apart', () => {
    const log = chat(command => [says(command, { reasoning_content: 'The cupboard.' })]);
    expect(played(read(log))).toEqual(whole);
    expect(read(log).trajectories[0]!.steps[0]).toMatchObject({ reply: 'open cupboard', thinking: 'The cupboard.' });
  });
});

describe('what comes before the task', () => {
  const ask = user('You are in a house. Say a thought and an action.');
  const act = (command: string) => says(`THOUGHT: hm.\nACTION: ${command}`);
  const rest = [user(start), ...steps.flatMap(({ command, answer }) => [act(command), user(answer)])];

  test('instructions and their acknowledgement, as AgentBench and AgentGym have them', () => {
    const log = {
      output: { history: [ask, { role: 'agent', content: "OK. I'll follow your instructions." }, ...rest] },
    };
    const imported = read({ index: 3, ...log, time: { str: 'x' } });
    expect(played(imported)).toEqual(whole);
    expect(imported.trajectories[0]!.task.id).toBe('3');
    expect([...imported.understood.leftOut]).toEqual([['messages of instructions and their acknowledgement', 2]]);
  });

  test('examples by name, and examples before "Here is your task"', () => {
    const example = [
      { role: 'system', name: 'example_user', content: 'A barn.' },
      { role: 'system', name: 'example_assistant', content: 'ACTION: look' },
    ];
    expect(played(read({ messages: [...example, ...rest] }))).toEqual(whole);
    const shown = [user('Here is an example. A barn.'), act('look'), user('Hay.')];
    const task = user(`Here is your task. ${start}`);
    expect(played(read({ messages: [...shown, task, ...rest.slice(1)] }))[0]!.commands).toEqual(commands);
  });

  test('an example that nothing marks is asked about: two tasks in one conversation', () => {
    const example = [user('A barn.\nYour task is to: feed the cow.'), act('look'), user('Hay.')];
    expect(() => read({ messages: [...example, ...rest] })).toThrow(
      /message 4 says another task \("put the jam on the table\."\) than message 1 \("feed the cow\."\)\. Say --preamble 3 /,
    );
    expect(played(read({ messages: [...example, ...rest] }, { preamble: 3 }))).toEqual(whole);
    // A goal that is said again with every answer is the same task.
    const reminded = rest.map(said =>
      said.role === 'user' && said !== rest[0]
        ? user(`${String(said.content)}\nYour task is to: put the jam on the table.`)
        : said,
    );
    expect(played(read({ messages: reminded }))[0]!.commands).toEqual(commands);
  });

  test('how many messages it is can be said, and OK can be a command', () => {
    const log = { messages: [ask, says('Sure'), ...rest] };
    expect(played(read(log, { preamble: 2 }))).toEqual(whole);
    expect(
      played(read({ messages: [user('Press OK.'), says('OK'), user('Pressed.'), says('look')] }))[0]!.commands,
    ).toEqual(['look']);
    expect(
      played(read({ messages: [user('Press OK.'), says('OK'), user('Pressed.'), says('look')] }, { preamble: 0 }))[0]!
        .commands,
    ).toEqual(['OK', 'look']);
  });
});

describe('lists of steps', () => {
  const before = [start, ...answers.slice(0, -1)];

  test('with what was read before and after', () => {
    const log = {
      task: 'jam',
      steps: steps.map(({ command, answer }, t) => ({
        observation: before[t],
        model_response: `Act: ${command}`,
        action_taken: command,
        next_observation: answer,
      })),
      result: 'success',
    };
    const imported = read([log]);
    expect(played(imported)).toEqual(whole);
    expect(imported.trajectories[0]).toMatchObject({ success: true, task: { id: 'jam' } });
    expect(imported.understood.differing).toBe(0);
  });

  test('what was done is kept apart from what was said, and the difference is counted', () => {
    const log = {
      initial_observation: start,
      steps: [{ response: 'Act: dance', action: 'open cupboard', observation: 'In it is a jam.' }],
    };
    const imported = read(log);
    expect(imported.trajectories[0]!.steps[0]).toMatchObject({ reply: 'Act: dance', command: 'open cupboard' });
    expect(imported.understood.differing).toBe(1);
  });

  test.each([
    [
      'observations before, which begin with the task',
      {
        trajectory: steps.map(({ command }, t) => ({ obs: before[t], action: command })),
        final_observation: answers[3],
      },
    ],
    [
      'observations after, with the first beside them',
      { init_obs: start, trajectory: steps.map(({ command, answer }) => ({ obs: answer, action: command })) },
    ],
    [
      'a reset first',
      {
        trajectory: [
          { observation: start },
          ...steps.map(({ command, answer }) => ({ observation: answer, action: command })),
        ],
      },
    ],
    [
      'the last state at the end',
      {
        trajectory: [
          ...steps.map(({ command }, t) => ({ observation: before[t], action: command })),
          { observation: answers[3] },
        ],
      },
    ],
    [
      'LangChain',
      {
        input: start,
        intermediate_steps: steps.map(({ command, answer }) => [
          { tool: 'act', tool_input: command, log: `Action: act\nAction Input: ${command}` },
          answer,
        ]),
        output: 'Done.',
      },
    ],
    [
      'lists of one, from vectorised environments',
      {
        trajectory: steps.map(({ command, answer }, t) => ({
          observation: [before[t]],
          action: [command],
          next_observation: [answer],
        })),
      },
    ],
  ])('%s', (_, log) => expect(played(read(log))).toEqual(whole));

  test('whether an observation came before or after is asked where the log does not show it', () => {
    const log = {
      turns: [
        { obs: 'A pantry.', action: 'look' },
        { obs: 'In it is a jam.', action: 'take jam' },
      ],
    };
    expect(() => read(log)).toThrow(
      'it cannot be told whether "obs" of a step was read before it or is the answer to it. Say --map before=obs or --map after=obs.',
    );
    expect(played(read(log, { map: { before: 'obs' } }))[0]!.answers).toEqual(['In it is a jam.', '']);
    expect(played(read(log, { map: { after: 'obs' } }))[0]!.answers).toEqual(['A pantry.', 'In it is a jam.']);
  });

  test('names of one own are said with a map', () => {
    const log = {
      game: 'jam',
      ok: 1,
      acts: steps.map(({ command, answer }, t) => ({
        saw: before[t],
        heard: answer,
        wrote: `Act: ${command}`,
        did: { verb: command },
      })),
    };
    expect(() => read(log)).toThrow(/none of the formats.*game, ok, acts[^]*--map/);
    const imported = read(log, {
      map: {
        steps: 'acts',
        before: 'saw',
        after: 'heard',
        reply: 'wrote',
        command: 'did.verb',
        task: 'game',
        success: 'ok',
      },
    });
    expect(played(imported)).toEqual(whole);
    expect(imported.trajectories[0]).toMatchObject({ success: true, task: { id: 'jam' } });
  });

  test('what a record says of its episode is kept', () => {
    const facts = {
      agent: 'react',
      model: 'm-8b',
      run: 'night 2',
      category: 'put',
      split: 'eval_out_of_distribution',
      max_steps: 30,
    };
    const [trajectory] = read({
      metadata: facts,
      initial_obs: start,
      steps: [{ action: 'look', obs: 'A pantry.' }],
    }).trajectories;
    expect(trajectory).toMatchObject({
      agent: 'react',
      policyVersion: 'm-8b',
      run: 'night 2',
      maxSteps: 30,
      task: { category: 'put', split: 'unseen' },
    });
    expect(read({ steps: [{ before: '', action: 'look' }], split: 'test' }).understood.leftOut).toEqual(
      new Map([[`splits "test", which are none of Clew's`, 1]]),
    );
  });

  test('and what a file says of all its episodes holds for each', () => {
    const episodes = [{ id: 'e', won: false, initial_obs: start, steps: [{ action: 'look', obs: 'A pantry.' }] }];
    const config = { model: 'm-8b', split: 'valid_seen' };
    const [trajectory] = read({ config, summary: { success: 0.5 }, episodes }).trajectories;
    expect(trajectory).toMatchObject({ policyVersion: 'm-8b', success: false, task: { id: 'e', split: 'seen' } });
  });

  test('states and refusals are what the user says they are', () => {
    const log = {
      initial_obs: start,
      steps: [
        { action: 'open cupboard', obs: 'It is stuck.', world: { cupboard: 'shut' } },
        { action: 'look', obs: 'A pantry.', world: { cupboard: 'shut' } },
        { action: 'open cupboard', obs: 'It opens.', world: { cupboard: 'open' }, next_world: { cupboard: 'open' } },
      ],
    };
    const [{ steps: taken } = { steps: [] }] = read(log, { state: 'world', refusal: /stuck/ }).trajectories;
    expect(taken.map(({ accepted }) => accepted)).toEqual([false, true, true]);
    expect(taken[0]!.stateBefore).toBe(taken[1]!.stateBefore);
    expect(taken[1]!.stateAfter).toBe(taken[2]!.stateBefore);
    expect(taken[2]!.stateAfter).toBe(taken[2]!.stateBefore);
    expect(taken[0]!.stateBefore).not.toBe(taken[2]!.stateBefore);
    expect(read(log).trajectories[0]!.steps[0]).toMatchObject({ accepted: null, stateBefore: null });
  });
});

describe('rows of a step each', () => {
  const rows = (id: string) =>
    steps.map(({ command, answer }, t) => ({
      episode_id: id,
      step: t,
      observation: t === 0 ? start : answers[t - 1],
      action: command,
      next_observation: answer,
    }));
  const lines = (all: readonly object[]) => all.map(row => `${JSON.stringify(row)}\n`).join('');

  test('of episodes one after the other, mixed, and out of order', () => {
    const [a, b] = [rows('a'), rows('b')];
    const mixed = a.flatMap((row, t) => [b[t]!, row]);
    for (const order of [[...a, ...b], mixed, mixed.toReversed()])
      expect(played(read(lines(order)))).toEqual([...whole, ...whole]);
  });

  test('whose steps are numbered by texts, as tables are that went through CSV, or by a field of another name', () => {
    const texts = rows('a').map(({ step, ...row }) => ({ ...row, step: String(step + 8) }));
    expect(played(read(lines(texts.toReversed())))).toEqual(whole);
    const own = rows('a').map(({ step, episode_id: id, ...row }) => ({ ...row, info: { n: step, id } }));
    const map = { step: 'info.n', episode: 'info.id' };
    expect(played(read(lines(own.toReversed()), { map }))).toEqual(whole);
    expect(() => read(lines([...own, { ...own[0], info: { id: 'a' } }]), { map })).toThrow(
      'log.json:5: this row has no number "info.n" (--map step).',
    );
  });

  test('of tasks, or rollouts, that number their episodes anew are of as many episodes', () => {
    const of = (more: object) => rows('0').map(row => ({ ...row, ...more }));
    const [a, b] = [of({ task_id: 'a' }), of({ task_id: 'b' })];
    const two = read(lines([...a, ...b]));
    expect(played(two)).toEqual([...whole, ...whole]);
    expect(two.trajectories.map(({ task }) => task.id)).toEqual(['a', 'b']);
    expect(played(read(lines(a.flatMap((row, t) => [row, b[t]!]))))).toEqual([...whole, ...whole]);
    expect(played(read(lines([...of({ rollout: 0 }), ...of({ rollout: 1 })])))).toEqual([...whole, ...whole]);
    // A part of a task has another name, and the steps go on.
    const parts = rows('0').map((row, t) => ({ ...row, task: t < 2 ? 'find jam' : 'put jam' }));
    expect(played(read(lines(parts)))).toHaveLength(1);
  });

  test('which may be of one episode or of several are refused', () => {
    const again = [...rows('0'), ...rows('0')];
    expect(() => read(lines(again))).toThrow(/log.json:5: step 0 of this episode is there twice, .* --map episode=/);
    const models = rows('0').flatMap(row => [
      { ...row, model: 'm-8b' },
      { ...row, model: 'm-70b' },
    ]);
    expect(() => read(lines(models))).toThrow('log.json:2: step 0 of this episode is there twice');
    expect(read(lines(models), { map: { episode: 'model' } }).trajectories).toHaveLength(2);
    // Two calls in one step.
    const calls = rows('0').map((row, t) => ({ ...row, step: Math.floor(t / 2) }));
    expect(played(read(lines(calls)))).toEqual(whole);
  });

  test("verl-agent's table of a rollout", () => {
    const prompt = (observation: string) =>
      `You are an expert.\nYour current observation is: ${observation}\nYour admissible actions of the current situation are: [ 'look'].\n\nNow it's your turn.`;
    const table = steps.map(({ command }, t) => ({
      rollout_step: t,
      uid: 'jam',
      traj_uid: 'e1',
      active: true,
      reward: 0,
      done: t === 3,
      prompt: prompt(t === 0 ? start : answers[t - 1]!),
      llm_output: `<think>Hm.</think><action>${command}</action>`,
      projected_action: command,
      is_action_valid: true,
      info_json: JSON.stringify({ won: t === 3 }),
    }));
    const imported = read(lines([...table, { ...table[3], rollout_step: 4, active: false }]));
    expect(played(imported)).toEqual([{ ...whole[0], answers: [...answers.slice(0, 3), ''] }]);
    expect(imported.trajectories[0]).toMatchObject({ success: true, task: { id: 'jam' } });
  });
});

describe('rows of prompts and completions', () => {
  const reply = (command: string) => says(`<monitor>On.</monitor><action>${command}</action>`);
  const talk = [user(start), ...steps.flatMap(({ command, answer }) => [reply(command), user(answer)])];

  test('an episode a row, as verifiers has it', () => {
    const imported = read({
      example_id: 4,
      task: 'pantry',
      prompt: talk.slice(0, 1),
      completion: talk.slice(1),
      reward: 1,
    });
    expect(played(imported)).toEqual(whole);
    expect(imported.trajectories[0]).toMatchObject({ success: null, task: { id: 'pantry 4' } });
  });

  test('a step a row, as TRL has it: each prompt goes on from the row before', () => {
    const rows = commands.map((_, t) => ({ prompt: talk.slice(0, 2 * t + 1), completion: [talk[2 * t + 1]] }));
    const log = [...rows, ...rows].map(row => `${JSON.stringify(row)}\n`).join('');
    expect(played(read(log))).toEqual([0, 1].map(() => ({ ...whole[0], answers: [...answers.slice(0, 3), ''] })));
  });

  test('replies in the only prompt may be steps or examples: that is asked', () => {
    const log = { prompt: talk.slice(0, 3), completion: [talk[3]] };
    expect(() => read(log)).toThrow(/holds a reply already.*--preamble 0 for steps, or --preamble N/);
    expect(played(read(log, { preamble: 0 }))[0]!.commands).toEqual(commands.slice(0, 2));
    expect(played(read(log, { preamble: 2 }))[0]!.commands).toEqual(commands.slice(1, 2));
  });
});

describe('traces', () => {
  const message = (role: string, ...parts: object[]) => ({ role, parts });
  const history = [
    message('user', { type: 'text', content: start }),
    ...steps.flatMap(({ command, answer }, t) => [
      message(
        'assistant',
        { type: 'reasoning', content: 'Hm.' },
        { type: 'tool_call', id: `c${t}`, name: 'act', arguments: { command } },
      ),
      message('tool', { type: 'tool_call_response', id: `c${t}`, response: answer }),
    ]),
  ];
  const spans = commands.map((_, t) => ({
    traceId: 'ab',
    startTimeUnixNano: `${1000 + t}`,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm-8b',
      'gen_ai.input.messages': history.slice(0, 2 * t + 1),
      'gen_ai.output.messages': [{ ...history[2 * t + 1], finish_reason: 'tool_call' }],
    },
  }));
  const expected = [{ ...whole[0], answers: [...answers.slice(0, 3), ''] }];

  test('OpenTelemetry spans of one trace are an episode, in whatever order they come', () => {
    const imported = read(
      spans
        .toReversed()
        .map(span => `${JSON.stringify(span)}\n`)
        .join(''),
    );
    expect(played(imported)).toEqual(expected);
    expect(imported.trajectories[0]).toMatchObject({ policyVersion: 'm-8b' });
  });

  test.each([
    [
      'dates, some with a fraction',
      ['2026-01-01T00:00:01Z', '2026-01-01T00:00:01.5Z', '2026-01-01T00:00:02Z', '2026-01-01T00:00:10Z'],
    ],
    [
      'seconds and nanoseconds',
      [
        [9, 900_000_000],
        [10, 5],
        [10, 40],
        [11, 0],
      ],
    ],
    ['nanoseconds', ['999999999', '1000000000', '1700000000000000001', '1700000000000000002']],
  ])('in the order of when they began: %s', (_, times) => {
    const timed = spans.map(({ startTimeUnixNano: _time, ...span }, t) => ({ ...span, startTime: times[t] }));
    for (const order of [timed, timed.toReversed()])
      expect(played(read(order.map(span => `${JSON.stringify(span)}\n`).join('')))).toEqual(expected);
  });

  test('as OTLP exports them, with attributes as a list and messages as text', () => {
    const otlp = spans.map(({ attributes, ...span }) => ({
      ...span,
      attributes: Object.entries(attributes).map(([key, value]) => ({
        key,
        value: { stringValue: typeof value === 'string' ? value : JSON.stringify(value) },
      })),
    }));
    expect(played(read({ resourceSpans: [{ scopeSpans: [{ spans: otlp }] }] }))).toEqual(expected);
  });
});

describe('transcripts', () => {
  const text = steps.map(({ command, answer }) => `> ${command}\n${answer}`).join('\n');

  test('thoughts answered with OK are part of the next reply', () => {
    const imported = read(`${start}\n> think: Jam is kept in cupboards.\nOK.\n${text}\n`);
    expect(played(imported)).toEqual(whole);
    expect([...imported.understood.commands]).toEqual([['bare', 4]]);
    expect(imported.trajectories[0]!.steps[0]!.reply).toBe('think: Jam is kept in cupboards.\nopen cupboard');
  });

  test("Reflexion's log of a trial: examples, several environments, and how each ended", () => {
    const log = ['OK', 'FAIL']
      .map(
        (status, i) =>
          `#####\n\nEnvironment #${i}:\nHere are two examples.\nA barn.\nYour task is to: a.\n> look\nHay.\n\nA house.\nYour task is to: b.\n> look\nStraw.\n\nHere is the task:\n${start}\n${text}\n\nSTATUS: ${status}\n`,
      )
      .join('\n');
    const imported = read(log);
    expect(played(imported)).toEqual([...whole, ...whole]);
    expect(imported.trajectories.map(({ success }) => success)).toEqual([true, false]);
    expect([...imported.understood.leftOut]).toEqual([['steps of examples before "Here is the task"', 4]]);
  });
});

describe('files as they are', () => {
  const record = JSON.stringify({ score: 0, ...chat(command => [says(command)]) });

  test('NaN and Infinity, a byte order mark, CRLF, an array in an object, many lines', () => {
    expect(played(read(record.replace('"score":0', '"score": NaN, "other": -Infinity')))).toEqual(whole);
    expect(played(read(`${record}\r\n${record}\r\n`))).toEqual([...whole, ...whole]);
    expect(played(read(`{"date": "x", "results": [${record}, ${record}]}`))).toEqual([...whole, ...whole]);
    expect(played(read(JSON.stringify(JSON.parse(`[${record}]`), null, 2)))).toEqual(whole);
    expect(played(read(`${JSON.stringify(JSON.parse(record), null, 2)}\n`.repeat(2)))).toEqual([...whole, ...whole]);
    expect(played(read(JSON.stringify((JSON.parse(record) as { messages: unknown }).messages)))).toEqual(whole);
  });

  test('a text that says NaN keeps it', () => {
    const log = `{"score": NaN, "messages": [{"role": "user", "content": "NaN, \\"NaN\\""}, {"role": "assistant", "content": "look"}]}`;
    expect(played(read(log))[0]!.start).toBe('NaN, "NaN"');
  });

  test('pieces may end anywhere', () => {
    const text = `[${record},\n ${record}]`;
    for (const size of [1, 2, 3, 7, 100]) {
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g'))!;
      const { trajectories } = readLog({ file: 'log.json', pieces: () => pieces }, { parseReply });
      expect(trajectories).toHaveLength(2);
    }
  });

  test('an array that is cut off keeps what is whole, on request', () => {
    const { trajectories, skipped } = read(`[${record}, ${record.slice(0, 90)}`, { skipBroken: true });
    expect(trajectories).toHaveLength(1);
    expect(skipped).toEqual([
      expect.stringMatching(/^log\.json:1: this is not JSON .*the file ends in the middle, in record 2/),
    ]);
  });
});
