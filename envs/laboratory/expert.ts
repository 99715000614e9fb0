import type { Decision, Expert } from 'clew';
import { type Goal, type Judged, readGoal } from './goal.ts';
import { LabNotes } from './notes.ts';
import { type Box, type Place, stores, type Thing } from './words.ts';

/** Something to do at a place with things in hand, and why. */
interface Act {
  readonly place: Place;
  readonly command: string;
  readonly target: string;
  readonly subgoal: string;
  readonly because: string;
}

/** Fetches what the experiment needs, does one thing after the other, and looks before it judges. It knows what it has read and nothing else. */
export function laboratoryExpert(): Expert {
  const notes = new LabNotes();
  let goal: Goal | undefined;

  function see(text: string, command?: string): void {
    if (command === undefined) goal = readGoal(text);
    notes.see(text, command);
  }

  /** Where the things are that play a part, as far as it is known: `battery in hand`, `key in table`. */
  function whereabouts(current: Goal): string[] {
    return wantedNow(current).flatMap(thing => {
      if (notes.isHeld(thing)) return [`${thing} in hand`];
      if (thing === 'battery' && notes.battery) return ['battery in circuit'];
      if (notes.pot?.seed === thing) return [`${thing} in pot`];
      const place = notes.placeOf(thing);
      return place === undefined ? [] : [`${thing} in ${place}`];
    });
  }

  /** What the experiment needs from here on: what has been found out needs no instrument any more. */
  function wantedNow(current: Goal): readonly Thing[] {
    if (current.kind === 'mix') return paintsOf(mixesLeft(current));
    return isJudged(current) && box(current) ? [current.target] : partsOf(current);
  }

  /** What is still to be held before the experiment can go on. */
  function toFetch(current: Goal): Thing[] {
    return wantedNow(current).filter(thing => !isReady(current, thing));
  }

  /** Whether a thing is where the experiment wants it, or is made by the experiment itself. */
  function isReady(current: Goal, thing: Thing): boolean {
    const { kind, target } = current;
    if (notes.isHeld(thing) || notes.pot?.seed === thing) return true;
    if (thing === 'battery') return notes.battery;
    if (kind === 'mix') return current.mixes.some(({ makes }) => makes === thing);
    if (thing !== target) return false;
    const place = notes.placeOf(target);
    if (kind === 'melting point') return place === 'stove' && !notes.degrees.has(target);
    return kind === 'freeze' ? place === 'freezer' : (kind === 'boil' || kind === 'melt') && place === 'stove';
  }

  function mixesLeft({ mixes }: Goal & { kind: 'mix' }) {
    const from = mixes.findLastIndex(({ makes }) => notes.isHeld(makes)) + 1;
    return mixes.slice(from);
  }

  /** The box that the findings name. */
  function box(current: Judged): [Box, string] | undefined {
    const { target } = current;
    if (current.kind === 'conduct') {
      const conducts = notes.conducts.get(target);
      if (conducts === undefined) return undefined;
      return [conducts ? 'red box' : 'blue box', `${target} ${conducts ? 'conducts' : 'does not conduct'}`];
    }
    const degrees = notes.degrees.get(target);
    if (degrees === undefined) return undefined;
    return [degrees > current.limit ? 'red box' : 'blue box', `${target} has ${degrees} degrees`];
  }

  /** What to do with everything in hand. */
  function experiment(current: Goal): Act {
    const { kind, target } = current;
    const act = (place: Place, command: string, subgoal: string, because: string, on: string = target): Act => ({
      place,
      command,
      subgoal,
      because,
      target: on,
    });
    const stands = (place: Place) => notes.placeOf(target) === place;
    const putDown = (place: Place) =>
      act(place, `put the ${target} down`, `bring ${target} to ${place}`, `${target} in hand`);
    const heat = (because: string): Act => {
      if (!stands('stove')) return putDown('stove');
      return notes.hot
        ? act('stove', 'wait', `heat ${target}`, because)
        : act('stove', 'switch on the stove', 'switch on stove', 'the plate is cold', 'stove');
    };
    const phase = notes.phase.get(target);
    switch (kind) {
      case 'boil':
      case 'melt':
        return heat(`${target} is ${phase}`);
      case 'freeze':
        return stands('freezer')
          ? act('freezer', 'wait', `cool ${target}`, `${target} is ${phase}`)
          : putDown('freezer');
      case 'grow':
        if (!notes.full) return act('sink', 'fill the can', 'fill can', 'can is empty', 'can');
        if (notes.pot?.seed !== target)
          return act('greenhouse', `plant the ${target}`, `plant ${target}`, 'can is full');
        return notes.pot.wet
          ? act('greenhouse', 'wait', `grow ${target}`, `${target} is wet`)
          : act('greenhouse', `water the ${target}`, `water ${target}`, `${target} is dry`);
      case 'mix': {
        const { paint, into, makes } = mixesLeft(current)[0]!;
        return act('bench', `mix the ${paint} into the ${into}`, `make ${makes}`, `${into} in hand`, makes);
      }
      case 'measure':
      case 'melting point':
      case 'conduct': {
        const found = box(current as Judged);
        if (found) {
          const [place, because] = found;
          return act(place, `put the ${target} down`, `put ${target} in ${place}`, because);
        }
        if (kind === 'conduct')
          return notes.battery
            ? act('bench', `connect the ${target}`, `test ${target}`, `${target} in hand`)
            : act('bench', 'connect the battery', 'connect battery', 'battery in hand', 'battery');
        if (kind === 'melting point' && (phase !== 'liquid' || !stands('stove')))
          return heat(phase === undefined ? `${target} in hand` : `${target} is ${phase}`);
        const where = kind === 'melting point' ? 'stove' : (notes.at ?? 'bench');
        return act(where, `measure the ${target}`, `measure ${target}`, `${target} in hand`);
      }
    }
  }

  /** The subgoals from here to the end. */
  function planFrom(current: Goal, first: string): string[] {
    const fetch = toFetch(current);
    const unseen = fetch.filter(thing => notes.placeOf(thing) === undefined);
    const { target, kind } = current;
    const found = isJudged(current) ? box(current) : undefined;
    const rest = [
      ...(unseen.length > 0 ? [`find ${unseen.join(' or ')}`] : []),
      ...fetch.map(thing => `take ${thing}`),
      ...(kind === 'boil' || kind === 'melt' || (kind === 'melting point' && !found) ? [`heat ${target}`] : []),
      ...(kind === 'freeze' ? [`cool ${target}`] : []),
      ...(kind === 'grow' ? [...(notes.full ? [] : ['fill can']), `grow ${target}`] : []),
      ...(current.kind === 'mix' ? mixesLeft(current).map(({ makes }) => `make ${makes}`) : []),
      ...(isJudged(current) && !found ? [kind === 'conduct' ? `test ${target}` : `measure ${target}`] : []),
      ...(isJudged(current) ? [`put ${target} in ${found?.[0] ?? 'box'}`] : []),
    ];
    return [first, ...rest.filter(step => step !== first)];
  }

  function decide(): Decision | undefined {
    const current = goal;
    if (current === undefined) return undefined;
    const next = (command: string, target: string, subgoal: string, because: string, searching = false): Decision => ({
      command,
      target,
      subgoal,
      ...(wantedNow(current).length > 1 && { known: whereabouts(current) }),
      because,
      searching,
      plan: planFrom(current, subgoal),
    });
    /** Goes there, opens it, and does what is to be done there. */
    const at = ({ place, command, target, subgoal, because }: Act): Decision =>
      notes.at !== place
        ? next(`go to the ${place}`, place, subgoal, because)
        : notes.shut.has(place)
          ? next(`open the ${place}`, place, subgoal, `${place} is shut`)
          : next(command, target, subgoal, because);

    const fetch = toFetch(current);
    if (fetch.length === 0) return at(experiment(current));
    const useless = notes.held.find(thing => !isWanted(current, thing));
    if (useless !== undefined) {
      const place = notes.at === undefined || notes.at.endsWith('box') ? 'table' : notes.at;
      return at({
        place,
        command: `put the ${useless} down`,
        target: useless,
        subgoal: `put ${useless} away`,
        because: `${useless} in hand and not wanted`,
      });
    }
    const lying = fetch.flatMap(thing => {
      const place = notes.placeOf(thing);
      return place === undefined ? [] : [{ thing, place }];
    });
    const found = lying.find(({ place }) => place === notes.at) ?? lying[0];
    if (found)
      return at({
        place: found.place,
        command: `take the ${found.thing}`,
        target: found.thing,
        subgoal: `take ${found.thing}`,
        because: `${found.thing} in ${found.place}`,
      });
    const subgoal = `find ${fetch.join(' or ')}`;
    if (notes.at !== undefined && notes.shut.has(notes.at))
      return next(`open the ${notes.at}`, notes.at, subgoal, `${notes.at} is shut`, true);
    const unseen = stores.find(each => !notes.holds.has(each));
    return unseen && next(`go to the ${unseen}`, unseen, subgoal, `${unseen} has not been looked into`, true);
  }

  return { see, decide };
}

function isJudged(goal: Goal): goal is Judged {
  return goal.kind === 'measure' || goal.kind === 'melting point' || goal.kind === 'conduct';
}

/** Whether a thing plays a part in the experiment. */
function isWanted(goal: Goal, thing: Thing): boolean {
  return partsOf(goal).includes(thing) || (goal.kind === 'mix' && goal.mixes.some(({ makes }) => makes === thing));
}

/** Everything that an experiment is made with. */
function partsOf(goal: Goal): readonly Thing[] {
  const { target } = goal;
  switch (goal.kind) {
    case 'measure':
    case 'melting point':
      return ['thermometer', target];
    case 'conduct':
      return ['battery', target];
    case 'grow':
      return ['can', target];
    case 'mix':
      return paintsOf(goal.mixes);
    default:
      return [target];
  }
}

function paintsOf(mixes: (Goal & { kind: 'mix' })['mixes']): readonly Thing[] {
  return [...new Set(mixes.flatMap(({ paint, into }): Thing[] => [paint, into]))];
}
