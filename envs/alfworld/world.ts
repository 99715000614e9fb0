/** The official ALFWorld games as a Clew world. */
import { ClewError, createWorld, type Split, type TaskRecord, type TaskSource, type World } from 'clew';
import { fromTransition, type Snapshot } from 'xstate';
import { taskIn } from '../room-text/reading.ts';
import { type Data, type DataOptions, type Folder, type GameEntry, openData } from './data.ts';
import { type Engine, nothingHappens } from './engine.ts';
import { type Counted, countPlaces } from './count-places.ts';
import { createExpert } from './expert.ts';
import { FastEngine } from './fast.ts';
import { type Game, readGame } from './game.ts';
import { type Category, categories } from './goal.ts';
import { kit } from './kit.ts';
import { lookOf, subgoals } from './milestones.ts';
import { engineFor, type State } from './play.ts';
import { shortestPlan } from './shortest-plan.ts';
import type { AlfworldTask } from './task.ts';
import { commandTemplates } from './template.ts';

export interface AlfworldOptions extends DataOptions {
  /** Archive or folder with the games; `$ALFWORLD_DATA` if left out. */
  readonly data?: string | undefined;
  /**
   * Categories kept out of training: `['cool', 'two']` is RLVMR's L2. They are evaluated on valid_unseen, as `heldOut`.
   */
  readonly heldOut?: readonly Category[];
  /** Loaded games to keep beside those of the states that are held; 256 if left out. */
  readonly keptGames?: number;
}

export interface AlfworldContext {
  readonly game: string;
  readonly state: State;
}
export type AlfworldState = Snapshot<unknown> & { readonly context: AlfworldContext };
export interface AlfworldEvent {
  readonly type: 'play';
  readonly command: string;
  [slot: string]: string;
}

/** The data set's folder of each split. */
const folderOf: Readonly<Record<Split, Folder>> = {
  train: 'train',
  seen: 'valid_seen',
  unseen: 'valid_unseen',
  heldOut: 'valid_unseen',
};

/** Loaded games to keep; one takes some 300 kB, and loading one again about 2 ms. */
const keptGames = 256;

/**
 * The world of the official games: `train` (3,553 games), `seen` (valid_seen, 140), `unseen` (valid_unseen, 134), and
 * `heldOut` when categories are held out of training. A split's numbers are verified when it is first listed.
 *
 * @throws ClewError or UsageError when there is no data, or it is damaged, mixed or not whole.
 */
export async function alfworld({
  data: path,
  heldOut = [],
  partial,
  keptGames: kept = keptGames,
}: AlfworldOptions = {}): Promise<World<AlfworldTask, AlfworldState, AlfworldEvent>> {
  for (const category of heldOut)
    if (!categories.includes(category))
      throw new ClewError(`ALFWorld has no category "${String(category)}"; it has ${categories.join(', ')}.`);
  const data = await openData(path, partial === undefined ? {} : { partial });
  const engines = new Map<string, Loaded>();
  /**
   * Where more games are played at a time than are kept, each state holds its own, so that a step does not load it
   * again.
   */
  const held = new WeakMap<AlfworldContext, Loaded>();
  let crowded = false;
  const goals = new Map<string, string>();

  function load(game: string): Loaded {
    let loaded = engines.get(game);
    if (loaded) engines.delete(game);
    else loaded = loadGame(data, game);
    engines.set(game, loaded); // the last one used is the last one to go
    if (engines.size > kept) engines.delete(engines.keys().next().value!);
    return loaded;
  }
  function of(context: AlfworldContext): Loaded {
    if (engines.has(context.game)) return load(context.game);
    let loaded = held.get(context);
    if (!loaded) {
      crowded = true;
      held.set(context, (loaded = load(context.game)));
    }
    return loaded;
  }
  const at = ({ context }: AlfworldState) => of(context);
  /** Games with other goals than their files'. */
  const retargeted = new WeakMap<AlfworldTask, Loaded>();
  /** A game with the goal of a task; undefined where the game cannot have it. */
  function aimed(task: AlfworldTask, loaded = load(task.game)): Loaded | undefined {
    if (!task.goal) return loaded;
    const known = retargeted.get(task);
    if (known) return known;
    const engine = loaded.engine instanceof FastEngine ? loaded.engine.withGoal(task.goal) : undefined;
    if (!engine) return undefined;
    const other: Loaded = { engine: engine as Engine<State>, goal: engine.goal };
    retargeted.set(task, other);
    return other;
  }
  function withGoalOf(task: AlfworldTask, loaded?: Loaded): Loaded {
    const found = aimed(task, loaded);
    if (!found) {
      const { category, object, target } = task.goal!;
      throw new ClewError(`${task.game} cannot have the goal ${category} ${object} ${target}: it has no such things.`);
    }
    return found;
  }
  // The table that ships is of all training games. Without those that are held out it is counted anew, in some seconds.
  let counted: Counted | undefined;
  const usual = () =>
    heldOut.length > 0 && data.folders.includes('train') ? (counted ??= countPlaces(data, heldOut)) : undefined;

  const first = data.read(firstGame(data))!;
  return createWorld<AlfworldTask, AlfworldState, AlfworldEvent>({
    name: 'alfworld',
    tasks: {
      ...tasksOf(data, heldOut),
      label(task) {
        const entry = data.game(task.game);
        if (!entry || !aimed(task)) return undefined;
        const category = task.goal?.category ?? entry.category;
        const split = splitsOf(data, heldOut).find(
          each => folderOf[each] === folderIn(task.game) && belongs(each, category, heldOut),
        );
        return split && { split, category };
      },
    },
    logic: fromTransition(
      (context: AlfworldContext, event: AlfworldEvent): AlfworldContext => {
        const loaded = of(context);
        const { state, refused } = loaded.engine.step(context.state, event.command);
        if (refused || state === context.state) return context;
        const after = { game: context.game, state };
        if (crowded) held.set(after, loaded);
        return after;
      },
      ({ input }: { input: AlfworldTask }): AlfworldContext => ({
        game: input.game,
        state: load(input.game).engine.start,
      }),
    ),
    commands: commandTemplates(readGame(first.text, first.file)),
    maxSteps: 30,
    refusal: nothingHappens,
    // Blanks at both ends do not count, as in the original; everything else does, case included.
    read: (text, state) =>
      at(state).engine.step(state.context.state, text).refused === 'unknown command' ? undefined : event(text.trim()),
    render: ({ command }) => command,
    can: (state, { command }) => at(state).engine.step(state.context.state, command).refused === undefined,
    admissible: state =>
      new Map(
        at(state)
          .engine.admissible(state.context.state)
          .map(command => [command, event(command)]),
      ),
    goal(task) {
      if (task.goal) return withGoalOf(task).goal;
      let goal = goals.get(task.game);
      if (goal === undefined) goals.set(task.game, (goal = load(task.game).goal));
      return goal;
    },
    observe: (state, task, event, before) =>
      event && before
        ? at(before).engine.step(before.context.state, event.command).observation
        : withGoalOf(task).engine.initialObservation,
    success: (state, task) => withGoalOf(task, at(state)).engine.won(state.context.state),
    subgoals: subgoals.map(({ name, reached }) => ({
      name,
      reached: (state, task) => {
        const { engine } = withGoalOf(task, at(state));
        return engine instanceof FastEngine && reached(engine.scene, state.context.state as never);
      },
    })),
    look: (state, task, { command }) => {
      const { engine } = withGoalOf(task, at(state));
      return engine instanceof FastEngine ? lookOf(engine, state.context.state as never, command) : undefined;
    },
    expert: () => createExpert(usual()),
    kit,
    optimalSteps(task) {
      const { engine } = withGoalOf(task);
      return engine instanceof FastEngine ? shortestPlan(engine)?.length : undefined;
    },
  });
}

