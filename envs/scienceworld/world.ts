/** The official ScienceWorld as a Clew world. */
import { ClewError, createWorld, type Look, type World } from 'clew';
import { type AnyActorLogic, fromTransition, type Snapshot } from 'xstate';
import { z } from 'zod';
import { refusal, type Seen, tickLimit } from './environment.ts';
import { goldPaths } from './gold.ts';
import { kit } from './kit.ts';
import { openSimulator } from './open.ts';
import type { Position, Told } from './pool.ts';
import { reachedGoals } from './progress.ts';
import { release } from './release.ts';
import type { Simulator } from './simulator.ts';
import { heldOutTypes, scienceTasks, type ScienceTask, typesFor } from './tasks.ts';

export interface ScienceworldOptions {
  /** The simulator's wheel, its jar or a folder with either; `$SCIENCEWORLD_JAR`, or what `clew scienceworld fetch` fetched, if left out. */
  readonly data?: string | undefined;
  /** The Java to start; that of `$JAVA_HOME`, or `java`, if left out. */
  readonly java?: string | undefined;
  /** The simulator's setting; `easy`, as RLVMR plays it, if left out. */
  readonly simplifications?: string;
  /** Task types that are kept out of training; `rlvmr` stands for RLVMR's ten. They are evaluated on test variations, as `heldOut`. */
  readonly heldOut?: readonly string[] | undefined;
  /** RLVMR's 29 types, or all 30. */
  readonly types?: 'rlvmr' | 'all';
  /** Episodes that can be played side by side; 4 if left out. One takes 12 to 33 MB in the Java process. */
  readonly environments?: number;
  /**
   * What makes two states the same when repetition is judged. `seen`: all that can be read: room, things in hand,
   * subgoals. `felt`: also how warm things in sight are, in steps of 5 °C, so that waiting while something heats is no
   * repetition; it is asked of the simulator after every step.
   */
  readonly key?: 'seen' | 'felt';
}

export interface ScienceContext extends ScienceTask {
  /** The commands that were carried out; the simulator's state follows from them. */
  readonly commands: readonly string[];
  readonly seen: Seen;
}
export type ScienceState = Snapshot<unknown> & { readonly context: ScienceContext };
export interface ScienceEvent {
  readonly type: 'play';
  readonly command: string;
  [slot: string]: string;
}

/** The world, with what it takes to end it before the program ends. */
export interface Scienceworld extends World<ScienceTask, ScienceState, ScienceEvent> {
  readonly simulator: Simulator;
  /** Ends the Java process. It ends by itself when the program does. */
  close(): Promise<void>;
}

/** Longer texts are no commands, and need not be asked about. */
const longestCommand = 1000;

/**
 * The world of the official simulator: `train`, `seen` (its dev variations, RLVMR's L0), `unseen` (its test variations), and `heldOut` when
 * types are held out.
 *
 * @throws MissingDataError, a sentence, when there is no jar or no Java that plays it reproducibly.
 */
