import type { Decision, Expert } from 'clew';
import { Memory, type Place } from './memory.ts';
import { roomLookUps } from '../room-text/look-ups.ts';
import { becomes } from '../room-text/reading.ts';
import type { Counted } from './count-places.ts';
import * as everyGame from './places.ts';
import { classOf, type Wanted } from './task-sentence.ts';

/**
 * Kinds of receptacle that clean, heat and cool; later ones are tried when there is none of the first, or it refuses.
 */
const tools: Readonly<Record<NonNullable<Wanted['make']>, readonly string[]>> = {
  clean: ['sinkbasin', 'bathtubbasin', 'sink'],
  heat: ['microwave'],
  cool: ['fridge'],
};

/** Counts of a kind that was never seen to hold a thing: not quite none. */
const surprise = 2;

/** How often the expert starts looking into everything again before it gives up. */
const rounds = 3;

/**
 * An expert that knows only what it has read, for the texts of every ALFWorld release and for worlds that print the
 * same sentences. It remembers all it has seen, looks first where such things are usually kept (`places.ts`), opens
 * what is shut, examines what it cannot go to because it is already there, carries a wrong thing back, and copes with
 * commands that were played in place of its own. Its reasons are the words in which pretraining answers questions about
 * the text.
 *
 * @param usual where things are usually kept; counted over all training games if left out.
 */
export function createExpert(usual: Counted = everyGame): Expert {
  const memory = new Memory();
  return {
    see: (observation, command) => memory.see(observation, command),
    decide() {
      const { wanted, at, held, places } = memory;
      const decision = wanted && new Thought(memory, wanted, usual).decide();
      return decision && { ...decision, lookUps: roomLookUps(decision, { at: at?.name, held, places: places.keys() }) };
    },
  };
}

/** One decision, from what is known now. */
class Thought {
  constructor(
    private readonly memory: Memory,
    private readonly wanted: Wanted,
    private readonly usual: Counted,
  ) {}

  decide(): Decision | undefined {
    const {
      memory: { held, unsure },
      wanted,
    } = this;
    if (unsure)
      return {
        command: 'inventory',
        subgoal: 'check the hands',
        target: held ?? 'hands',
        searching: false,
        plan: ['check the hands', ...this.plan()],
        because: 'a command was refused that should have worked',
      };
    if (held === undefined) return this.fetch();
    if (classOf(held) !== wanted.object) return this.putAway(held);
    if (wanted.kind === 'look') return this.light();
    return wanted.make && !this.memory.done.has(`${wanted.make} ${held}`)
      ? this.treat(held, wanted.make)
      : this.place(held);
  }

  /** Goes for a thing that was seen, or looks for one. */
  private fetch(): Decision | undefined {
    const { memory, wanted } = this;
    const seen = this.unplaced().filter(({ name, place }) => !memory.hopeless.has(`take ${name} from ${place.name}`));
    const [best] = seen.toSorted((a, b) => this.distance(a.place) - this.distance(b.place));
    const one = wanted.count === 2 && this.gathered() !== undefined;
    if (!best) return this.search(wanted.object, one ? 'second ' : '');
    return this.act(
      best.place,
      `take ${best.name} from ${best.place.name}`,
      `take ${best.name}`,
      best.name,
      `${one ? `one ${wanted.object} is put, ` : ''}${best.name} is in ${best.place.name}`,
    );
  }

  private treat(object: string, make: NonNullable<Wanted['make']>): Decision | undefined {
    for (const kind of tools[make]) {
      for (const place of this.sorted(this.ofKind(kind))) {
        const command = `${make} ${object} with ${place.name}`;
        if (!this.memory.hopeless.has(command))
          return this.act(place, command, `${make} ${object}`, object, `${object} is in hand`, true);
      }
    }
    return undefined;
  }

  private place(object: string): Decision | undefined {
    const { memory, wanted } = this;
    const gathered = wanted.count === 2 ? this.gathered() : undefined;
    const places = this.sorted(this.targets());
    for (const place of gathered ? [gathered, ...places] : places) {
      const command = this.put(object, place);
      if (!memory.hopeless.has(command))
        return this.act(
          place,
          command,
          `put ${object} in ${place.name}`,
          object,
          gathered === place
            ? `another ${wanted.object} is in ${place.name}`
            : wanted.make
              ? `${object} is ${becomes[wanted.make]}`
              : `${object} is in hand`,
        );
    }
    return undefined;
  }

