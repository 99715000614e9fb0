import { invented, some } from './probes.ts';
import { createRandom } from './random.ts';
import { canonicalJson } from './state-key.ts';
import { taskIdParts } from './tasks.ts';
import { tell, written } from './told.ts';
import { randomWalk, type Walk } from './walk.ts';
import type { Episode, World } from './world.ts';

/** One promise that every world keeps. `broken` yields a sentence for each way in which the world does not keep it. */
export interface Property {
  readonly name: string;
  broken(): Iterable<string>;
}

export interface ConformanceOptions {
  /** Tasks of each split to walk through; 5 if left out. */
  readonly tasks?: number;
  /** Commands a walk; 25 if left out. */
  readonly steps?: number;
  /** Commands that are tried in each state of a walk, drawn from those that it lists; 60 if left out. For worlds whose steps take long. */
  readonly tried?: number;
  /** What has not been looked at by this time, as `performance.now()` tells it, is left out; nothing if left out. */
  readonly until?: number;
}

/**
 * What every world promises, whatever it is made from. A world whose `lists` are `approximate` promises neither that
 * what it lists is carried out nor that what it does not list is refused: these two are left out. In a test of one's own:
 * `for (const { name, broken } of conformance(world)) it(name, () => expect([...broken()]).toEqual([]))`.
 *
 * @example
 * import { conformance } from 'clew/testing';
 * import world from 'clew/worlds/locked-room';
 *
 * for (const { name, broken } of conformance(world)) console.log(name, [...broken()]);
 */
