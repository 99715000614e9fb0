import { rateColumns, packedViews, viewsBefore } from './views.ts';

/** `CLEW` in ASCII: what `PRAGMA application_id` says of a database of ours. */
export const applicationId = 0x434c4557;

/**
 * The iteration of a training episode, for databases that do not hold it as a number: there the group is named
 * `ITERATION/TASK`. Null for every other group, however it is named.
 */
const iterationByName = `(select cast(t."group" as integer) from main.runs, main.tasks
    where runs.number = t.run and runs.kind = 'rl' and tasks.number = t.task and cast(t."group" as integer) > 0
      and t."group" = cast(t."group" as integer) || '/' || tasks.id)`;

/**
 * Entry i takes a database from schema i to i + 1. An entry that has been released is never edited: append one, and say
 * in `asCurrent` how a reader sees the databases of before.
 *
 * Opening texts and admissible lists are long and come back in every rollout of a task, so they live once in `texts`.
 * Everything a query may filter by is a column; JSON holds only what is never filtered.
 */
export const migrations: readonly string[] = [
  `
  create table texts (
    number integer primary key,
    hash   blob not null unique,
    text   text not null
  ) strict;

  create table runs (
    number   integer primary key,
    id       text not null unique check (id <> ''),
    kind     text not null check (kind in ('rollout', 'import', 'cold-start', 'pretrain', 'sft', 'rl', 'evaluation')),
    world    text not null,
    config   text not null check (json_valid(config)),
    engine   text,
    machine  text not null check (json_valid(machine)),
    status   text not null default 'running' check (status in ('running', 'done', 'stopped', 'failed')),
    created  text not null,
    finished text
  ) strict;

  create table tasks (
    number        integer primary key,
    world         text not null,
    world_version text not null,
    grammar       text not null,
    id            text not null,
    category      text not null,
    split         text check (split in ('train', 'seen', 'unseen', 'heldOut')),
    goal          text not null
  ) strict;
  create index tasks_by_id on tasks (id);

  create table trajectories (
    number         integer primary key,
    id             text not null unique check (id <> ''),
    run            integer not null references runs,
    task           integer not null references tasks,
    "group"        text not null,
    rollout        integer not null check (rollout >= 0),
    seed           text not null,
    agent          text not null,
    policy_version text,
    max_steps      integer check (max_steps > 0),
    opening        integer not null references texts,
    steps          integer not null check (steps >= 0),
    success        integer check (success in (0, 1)),
    stop_reason    text check (stop_reason in ('success', 'failure', 'step limit', 'gave up', 'cut off', 'error')),
    optimal_steps  integer check (optimal_steps >= 0),
    unique (run, task, "group", rollout)
  ) strict;

  create table steps (
    trajectory   integer not null references trajectories on delete cascade,
    number       integer not null check (number >= 0),
    admissible   integer references texts,
    reply        text not null,
    judged       integer not null check (judged in (0, 1)),
    tag          text check (tag in ('planning', 'explore', 'reflection', 'monitor')),
    thought      text,
    action       text,
    violations   text check (json_valid(violations)),
    command      text,
    accepted     integer check (accepted in (0, 1)),
    refusal      text check (refusal in ('no command', 'unknown command', 'not possible now')),
    observation  text not null,
    state_before text,
    state_after  text,
    inspected    text,
    contents     text,
    needed       integer check (needed in (0, 1)),
    subgoals     text check (json_valid(subgoals)),
    success      integer check (success in (0, 1)),
    mistake      integer not null check (mistake in (0, 1)),
    primary key (trajectory, number)
  ) strict, without rowid;

  create table tokens (
    trajectory        integer not null,
    step              integer not null,
    prompt            blob not null,
    reply             blob not null,
    log_probabilities blob not null,
    primary key (trajectory, step),
    foreign key (trajectory, step) references steps on delete cascade
  ) strict;

  create table scores (
    trajectory integer not null references trajectories on delete cascade,
    method     text not null,
    kind       text not null check (kind in ('reward', 'advantage')),
    part       text not null,
    steps      text not null check (json_valid(steps)),
    primary key (trajectory, method, kind, part)
  ) strict, without rowid;

  create table metrics (
    run       integer not null references runs on delete cascade,
    iteration integer not null,
    phase     text not null,
    data      text not null check (json_valid(data)),
    primary key (run, iteration, phase)
  ) strict, without rowid;

  create table checkpoints (
    run       integer not null references runs on delete cascade,
    iteration integer not null,
    path      text not null,
    sha256    text not null check (length(sha256) = 64),
    bytes     integer not null check (bytes >= 0),
    data      text not null check (json_valid(data)),
    primary key (run, path)
  ) strict, without rowid;
`,
  `
  alter table trajectories add column iteration integer check (iteration > 0);
  update trajectories as t set iteration = ${iterationByName};
`,
  'alter table steps add column thinking text',
  `
  alter table steps add column finish_reason text;
  alter table steps add column prompt_tokens integer check (prompt_tokens >= 0);
  alter table steps add column cached_tokens integer check (cached_tokens >= 0);
  alter table steps add column reply_tokens integer check (reply_tokens >= 0);
  alter table steps add column thinking_tokens integer check (thinking_tokens >= 0);
`,
  'alter table trajectories rename column opening to initial_observation',
  `
  alter table steps add column command_identity text;
  update steps set command_identity = clew_command_identity(command);
  ${viewsBefore()}
`,
  'alter table tasks add column gap text check (json_valid(gap))',
  'alter table trajectories add column outcomes text check (json_valid(outcomes))',
  `
  drop view rates;
  drop view episode_steps;
  drop view episodes;
  alter table trajectories rename column stop_reason to former_stop_reason;
  alter table trajectories add column stop_reason text
    check (stop_reason in ('success', 'failure', 'step limit', 'gave up', 'cut off', 'cut short', 'error'));
  update trajectories set stop_reason = former_stop_reason;
  alter table trajectories drop column former_stop_reason;
  alter table trajectories add column hint text;
  ${viewsBefore()}
  create table forecasts (
    number              integer primary key,
    id                  text not null unique check (id <> ''),
    run                 integer not null references runs,
    task                integer not null references tasks,
    "group"             text not null,
    rollout             integer not null check (rollout >= 0),
    iteration           integer check (iteration > 0),
    seed                text not null,
    agent               text not null,
    policy_version      text,
    max_steps           integer check (max_steps > 0),
    initial_observation integer not null references texts,
    reply               text not null,
    thought             text not null,
    steps               integer check (steps > 0),
    wins                integer check (wins >= 0),
    wins_of             integer not null check (wins_of > 0),
    things              text check (json_valid(things)),
    faults              text not null check (json_valid(faults)),
    prompt              blob,
    tokens              blob,
    log_probabilities   blob
  ) strict;
  create table forecast_scores (
    forecast integer not null references forecasts on delete cascade,
    method   text not null,
    part     text not null,
    value    real not null,
    primary key (forecast, method, part)
  ) strict, without rowid;
`,
  `
  create table dictionaries (
    run   integer primary key references runs,
    bytes blob not null
  ) strict;
  create table packed_steps (
    trajectory        integer primary key references trajectories on delete cascade,
    dictionary        integer references dictionaries,
    steps             blob not null,
    log_probabilities blob not null,
    ${rateColumns.map(name => `${name} real`).join(', ')}
  ) strict;
  create table packed_scores (
    trajectory integer primary key references trajectories on delete cascade,
    scores     blob not null
  ) strict;
  drop view rates;
  ${packedViews}
`,
];