export async function scienceworld({
  data,
  java,
  simplifications = 'easy',
  heldOut: names = [],
  types: which = 'rlvmr',
  environments = 4,
  key = 'seen',
}: ScienceworldOptions = {}): Promise<Scienceworld> {
  const types = typesFor(which);
  const heldOut = heldOutTypes(names, types);
  // One more than is played side by side: an episode that begins takes it, and no other one's.
  const simulator = await openSimulator({
    data,
    java,
    environments: environments + 1,
    warmth: key === 'felt',
  });
  const templates = await simulator.ask('templates', { task: 'boil', variation: 0, simplifications });
  const goals = new Map<string, string>();
  const paths = new Map<string, readonly string[]>();

  const position = ({ task, variation }: ScienceTask, commands: readonly string[]): Position => ({
    task,
    variation,
    simplifications,
    commands,
  });
  const after = ({ context }: ScienceState, command: string): Told =>
    simulator.tell(position(context, [...context.commands, command]));
  const opening = (task: ScienceTask): Seen => simulator.tell(position(task, [])).seen!;

  function goalOf(task: ScienceTask): string {
    const name = `${task.task}-${task.variation}`;
    let goal = goals.get(name);
    if (goal === undefined) goals.set(name, (goal = withoutPreface(simulator.tell(position(task, [])).goal)));
    return goal;
  }

  const played = fromTransition(
    (context: ScienceContext, { command }: ScienceEvent): ScienceContext => {
      const { task, variation, commands } = context;
      const { seen } = simulator.tell(position(context, [...commands, command]));
      return seen ? { task, variation, commands: [...commands, command], seen } : context;
    },
    ({ input: { task, variation } }: { input: ScienceTask }): ScienceContext => ({
      task,
      variation,
      commands: [],
      seen: opening({ task, variation }),
    }),
  );
  const logic = {
    ...played,
    transition: (...given: Parameters<typeof played.transition>) => ended(played.transition(...given)),
  } as AnyActorLogic;

  const world = createWorld<ScienceTask, ScienceState, ScienceEvent>({
    name: 'scienceworld',
    version: `${release.version}+${simplifications || 'plain'}`,
    tasks: scienceTasks(types, heldOut),
    logic,
    commands: templates.map(slotted),
    lists: 'approximate',
    parallelEpisodes: environments,
    maxSteps: 30,
    refusal,
    // A final full stop is refused by the simulator, and capitals do not matter to it: it is left to it.
    read(text, state) {
      const command = text.trim();
      if (command.length > longestCommand) return undefined;
      return state.status === 'active' && after(state, command).seen === null ? undefined : event(command);
    },
    render: ({ command }) => command,
    can: (state, { command }) => after(state, command).seen !== null,
    openEnded: () => true,
    admissible: ({ context: { seen } }) =>
      new Map(seen.listed === '' ? [] : seen.listed.split('\n').map(command => [command, event(command)])),
    prepare: async ({ status, context }, command) => {
      const text = command.trim();
      if (status === 'active' && text.length <= longestCommand)
        await simulator.prepare(position(context, [...context.commands, text]));
    },
    goal: goalOf,
    observe: ({ context: { seen } }) => seen.observation,
    success: ({ context: { seen } }) => won(seen),
    reached: ({ context: { seen } }) => reachedGoals(seen.progress),
    outcomes: ({ context: { seen } }) => outcomesOf(seen),
    objects: ({ context: { seen } }) => objectsOf(seen),
    look: ({ context: { seen } }, _, { command }) => lookOf(command, seen),
    key: ({ context: { task, variation, commands } }) => [task, variation, ...commands].join('\n'),
    sameness: ({ status, context: { task, variation, seen } }) =>
      JSON.stringify([
        task,
        variation,
        status,
        seen.look,
        seen.inventory,
        menuOf(seen),
        seen.progress,
        ...(seen.warmth === undefined ? [] : [seen.warmth]),
      ]),
    persist: ({ context: { commands } }) => ({ commands }),
    restore(json, { task, variation }) {
      const { commands } = keptSchema.parse(json);
      const { seen } = simulator.tell(position({ task, variation }, commands));
      if (!seen) throw new ClewError(`The simulator refuses "${commands.at(-1)}", which this episode has carried out.`);
      return ended({
        status: 'active',
        output: undefined,
        error: undefined,
        context: { task, variation, commands, seen },
      });
    },
    kit: {
      ...kit,
      goldPath: goldPaths(({ task, variation }) => simulator.goldPath({ task, variation, simplifications })),
      baselines: {
        ...kit.baselines,
        'gold-path': {
          title: "plays the simulator's own path, which knows everything",
          command({ id, task }, steps) {
            let path = paths.get(id);
            if (!path) paths.set(id, (path = simulator.goldPath({ ...task, simplifications })));
            return path[steps];
          },
        },
      },
    },
  });
  return Object.assign(world, { simulator, close: () => simulator.close() });
}

const keptSchema = z.object({ commands: z.array(z.string()) });

/** The state with its end: won, lost, or out of the simulator's time, which is a limit and no failure. */
function ended<S extends { readonly context: ScienceContext }>(state: S): S & ScienceState {
  const { seen } = state.context;
  const status = !seen.done ? 'active' : won(seen) || seen.score < 0 || seen.ticks <= tickLimit ? 'done' : 'stopped';
  return { ...state, status } as unknown as S & ScienceState;
}

/** Every ordered subgoal is reached. */
function won({ score }: Seen): boolean {
  return score === 100;
}

/**
 * Beside success: the final score; success by RLVMR's released rule, which is "done, with a score above 0", and done includes out of time;
 * whether a focus on the wrong thing ended it; the simulator's clock.
 */
function outcomesOf({ score, done, ticks }: Seen): Readonly<Record<string, number | boolean>> {
  return { score, rlvmrSuccess: done && score > 0, wrongFocus: score < 0, ticks };
}

/** The menu of an ambiguous request, in which nothing but a number is taken; empty where there is none. */
function menuOf({ observation }: Seen): string {
  return observation.startsWith('Ambiguous request:') ? observation : '';
}

/**
 * What a command can be about: all that the simulator says can be looked at, by the names that it tells apart. Its own
 * list of objects has names that are ambiguous.
 */
function objectsOf({ listed }: Seen): string[] {
  const look = 'look at ';
  const names = listed.split('\n').flatMap(command => (command.startsWith(look) ? [command.slice(look.length)] : []));
  return [...new Set(names)].toSorted();
}

function lookOf(command: string, { observation }: Seen): Look | undefined {
  const target = /^(?:look|examine)\s+(?:at\s+|in\s+)?(.+)$/i.exec(command)?.[1];
  return target === undefined ? undefined : { target, contents: observation, needed: false };
}

/** `Your task is to boil water.` as a goal, which whoever shows it calls a task already. */
function withoutPreface(description: string): string {
  return description.trim().replace(/^Your task is to /, '');
}

/** `move OBJ to OBJ` as the templates of Clew are written: `move {object} to {object}`. */
function slotted(template: string): string {
  return template.replaceAll(/\bOBJ\b/g, '{object}');
}

function event(command: string): ScienceEvent {
  return { type: 'play', command };
}
