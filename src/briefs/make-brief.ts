import { itemOf, kindKey, kindsOf, namesKind } from '../steps/index.ts';
import {
  createRandom,
  type Decision,
  type Episode,
  type Expert,
  type Random,
  type TaskRecord,
  type World,
} from '../world/index.ts';
import type { Brief, Unit } from './brief.ts';
import type { Criterion } from './criterion.ts';
import { type KnownOfTask, pathBrief, unnumbered } from './path-brief.ts';

export interface BriefOptions {
  /** Who plays; the world's own text-only player if left out. */
  readonly createPlayer?: ((random: Random) => Expert) | undefined;
  /** The criteria of the task's category. */
  readonly rubric?: readonly Criterion[] | undefined;
}

/** What one subgoal of the player came to. */
interface Served {
  readonly subgoal: string;
  readonly kinds: readonly string[];
  readonly last: Decision;
  /** Some decision for it was a search. */
  readonly searched: boolean;
}

/**
 * The brief of a task, from one play of a player who sees only text and makes no mistake; in a world that has a path by
 * somebody who knows everything (`kit.goldPath`), from that. No endpoint and no judge. Where the world has neither, and
 * no player is given, the brief has no units and no plan.
 *
 * @example
 * import { makeBrief } from 'clew';
 * import household from 'clew/worlds/household';
 *
 * for (const record of household.tasks('train', 3)) console.log(makeBrief(household, record).units);
 */
export function makeBrief(
  world: World,
  record: TaskRecord<unknown>,
  { createPlayer = world.expert, rubric = [] }: BriefOptions = {},
): Brief {
  const goal = world.goal(record.task);
  const told = `${goal}\n${world.start(record).observation}`;
  const path = world.kit.goldPath?.(record);
  const { subjects, ...known } = path ? pathBrief(path, told) : playerBrief(world, record, told, createPlayer);
  const gap = world.kit.gap?.(record.task) ?? null;
  return {
    world: world.name,
    version: world.version,
    task: record.id,
    category: record.category,
    ...known,
    kinds: kindsOfGoal(goal, subjects),
    rubric,
    gap: gap && { kind: gap.kind, matter: gap.matter },
  };
}

function playerBrief(
  world: World,
  record: TaskRecord<unknown>,
  told: string,
  createPlayer: BriefOptions['createPlayer'],
): KnownOfTask {
  const played = createPlayer ? play(world, record, createPlayer(createRandom('brief', record.id))) : undefined;
  const served = played ? subgoalsOf(played.decisions) : [];
  return {
    steps: played?.won ? played.decisions.length : null,
    plan: (played?.decisions[0]?.plan ?? []).map(unnumbered),
    units: unitsOf(served, told),
    verbs: verbsOf(served),
    looks: played?.looks ?? false,
    subjects: served.flatMap(({ kinds }) => kinds),
  };
}

/** Steps after which a player that does not win is not waited for. */
const mostSteps = 200;

function play(world: World, record: TaskRecord<unknown>, player: Expert) {
  const decisions: Decision[] = [];
  let episode: Episode = world.start(record);
  let looks = false;
  player.see(episode.observation);
  while (!episode.done && decisions.length < mostSteps) {
    const decision = player.decide();
    if (!decision) break;
    const event = world.read(decision.command, episode.state);
    episode = episode.step(decision.command);
    if (event && world.look(episode.state, record.task, event)) looks = true;
    player.see(episode.observation, decision.command);
    decisions.push(decision);
  }
  return { decisions, won: episode.success, looks };
}

/** The subgoals in the order in which the player had them first, each once. */
function subgoalsOf(decisions: readonly Decision[]): Served[] {
  const served = new Map<string, Served>();
  for (const decision of decisions) {
    const subgoal = unnumbered(decision.subgoal);
    const searched = decision.searching || (served.get(subgoal)?.searched ?? false);
    served.set(subgoal, { subgoal, kinds: kindsOf(subgoal), last: decision, searched });
  }
  return [...served.values()];
}

function unitsOf(served: readonly Served[], told: string): Unit[] {
  const searched = served.filter(each => each.searched);
  const units = new Map<string, Unit>();
  for (const { subgoal, kinds, last, searched: isSearch } of served) {
    const words = [...new Set([...kinds, kindKey(last.target)])].filter(Boolean);
    // `take tomato` where it was found says no more than the search that found it.
    const saysWhere = searched.some(search => {
      const place = kindKey(search.last.target);
      return (
        words.includes(place) &&
        kinds.every(kind => search.kinds.includes(kind)) &&
        words.every(word => word === place || search.kinds.includes(word))
      );
    });
    const discovered = isSearch || saysWhere;
    const foreseeable = !discovered && words.every(word => namesKind(told, word));
    // One sentence says all units of the same kinds: they are one, the first that can be known beforehand.
    const key = words.toSorted().join(' ');
    const known = units.get(key);
    if (!known || (foreseeable && !known.foreseeable)) units.set(key, { id: subgoal, words, discovered, foreseeable });
  }
  return [...units.values()];
}

/** Searching has no verb of its own, so `find` is carried out by what shows the thing. */
function verbsOf(served: readonly Served[]): Record<string, string[]> {
  const verbs: Record<string, string[]> = {};
  for (const { subgoal, last, searched } of served) {
    const { verb } = itemOf(subgoal);
    const command = itemOf(last.command).verb;
    if (searched || verb === command) continue;
    const known = (verbs[verb] ??= []);
    if (!known.includes(command)) known.push(command);
  }
  return verbs;
}

/** Those of these kinds that the goal names, in its order. */
function kindsOfGoal(goal: string, kinds: readonly string[]): string[] {
  const text = ` ${kindKey(goal)} `;
  return [...new Set(kinds)]
    .map(kind => ({ kind, at: text.indexOf(` ${kind} `) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at || b.kind.length - a.kind.length)
    .map(({ kind }) => kind);
}
