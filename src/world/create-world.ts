import type { AnyActorLogic, Snapshot } from 'xstate';
import { ClewError } from '../errors.ts';
import { faultOf, PlayedEpisode } from './episode.ts';
import { refuseFormerNames } from './former-names.ts';
import { withGoal } from './goal-line.ts';
import { fromKept, toKept } from './kept-value.ts';
import { bounded, inertScope } from './logic.ts';
import { hash } from './random.ts';
import { stateKey } from './state-key.ts';
import { clip, readTaskId, type Split } from './tasks.ts';
import type { CommandEvent } from './templates.ts';
import type { World, WorldDefinition } from './world.ts';

/** Makes a world from its parts. Authors use `defineWorld`; this is for worlds whose grammar is data. */
export function createWorld<Task, State extends Snapshot<unknown>, Event extends CommandEvent>(
  definition: WorldDefinition<Task, State, Event>,
): World<Task, State, Event> {
  const {
    name,
    version = '1',
    tasks,
    commands,
    subgoals = [],
    refusal = 'Nothing happens.',
    maxSteps = 30,
    key = stateKey,
  } = definition;
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
    throw new ClewError(
      `"${clip(name)}" cannot name a world: a name is lower-case letters, digits and hyphens, such as "locked-room".`,
    );
  refuseFormerNames(name, definition);
  refuseFormerNames(name, definition.kit ?? {});
  refuseFormerNames(name, definition.kit?.codec ?? {});
  const logic = bounded(definition.logic as AnyActorLogic);
  const admissible = new WeakMap<object, ReadonlyMap<string, Event>>();
  const requireSplit = (split: Split) => {
    if (!tasks.splits.includes(split))
      throw new ClewError(`${name} has no split "${split}"; it has ${tasks.splits.join(', ')}.`);
  };

  const world: World<Task, State, Event> = {
    name,
    version,
    logic,
    commands,
    subgoals,
    hasSubgoals: subgoals.length > 0 || definition.reached !== undefined,
    lists: definition.lists ?? 'exact',
    parallelEpisodes: definition.parallelEpisodes ?? Infinity,
    ...(definition.prepare && { prepare: definition.prepare.bind(definition) }),
    refusal,
    maxSteps,
    grammar: hash(commands.join('\n')),
    splits: tasks.splits,
    categories: tasks.categories,
    heldOut: tasks.heldOut,
    expert: definition.expert?.bind(definition),
    kit: definition.kit ?? {},
    optimalSteps: task => definition.optimalSteps?.(task),
    tasks(split, count, from) {
      requireSplit(split);
      return tasks.list(split, count, from);
    },
    task(id) {
      const { split, name: task } = readTaskId(id, name, tasks.splits);
      const record = tasks.get(split, task);
      if (!record) throw new ClewError(`${name} has no task "${clip(id)}".`);
      return record;
    },
    label: task => tasks.label?.(task),
    start(task) {
      const record = typeof task === 'string' ? world.task(task) : task;
      let doing = 'its machine';
      try {
        const state = world.initial(record.task);
        doing = 'its `observe`';
        return new PlayedEpisode(world, record, state, world.observe(state, record.task), 0, undefined);
      } catch (error) {
        throw faultOf({ world, record }, 0, undefined, doing, error);
      }
    },
    restore: json => PlayedEpisode.restore(world, json),
    initial(task) {
      const state = logic.getInitialSnapshot(inertScope, task) as State;
      if (state.status === 'error') throw state.error;
      return state;
    },
    next(state, event) {
      if (state.status !== 'active') return state;
      const after = logic.transition(state, event, inertScope) as State;
      if (after.status === 'error') throw after.error;
      // A `fromTransition` snapshot is a new object even when its context is the old one.
      return !('value' in after) &&
        (after as { context?: unknown }).context === (state as { context?: unknown }).context &&
        after.status === state.status
        ? state
        : after;
    },
    can: (state, event) => state.status === 'active' && definition.can(state, event),
    admissible(state) {
      let found = admissible.get(state);
      if (!found) admissible.set(state, (found = state.status === 'active' ? definition.admissible(state) : new Map()));
      return found;
    },
    read: (text, state) => definition.read(text, state),
    unknownWord: (text, state) => definition.unknownWord?.(text, state),
    render: (event, state) => definition.render(event, state),
    openEnded: event => definition.openEnded?.(event) ?? false,
    exhaustive: definition.exhaustive ?? !definition.openEnded,
    eventTypes: definition.eventTypes,
    goal: task => definition.goal(task),
    observe(state, task, event, before) {
      const said = definition.observe(state, task, event, before);
      // What is no text is the author's fault, which conformance tells.
      return event === undefined && typeof said === 'string' ? withGoal(said, definition.goal(task)) : said;
    },
    success: (state, task) => definition.success(state, task),
    lost: (state, task) =>
      !definition.success(state, task) && (state.status !== 'active' || (definition.losing?.(state, task) ?? false)),
    outcomes: (state, task) => definition.outcomes?.(state, task),
    objects: state => definition.objects?.(state),
    reached: (state, task) =>
      definition.reached?.(state, task) ??
      subgoals.filter(subgoal => subgoal.reached(state, task)).map(subgoal => subgoal.name),
    look: (state, task, event) => definition.look?.(state, task, event),
    key,
    hash: state => hash(definition.sameness?.(state) ?? key(state)),
    persist(state) {
      if (definition.persist) return definition.persist(state);
      const kept = logic.getPersistedSnapshot(state) as { context?: unknown };
      return { ...kept, context: toKept(kept.context) };
    },
    revive(json, task) {
      if (definition.restore) return definition.restore(json, task);
      const kept = json as Snapshot<unknown> & { context?: unknown };
      const whole = { ...kept, context: fromKept(kept.context) };
      return (logic.restoreSnapshot?.(whole, inertScope) ?? whole) as State;
    },
  };
  return world;
}