  private light(): Decision | undefined {
    const { memory, wanted } = this;
    const lamps = this.seenOf(wanted.target).filter(
      ({ name, place }) =>
        !(memory.present(place) && (memory.done.has(`use ${name}`) || memory.hopeless.has(`use ${name}`))),
    );
    const [best] = lamps.toSorted((a, b) => this.distance(a.place) - this.distance(b.place));
    if (!best) return this.search(wanted.target);
    return this.act(
      best.place,
      `use ${best.name}`,
      `use ${best.name}`,
      best.name,
      `${best.name} is in ${best.place.name}`,
      true,
    );
  }

  /** Lays a thing down that is not wanted: here if such things are kept here, else where it came from. */
  private putAway(object: string): Decision | undefined {
    const { memory } = this;
    const origin = memory.origin.get(object);
    const kept = this.usual.holds[classOf(object)] ?? {};
    const usual = this.sorted([...memory.places.values()]).filter(
      place => kept[place.kind] !== undefined && place.shut !== true,
    );
    const here = usual.filter(place => memory.present(place));
    const rest = [...usual].toSorted((a, b) => kept[b.kind]! - kept[a.kind]!);
    for (const place of [
      ...(origin && memory.present(origin) ? [origin] : []),
      ...here,
      ...(origin ? [origin] : []),
      ...rest,
      ...memory.places.values(),
    ]) {
      const command = this.put(object, place);
      if (!memory.hopeless.has(command) && !memory.unfit.has(`${classOf(object)} ${place.kind}`))
        return this.act(place, command, `put ${object} away`, object, `${object} is in hand and is not wanted`);
    }
    return undefined;
  }

  /**
   * Looks where the chance of finding, for the steps that it costs, is best; of places of a kind into the first.
   * `which` one of two is said.
   */
  private search(kind: string, which: 'second ' | '' = ''): Decision | undefined {
    const { memory } = this;
    for (let round = 0; round < 2; round++) {
      const unread = [...memory.places.values()].filter(place => place.contents === undefined && this.reachable(place));
      const [best] = unread
        .map(place => ({ place, worth: this.chance(kind, place) / this.cost(place) }))
        .toSorted((a, b) => b.worth - a.worth || numberOf(a.place) - numberOf(b.place));
      if (best) {
        const { place } = best;
        const subgoal = `find ${which}${kind}`;
        const plan = this.plan();
        const decision = (command: string, because: string): Decision => ({
          command,
          subgoal,
          target: place.name,
          searching: true,
          plan,
          because,
        });
        if (!memory.present(place))
          return decision(`go to ${place.name}`, `no ${kind} has been seen, and ${place.name} not looked into`);
        return place.shut === true
          ? decision(`open ${place.name}`, `${place.name} is closed`)
          : decision(`examine ${place.name}`, `${place.name} is right here`);
      }
      // All has been read and the thing is nowhere: something changed, or was misread. Look again.
      if (++memory.rounds > rounds) return undefined;
      memory.hopeless.clear();
      for (const place of memory.places.values()) place.contents = undefined;
    }
    return undefined;
  }

  private reachable(place: Place): boolean {
    const { memory } = this;
    if (!memory.present(place)) return !memory.hopeless.has(`go to ${place.name}`);
    return !memory.hopeless.has(place.shut === true ? `open ${place.name}` : `examine ${place.name}`);
  }

