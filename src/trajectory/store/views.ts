import type Database from 'better-sqlite3';
import { identityToStore } from './command-identity.ts';
import { unpackedColumns, unpackedRows } from './packed-format.ts';

/** A column of a view: its type in tables of other programs, and what it says. */
export interface ViewColumn {
  readonly type: 'STRING' | 'INT32' | 'DOUBLE' | 'BOOLEAN';
  readonly says: string;
}

const text = (says: string): ViewColumn => ({ type: 'STRING', says });
const whole = (says: string): ViewColumn => ({ type: 'INT32', says });
const flag = (says: string): ViewColumn => ({ type: 'BOOLEAN', says });
const share = (says: string): ViewColumn => ({ type: 'DOUBLE', says });

const episodeColumns = {
  episode: text('name of the episode'),
  run: text('the run that it belongs to'),
  world: text('the world that it was played in'),
  task: text('name of the task'),
  category: text('kind of the task'),
  split: text('train, seen, unseen or heldOut; null where unknown'),
  agent: text('who played'),
  model: text('version of the policy, or the model; null where unknown'),
  rollout: whole('which episode of the task it is, from 0'),
  iteration: whole('of the training that it was sampled for, from 1; null outside of training'),
} as const;

/** The views of a database for analysts, with their columns in order. */
export const viewColumns = {
  episodes: {
    ...episodeColumns,
    goal: text('what was to be done'),
    steps: whole('how many steps it has'),
    success: flag('the goal was reached; null where no log says'),
    stop_reason: text('why it ended; null where no log says'),
    max_steps: whole('the limit of its run'),
    optimal_steps: whole('steps of a shortest path; null where unknown'),
    initial_observation: text('what was read before the first step'),
  },
  episode_steps: {
    ...episodeColumns,
    step: whole('from 1'),
    tag: text('planning, explore, reflection or monitor; null without one'),
    well_formed: flag('the reply broke no rule; null where it was not judged'),
    command: text('what was sent to the world; null where nothing was'),
    executed: flag('the world carried it out; null where no log says'),
    refusal: text('why it did not'),
    no_op: flag('it was carried out and changed nothing; null without states'),
    exact_repeat: flag('the command was given before in the episode'),
    consecutive_repeat: flag('the command is that of the step before'),
    state_action_repeat: flag('the command was given before in the same state; null without states'),
    observation: text('what the world answered'),
    reply: text('what the agent wrote'),
    thinking: text('what it thought before, where that is kept apart'),
    state_before: text('hash of the state before the step'),
    state_after: text('hash of the state after it'),
  },
  rates: {
    ...episodeColumns,
    success: flag('the goal was reached; null where no log says'),
    steps: whole('how many steps it has'),
    well_formed: share('share of its judged replies that broke no rule'),
    inadmissible: share('share of its steps that the world did not carry out'),
    no_op: share('share of its steps that were carried out and changed nothing'),
    exact_repeat: share('share of its steps with a command that was given before'),
    consecutive_repeat: share('share of its steps with the command of the step before'),
    state_action_repeat: share('share of its steps with a command that was given before in the same state'),
  },
} as const satisfies Record<string, Readonly<Record<string, ViewColumn>>>;

export type ViewName = keyof typeof viewColumns;
export const viewNames = Object.keys(viewColumns) as readonly ViewName[];

const ofEpisode = `t.number, t.id as episode, runs.id as run, tasks.world, tasks.id as task, tasks.category,
    tasks.split, t.agent, t.policy_version as model, t.rollout, t.iteration`;
const joined = 'trajectories t join runs on runs.number = t.run join tasks on tasks.number = t.task';
/** What a command counts as; null is the usual case, in which it is the command itself. */
const identity = 'coalesce(s.command_identity, s.command)';
const before = (same: string) =>
  `s.command is not null and row_number() over (partition by s.trajectory, ${same} order by s.number) > 1`;