export function conformance(
  world: World,
  { tasks = 5, steps = 25, tried = 60, until = Infinity }: ConformanceOptions = {},
): Property[] {
  let memory: Walk[] | undefined;
  const all = () =>
    (memory ??= world.splits
      .flatMap(split => world.tasks(split, tasks))
      .map(record => randomWalk(world, record, steps)));
  function* walks(): Iterable<Walk> {
    for (const one of all()) {
      if (performance.now() > until) return;
      yield one;
    }
  }

  const properties: Property[] = [
    {
      name: 'the same task starts in the same way',
      *broken() {
        for (const {
          record,
          history: [first],
        } of walks()) {
          if (tell(world.start(record)) !== tell(first!)) yield `${record.id} starts differently the second time`;
          if (canonicalJson(world.task(record.id)) !== canonicalJson(record))
            yield `${record.id} names another task the second time`;
        }
      },
    },
    {
      name: 'the same commands give the same states and the same words',
      *broken() {
        for (const { record, history, commands } of walks()) {
          let again = world.start(record);
          for (const [i, command] of commands.entries()) {
            again = again.step(command);
            if (tell(again) !== tell(history[i + 1]!)) {
              yield `${record.id}: "${command}" (step ${i + 1}) leads elsewhere, or says something else, the second time`;
              break;
            }
          }
        }
      },
    },
    {
      name: 'an episode can be kept: no command changes the episode that it is given in',
      *broken() {
        for (const { record, history } of walks()) {
          for (const episode of history) {
            const before = written(episode);
            for (const command of some(episode, tried)) {
              try {
                episode.step(command);
              } catch (error) {
                const cause = ((error as Error).cause ?? error) as Error;
                yield (
                  `${record.id}: "${command}" ` +
                  `${cause instanceof TypeError ? 'changes the state that it starts from' : 'fails'} ` +
                  `(${cause.message})`
                );
              }
              if (written(episode) !== before) yield `${record.id}: "${command}" changes the state that it starts from`;
            }
          }
        }
      },
    },
    {
      name: 'an episode can be branched: what happens on one branch is not known on the other',
      *broken() {
        for (const { record, history, commands } of walks()) {
          for (const [i, episode] of history.slice(0, -1).entries()) {
            for (const other of episode.admissible.slice(0, Math.min(5, tried))) episode.step(other);
            if (tell(episode.step(commands[i]!)) !== tell(history[i + 1]!))
              yield `${record.id}: after other branches were tried, "${commands[i]}" leads elsewhere`;
          }
        }
      },
    },
    {
      name: 'episodes do not share anything that changes',
      *broken() {
        const all = [...walks()];
        // All episodes in lock-step, which is how rollouts run them.
        let now = all.map(({ record }) => world.start(record));
        for (let i = 0; i < steps; i++)
          now = now.map((episode, k) =>
            all[k]!.commands[i] === undefined ? episode : episode.step(all[k]!.commands[i]!),
          );
        for (const [k, episode] of now.entries())
          if (tell(episode) !== tell(all[k]!.history.at(-1)!))
            yield `${all[k]!.record.id} ends differently when other episodes are played beside it`;
      },
    },
    {
      name: 'an episode survives JSON',
      *broken() {
        for (const { record, history, commands } of walks()) {
          for (const [i, episode] of history.entries()) {
            const back = world.restore(JSON.parse(JSON.stringify(episode)));
            if (tell(back) !== tell(episode))
              yield `${record.id}: after step ${i} the episode read from its JSON is another one`;
            else if (commands[i] !== undefined && tell(back.step(commands[i])) !== tell(history[i + 1]!))
              yield `${record.id}: after step ${i} the episode read from its JSON goes on differently`;
          }
        }
      },
    },
    {
      name: listedIsAccepted,
      *broken() {
        for (const { record, history } of walks()) {
          for (const episode of history) {
            for (const command of some(episode, tried)) {
              const event = world.admissible(episode.state).get(command);
              const back = world.read(command, episode.state);
              if (canonicalJson(back) !== canonicalJson(event))
                yield `"${command}" was written from ${canonicalJson(event)} and is read as ${canonicalJson(back)}`;
              else if (!world.can(episode.state, event!))
                yield `${record.id}: "${command}" is admissible and is refused`;
            }
          }
        }
      },
    },
    {
      name: unlistedIsRefused,
      *broken() {
        for (const { record, history, commands } of walks()) {
          for (const episode of history) {
            const admissible = new Set(episode.admissible);
            for (const command of new Set(commands)) {
              if (admissible.has(command) || !episode.step(command).last!.accepted) continue;
              // Numbers and texts that no list exhausts are accepted beyond what is listed.
              if (!world.openEnded(world.read(command, episode.state)!))
                yield `${record.id}: "${command}" is accepted in a state in which it is not listed as admissible`;
            }
          }
        }
      },
    },
    {
      name: 'a slot takes only what it lists',
      *broken() {
        for (const { record, history } of walks()) {
          const random = createRandom('slots', record.id);
          for (const episode of random.shuffle(history).slice(0, 4)) {
            for (const command of invented(world, episode, random).slice(0, 20 * tried)) {
              let after: Episode;
              try {
                after = episode.step(command);
              } catch (error) {
                yield `${record.id}: "${command}" fails (${(error as Error).message})`;
                continue;
              }
              if (!after.last!.accepted) continue;
              const event = world.read(command, episode.state)!;
              if (!world.openEnded(event) && !world.admissible(episode.state).has(world.render(event, episode.state)))
                yield (
                  `${record.id}: "${command}" is accepted, but is not listed as admissible: a slot takes a value ` +
                  `that it does not list`
                );
            }
          }
        }
      },
    },
    {
      name: 'a refusal changes nothing but the count of steps',
      *broken() {
        for (const { record, history } of walks()) {
          for (const episode of history) {
            for (const nonsense of ['', 'xyzzy', '{thing}', '__proto__', 'a'.repeat(100_000)]) {
              const after = episode.step(nonsense);
              // Where lists are approximate an answer to a question of the world's may be anything.
              if (after.last!.accepted && world.lists === 'approximate') continue;
              if (after.last!.accepted) yield `${record.id}: "${nonsense.slice(0, 20)}" is accepted`;
              if (after.state !== episode.state || after.steps !== episode.steps + 1)
                yield `${record.id}: a refused command changes the state, or is not counted`;
              if (after.observation !== world.refusal)
                yield (
                  `${record.id}: a refused command is answered by "${after.observation.slice(0, 60)}", not by ` +
                  `"${world.refusal}"`
                );
            }
          }
        }
      },
    },
    {
      name: 'every observation says something, and so does the goal',
      *broken() {
        for (const { record, history } of walks()) {
          if (!history[0]!.goal.trim()) yield `${record.id} has no goal in words`;
          for (const [i, episode] of history.entries())
            if (typeof episode.observation !== 'string' || !episode.observation.trim())
              yield `${record.id}: nothing is said after step ${i}`;
        }
      },
    },
    {
      name: 'an ended episode admits nothing more',
      *broken() {
        for (const { record, history } of walks())
          for (const episode of history)
            if (episode.state.status !== 'active' && episode.admissible.length > 0)
              yield `${record.id}: the machine has ended and still admits "${episode.admissible[0]}"`;
      },
    },
    {
      name: 'a longer list of tasks begins with the shorter one, and no id comes twice',
      *broken() {
        for (const split of world.splits) {
          const longer = world.tasks(split, 2 * tasks + 1).map(({ id }) => id);
          if (new Set(longer).size < longer.length) yield `the tasks of "${split}" have an id twice`;
          for (const count of [1, tasks, 2 * tasks])
            if (String(world.tasks(split, count).map(({ id }) => id)) !== String(longer.slice(0, count)))
              yield `${count} tasks of "${split}" are not the first ${count} of ${longer.length}`;
        }
      },
    },
    {
      name: 'no two splits share a task, and held-out categories are in no other split',
      *broken() {
        const owner = new Map<string, string>();
        for (const split of world.splits) {
          for (const record of world.tasks(split, 20 * tasks)) {
            const whole = canonicalJson(record.task);
            const other = owner.get(whole);
            if (other !== undefined && other !== split)
              yield `the splits "${other}" and "${split}" share the task ${record.id}`;
            owner.set(whole, split);
            const parts = taskIdParts(record.id);
            if (record.split !== split || parts?.split !== split || parts.world !== world.name)
              yield `${record.id} is listed under "${split}"`;
            if ((split === 'heldOut') !== world.heldOut.includes(record.category))
              yield `${record.id} has the category "${record.category}", which does not belong in "${split}"`;
            if (!world.categories.includes(record.category))
              yield `${record.id} has the category "${record.category}", which the world does not list`;
          }
        }
      },
    },
  ];
  const waived = world.lists === 'approximate' ? [listedIsAccepted, unlistedIsRefused] : [];
  return properties.filter(({ name }) => !waived.includes(name));
}

/** The two promises that a world with approximate lists does not make. */
const listedIsAccepted = 'what is admissible is accepted, and is read as the event that it was written from';
const unlistedIsRefused = 'what is not admissible is refused';