  /**
   * Goes to a place, opens it if need be, and then does what is to be done there. `through` when a shut door does not
   * matter.
   */
  private act(
    place: Place,
    command: string,
    subgoal: string,
    target: string,
    because: string,
    through = false,
  ): Decision {
    const { memory } = this;
    const plan = [subgoal, ...this.plan().filter((_, i) => i > 0)];
    const rest = { subgoal, searching: false, plan };
    if (!memory.present(place)) return { command: `go to ${place.name}`, target: place.name, because, ...rest };
    if (!through && place.shut === true)
      return { command: `open ${place.name}`, target: place.name, because: `${place.name} is closed`, ...rest };
    const unknown =
      place.shut === undefined &&
      (this.usual.shuts[place.kind] ?? 0) > 0 &&
      !memory.hopeless.has(`examine ${place.name}`);
    if (!through && unknown)
      return {
        command: `examine ${place.name}`,
        target: place.name,
        because: `${place.name} is right here, and may be closed`,
        ...rest,
      };
    return { command, target, because, ...rest };
  }

  private put(object: string, place: Place): string {
    return this.memory.put === 'put' ? `put ${object} in/on ${place.name}` : `move ${object} to ${place.name}`;
  }

  private ofKind(kind: string): Place[] {
    return [...this.memory.places.values()].filter(place => place.kind === kind);
  }

  /** The receptacles that the task names. A basin may be called by its tub. */
  private targets(): Place[] {
    const { target } = this.wanted;
    const exact = this.ofKind(target);
    return exact.length > 0 || !target.endsWith('basin')
      ? exact
      : [...this.memory.places.values()].filter(({ kind }) => kind.endsWith('basin'));
  }

  /** Where one of two wanted things already lies: the receptacle of the task that holds most of them. */
  private gathered(): Place | undefined {
    const count = (place: Place) =>
      (place.contents ?? []).filter(name => classOf(name) === this.wanted.object && name !== this.memory.held).length;
    const [best] = this.targets()
      .filter(place => count(place) > 0)
      .toSorted((a, b) => count(b) - count(a) || this.distance(a) - this.distance(b));
    return best;
  }

  /** Wanted things that were seen and do not lie where they belong, where two belong together. */
  private unplaced(): { name: string; place: Place }[] {
    const placed = this.wanted.count === 2 ? this.gathered() : undefined;
    return this.seenOf(this.wanted.object).filter(({ place }) => place !== placed);
  }

  private seenOf(kind: string): { name: string; place: Place }[] {
    return [...this.memory.places.values()].flatMap(place =>
      (place.contents ?? []).filter(name => classOf(name) === kind).map(name => ({ name, place })),
    );
  }

  /** Steps to stand before a place with its door open, as far as is known. */
  private distance(place: Place): number {
    const door = place.shut === true ? 1 : place.shut === undefined ? (this.usual.shuts[place.kind] ?? 0) / 1000 : 0;
    return (this.memory.present(place) ? 0 : 1) + door;
  }

  private sorted(places: readonly Place[]): Place[] {
    return [...places].toSorted((a, b) => this.distance(a) - this.distance(b));
  }

  /** Of 1,000 such places, how many hold a thing of this kind. */
  private chance(kind: string, place: Place): number {
    return (this.usual.holds[kind]?.[place.kind] ?? 0) + surprise;
  }

  /** Steps to look into a place. */
  private cost(place: Place): number {
    return Math.max(1, this.distance(place));
  }

  /** The subgoals that are left, in words, the next one first. */
  private plan(): string[] {
    const {
      wanted: { kind, object, count, make, target },
      memory: { held, done },
    } = this;
    const inHand = held !== undefined && classOf(held) === object;
    const one = inHand ? held : object;
    const which = count === 2 && this.gathered() ? 'second ' : '';
    const fetch = inHand
      ? []
      : this.unplaced().length > 0
        ? [`take ${object}`]
        : [`find ${which}${object}`, `take ${object}`];
    if (kind === 'look')
      return [...fetch, ...(this.seenOf(target).length > 0 ? [] : [`find ${target}`]), `use ${target}`];
    const second =
      count === 2 && !this.gathered() ? [`find second ${object}`, `take ${object}`, `put ${object} in ${target}`] : [];
    return [
      ...fetch,
      ...(make && !(inHand && done.has(`${make} ${held}`)) ? [`${make} ${one}`] : []),
      `put ${one} in ${target}`,
      ...second,
    ];
  }
}

function numberOf({ kind, name }: Place): number {
  return Number(name.slice(kind.length));
}