const trajectoriesWithOpening =
  'create temp view trajectories as ' +
  'select t.*, t.opening as initial_observation, null as outcomes, null as hint from main.trajectories as t;';
const trajectoriesWithoutOutcomes =
  'create temp view trajectories as select t.*, null as outcomes, null as hint from main.trajectories as t;';
const withoutIterations = `create temp view trajectories as
  select t.*, t.opening as initial_observation, ${iterationByName} as iteration, null as outcomes, null as hint
  from main.trajectories as t;`;
const served =
  'null as finish_reason, null as prompt_tokens, null as cached_tokens, null as reply_tokens, null as thinking_tokens';
const identified = 'clew_command_identity(s.command) as command_identity';
const stepsUnidentified = `create temp view steps as select s.*, ${identified} from main.steps as s;`;
const stepsUnserved = `create temp view steps as select s.*, ${served}, ${identified} from main.steps as s;`;
const stepsWithoutThinking = `create temp view steps as select s.*, null as thinking, ${served}, ${identified} from main.steps as s;`;
const tasksWithoutGaps = 'create temp view tasks as select t.*, null as gap from main.tasks as t;';
const trajectoriesWithoutHints =
  'create temp view trajectories as select t.*, null as hint from main.trajectories as t;';
/** A reader finds no forecasts: none had been made. */
const withoutForecasts = `create temp view forecasts as select ${[
  'number, id, run, task, "group", rollout, iteration, seed, agent, policy_version, max_steps, initial_observation, reply',
  'thought, steps, wins, wins_of, things, faults, prompt, tokens, log_probabilities',
]
  .join(', ')
  .split(', ')
  .map(column => `null as ${column}`)
  .join(', ')} where 0;
  create temp view forecast_scores as select null as forecast, null as method, null as part, null as value where 0;`;
/** Nor was anything packed. */
const withoutPacked = `create temp view dictionaries as select null as run, null as bytes where 0;
  create temp view packed_steps as select null as trajectory, null as dictionary, null as steps,
    null as log_probabilities where 0;
  create temp view packed_scores as select null as trajectory, null as scores where 0;`;
const views = viewsBefore('temp');

/**
 * For each older schema what a reader, who may not change the file, lays over its tables, so that they look as they do
 * now. A temporary view hides the table of its name.
 */
export const asCurrent: Readonly<Record<number, string>> = {
  1: withoutIterations + stepsWithoutThinking + tasksWithoutGaps + views + withoutForecasts + withoutPacked,
  2: trajectoriesWithOpening + stepsWithoutThinking + tasksWithoutGaps + views + withoutForecasts + withoutPacked,
  3: trajectoriesWithOpening + stepsUnserved + tasksWithoutGaps + views + withoutForecasts + withoutPacked,
  4: trajectoriesWithOpening + stepsUnidentified + tasksWithoutGaps + views + withoutForecasts + withoutPacked,
  5: trajectoriesWithoutOutcomes + stepsUnidentified + tasksWithoutGaps + views + withoutForecasts + withoutPacked,
  6: trajectoriesWithoutOutcomes + tasksWithoutGaps + withoutForecasts + withoutPacked,
  7: trajectoriesWithoutOutcomes + withoutForecasts + withoutPacked,
  8: trajectoriesWithoutHints + withoutForecasts + withoutPacked,
  9: withoutPacked,
};