/** What a step comes to, from rows `s` of steps: the columns of `episode_steps` that have to be worked out. */
const facts = `case when s.judged = 1 then s.violations = '[]' end as well_formed, s.command,
    case when s.accepted is not null then s.accepted when s.refusal is not null then 0
      when s.command is null and max(s.accepted is not null or s.refusal is not null) over (partition by s.trajectory)
        then 0 end as executed,
    s.refusal,
    case when s.state_before is null or s.state_after is null then null when s.command is null then 0
      when s.accepted is not null then s.accepted = 1 and s.state_before = s.state_after end as no_op,
    ${before(identity)} as exact_repeat,
    s.command is not null and ${identity} is lag(${identity}) over (partition by s.trajectory order by s.number)
      as consecutive_repeat,
    case when min(s.state_before is not null) over (partition by s.trajectory) then
      ${before(`${identity}, s.state_before`)} end as state_action_repeat`;
export const rateColumns = [
  'well_formed',
  'inadmissible',
  'no_op',
  'exact_repeat',
  'consecutive_repeat',
  'state_action_repeat',
] as const;
const means = rateColumns.map(name => `avg(${name === 'inadmissible' ? '1 - executed' : name}) as ${name}`).join(', ');

/** SQL for the rates of one episode, from a query of its steps. */
export const ratesOf = (steps: string): string => `select ${means} from (select ${facts} from (${steps}) s)`;

const episodesView = (create: string): string =>
  `${create} episodes as select ${ofEpisode}, tasks.goal, t.steps, t.success, t.stop_reason, t.max_steps,
    t.optimal_steps, texts.text as initial_observation from ${joined} join texts on texts.number = t.initial_observation;`;

const episodeStepsView = (create: string, steps: string): string =>
  `${create} episode_steps as select ${ofEpisode}, s.number + 1 as step, s.tag, ${facts},
    s.observation, s.reply, s.thinking, s.state_before, s.state_after
    from ${steps} s join trajectories t on t.number = s.trajectory
      join runs on runs.number = t.run join tasks on tasks.number = t.task;`;

const ratesView = (create: string, packed: boolean): string =>
  `${create} rates as select ${ofEpisode}, t.success, t.steps,
    ${rateColumns.map(name => (packed ? `coalesce(r.${name}, p.${name}) as ${name}` : `r.${name}`)).join(', ')}
    from ${joined} ${packed ? 'left join packed_steps p on p.trajectory = t.number' : ''}
      left join (select number, ${means} from episode_steps group by number) r on r.number = t.number;`;

/** The views of a database, which any program can ask: in `episode_steps` they have no packed episodes. */
export const packedViews = ratesView('create view', true);
/** The same before episodes were packed; with `temp` for a reader of such a database, who may not change it. */
export const viewsBefore = (lifetime: '' | 'temp' = ''): string =>
  [
    episodesView(`create ${lifetime} view`),
    ...(lifetime === '' ? [episodeStepsView('create view', 'steps')] : []),
    ratesView(`create ${lifetime} view`, false),
  ].join('\n');

/**
 * What every connection of ours lays over the tables: all steps, packed ones too, and the view `episode_steps` of them.
 * A temporary view hides the one of its name.
 */
export const viewsOfConnection = `
  create temp view all_steps as
    select trajectory, number, ${unpackedColumns.join(', ')} from steps
    union all select p.trajectory, u.number, ${unpackedColumns.map(name => `u.${name}`).join(', ')}
      from packed_steps p left join dictionaries d on d.run = p.dictionary, clew_unpacked(p.steps, coalesce(d.bytes, x'')) u;
  ${episodeStepsView('create temp view', 'all_steps')}`;

/**
 * Lets a connection call in SQL `clew_command_identity`, which bringing an older database up to date needs, and
 * `clew_unpacked(packed, dictionary)`, the rows of packed steps. An empty dictionary is none: null as a parameter of a
 * table finds no rows.
 */
export function withFunctions(db: Database.Database): Database.Database {
  db.function('clew_command_identity', { deterministic: true }, command => identityToStore(command as string | null));
  db.table('clew_unpacked', {
    columns: ['number', ...unpackedColumns],
    parameters: ['packed', 'dictionary'],
    *rows(packed, dictionary) {
      yield* unpackedRows(packed as Buffer, dictionary as Buffer);
    },
  });
  return db;
}