interface Loaded {
  readonly engine: Engine<State>;
  readonly goal: string;
}

function loadGame(data: Data, id: string): Loaded {
  const source = data.read(id);
  if (!source) throw new ClewError(`${data.path} holds no game ${id}.`);
  const game = readGame(source.text, source.file);
  const engine = engineFor(game);
  return { engine, goal: goalOf(game, engine) };
}

function goalOf(game: Game, engine: Engine<State>): string {
  return game.goal ?? taskIn(engine.initialObservation) ?? engine.initialObservation;
}

function firstGame(data: Data): string {
  const folder = data.folders.at(-1);
  if (!folder) throw new ClewError(`${data.path} holds none of the splits train, valid_seen and valid_unseen.`);
  const [game] = data.games(folder);
  if (!game) throw new ClewError(`${data.path} holds no game that counts in ${folder}.`);
  return game.id;
}

function event(command: string): AlfworldEvent {
  return { type: 'play', command };
}

function tasksOf(data: Data, heldOut: readonly Category[]): TaskSource<AlfworldTask> {
  const lists = new Map<Split, readonly TaskRecord<AlfworldTask>[]>();
  return {
    splits: splitsOf(data, heldOut),
    heldOut,
    categories,
    list(split, count, from = 0) {
      let list = lists.get(split);
      if (!list)
        lists.set(
          split,
          (list = data
            .games(folderOf[split])
            .filter(({ category }) => belongs(split, category, heldOut))
            .map(game => record(split, game))),
        );
      return list.slice(from, from + count);
    },
    get(split, name) {
      const game = data.game(`${folderOf[split]}/${name}`);
      return game && belongs(split, game.category, heldOut) ? record(split, game) : undefined;
    },
  };
}

function splitsOf(data: Data, heldOut: readonly Category[]): Split[] {
  return (['train', 'seen', 'unseen', 'heldOut'] as const).filter(
    split => data.folders.includes(folderOf[split]) && (split !== 'heldOut' || heldOut.length > 0),
  );
}

/** Whether games of a category are of a split, if they lie in its folder. */
function belongs(split: Split, category: Category, heldOut: readonly Category[]): boolean {
  return heldOut.includes(category) === (split === 'heldOut');
}

/** `alfworld:seen:TASK/TRIAL` */
function record(split: Split, { id, category }: GameEntry): TaskRecord<AlfworldTask> {
  return { id: `alfworld:${split}:${nameOf(id)}`, split, category, task: { game: id } };
}

function folderIn(id: string): string {
  return id.slice(0, id.indexOf('/'));
}

function nameOf(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}
