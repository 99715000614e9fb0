/** The engine for the official rules: tables, whole numbers and sentences instead of PDDL and a grammar. */
import { type Engine, nothingHappens, type Step } from './engine.ts';
import { goalText } from '../house/goal.ts';
import type { NamedGoal } from '../house/other-goals.ts';
import type { Goal as HouseGoal } from '../house/task.ts';
import { kindOf } from '../room-text/reading.ts';
import { byText, type Command, Commands } from './fast-commands.ts';
import type { Game } from './game.ts';
import { goalOfCategory } from './goal.ts';
import type { KnownRules } from './known-rules.ts';
import { Facts, Objects } from './operators.ts';
import { type FastState, type Scene, sceneOf } from './scene.ts';
import { TextWriter } from './text-writer.ts';

/** The fast engine for a game with these rules, or undefined when its problem is not of the official kind. */
export function fastEngine(game: Game, rules: KnownRules): FastEngine | undefined {
  const scene = sceneOf(game, rules);
  const help = game.grammar.actions.get('help')?.feedback;
  if (!scene || game.goal === undefined) return undefined;
  const helpText =
    help && new TextWriter(game.grammar, game.names, new Objects(game.domain, []), new Facts()).write(help);
  return new FastEngine(scene, rules, new Commands(scene, rules, helpText !== undefined), game.goal, helpText);
}

export class FastEngine implements Engine<FastState> {
  readonly kind = 'fast';
  readonly start: FastState;
  readonly initialObservation: string;
  /** `a mug 1`, by thing. */
  private readonly oneOf: readonly string[];

  constructor(
    readonly scene: Scene,
    private readonly rules: KnownRules,
    readonly commands: Commands,
    /** The task's sentence without the full stop. */
    readonly goal: string,
    private readonly help: string | undefined,
  ) {
    this.start = scene.start;
    this.oneOf = scene.things.map(({ name }) => `a ${name}`);
    const room =
      scene.here[scene.start.at]!.length > 0
        ? this.look(scene.start)
        : `You are in the middle of a room. Looking quickly around you, you see ` +
          `${list(scene.receptacles.map(({ name }) => `a ${name}`))}.`;
    this.initialObservation = `-= Welcome to TextWorld, ALFRED! =-\n\n${room}\n\nYour task is to: ${goal}.`;
  }

  /**
   * The same game with another goal, told in the wording of its own; undefined where nothing of these kinds is in the
   * room.
   */
  withGoal(goal: NamedGoal): FastEngine | undefined {
    const { things, receptacles } = this.scene;
    const ofKind = (kind: string, among: readonly { readonly name: string; readonly type: string }[]) =>
      among.find(({ name }) => kindOf(name) === kind)?.type;
    const object = ofKind(goal.object, things);
    const target = ofKind(goal.target, goal.category === 'look' ? things : receptacles);
    if (object === undefined || target === undefined) return undefined;
    const wording = /^(?:put an? |look at |put two )/.test(this.goal) ? 0 : 1;
    const sentence = goalText({ ...(goal as HouseGoal), wording }).slice(0, -1);
    const scene = { ...this.scene, goal: goalOfCategory(goal.category, object, target) };
    return new FastEngine(scene, this.rules, this.commands, sentence, this.help);
  }

  admissible(state: FastState): string[] {
    const rest = this.elsewhereAside(state).toSorted(byText);
    const leaving = this.commands.leaving[state.at]!;
    const out: string[] = [];
    let i = 0;
    for (; i < rest.length && rest[i]!.text < 'go to '; i++) out.push(rest[i]!.text);
    for (const { text } of leaving) out.push(text);
    for (; i < rest.length; i++) out.push(rest[i]!.text);
    return out;
  }

  /** The admissible commands other than `go to`, in no particular order. */
  private elsewhereAside(state: FastState): Command[] {
    const {
      scene: { receptacles, things, here, fits },
      commands,
    } = this;
    const { held } = state;
    const found = [commands.look, commands.inventory];
    const thing = things[held];
    if (commands.help) found.push(commands.help);
    for (const r of here[state.at]!) {
      const receptacle = receptacles[r]!;
      const open = receptacle.openable && state.opened.includes(r);
      const accessible = open || !receptacle.openable;
      found.push(commands.examine[r]!);
      if (receptacle.openable) found.push(open ? commands.close[r]! : commands.open[r]!);
      for (const t of state.inside[r]!) {
        if (held < 0 && accessible && things[t]!.pickupable) found.push(commands.pair('take', t, r));
        if (things[t]!.toggleable && !found.includes(commands.use[t]!)) found.push(commands.use[t]!);
      }
      if (!thing) continue;
      if (accessible && fits[held * receptacles.length + r]) found.push(commands.pair('put', held, r));
      if (thing.cleanable && receptacle.cleans) found.push(commands.pair('clean', held, r));
      if (thing.heatable && receptacle.heats) found.push(commands.pair('heat', held, r));
      if (thing.coolable && receptacle.cools) found.push(commands.pair('cool', held, r));
    }
    if (thing) found.push(commands.inspect[held]!);
    if (thing?.slices)
      for (const t of state.near[state.at]!) if (things[t]!.sliceable) found.push(commands.slice(t, held));
    return found;
  }

  won(state: FastState): boolean {
    const { goal, receptacles, things, here } = this.scene;
    if (goal.kind === 'look') {
      return (
        things[state.held]?.type === goal.object &&
        state.toggled.length > 0 &&
        here[state.at]!.some(r =>
          state.inside[r]!.some(
            t => things[t]!.type === goal.lamp && things[t]!.toggleable && state.toggled.includes(t),
          ),
        )
      );
    }
    const able =
      goal.made === 'clean'
        ? 'cleanable'
        : goal.made === 'hot'
          ? 'heatable'
          : goal.made === 'cool'
            ? 'coolable'
            : undefined;
    for (let r = 0; r < receptacles.length; r++) {
      if (receptacles[r]!.type !== goal.receptacle) continue;
      let count = 0;
      for (const t of state.inside[r]!) {
        if (things[t]!.type === goal.object && (!able || (things[t]![able] && state[goal.made!].includes(t)))) count++;
      }
      if (count >= goal.count) return true;
    }
    return false;
  }

  step(state: FastState, text: string): Step<FastState> {
    const command = this.commands.read(text) ?? this.commands.read(text.trim());
    if (!command) return { state, observation: nothingHappens, refused: 'unknown command' };
    if (!this.possible(state, command)) return { state, observation: nothingHappens, refused: 'not possible now' };
    const after = this.after(state, command);
    return { state: after, observation: this.answer(after, command) };
  }

  private possible(state: FastState, { verb, thing: t, receptacle: r, knife }: Command): boolean {
    const { receptacles, things, here, fits } = this.scene;
    const receptacle = receptacles[r];
    const thing = things[t];
    const present = receptacle?.location === state.at;
    const open = state.opened.includes(r);
    const accessible = present && (!receptacle.openable || open);
    const held = t >= 0 && state.held === t;
    switch (verb) {
      case 'look':
      case 'inventory':
        return true;
      case 'help':
        return this.help !== undefined;
      case 'go':
        return !present;
      case 'examine':
        return present;
      case 'inspect':
        return held;
      case 'open':
        return present && receptacle.openable && !open;
      case 'close':
        return present && receptacle.openable && open;
      case 'take':
        return accessible && state.held < 0 && thing!.pickupable && state.inside[r]!.includes(t);
      case 'put':
        return held && accessible && fits[t * receptacles.length + r] === 1;
      case 'clean':
        return held && present && receptacle.cleans && thing!.cleanable;
      case 'heat':
        return held && present && receptacle.heats && thing!.heatable;
      case 'cool':
        return held && present && receptacle.cools && thing!.coolable;
      case 'use':
        return thing!.toggleable && here[state.at]!.some(place => state.inside[place]!.includes(t));
      case 'slice':
        return thing!.sliceable && state.held === knife && things[knife]!.slices && state.near[state.at]!.includes(t);
    }
  }

  /** The state after a possible command; the same object when nothing that matters changes. */
  private after(state: FastState, { verb, thing: t, receptacle: r }: Command): FastState {
    const { at } = state;
    const pair = t * this.scene.receptacles.length + r;
    switch (verb) {
      case 'go':
        return { ...state, at: this.scene.receptacles[r]!.location };
      case 'open':
        return { ...state, opened: including(state.opened, r) };
      case 'close':
        return { ...state, opened: excluding(state.opened, r) };
      case 'take':
        return {
          ...state,
          held: t,
          inside: changed(state.inside, r, excluding(state.inside[r]!, t)),
          near: changed(state.near, at, excluding(state.near[at]!, t)),
          parted: including(state.parted, pair),
        };
      case 'put':
        return {
          ...state,
          held: -1,
          inside: changed(state.inside, r, including(state.inside[r]!, t)),
          near: changed(state.near, at, including(state.near[at]!, t)),
          parted: excluding(state.parted, pair),
        };
      case 'clean':
        return state.clean.includes(t) ? state : { ...state, clean: including(state.clean, t) };
      case 'heat':
        return state.hot.includes(t) && !state.cool.includes(t)
          ? state
          : { ...state, hot: including(state.hot, t), cool: excluding(state.cool, t) };
      case 'cool':
        return state.cool.includes(t) && !state.hot.includes(t)
          ? state
          : { ...state, cool: including(state.cool, t), hot: excluding(state.hot, t) };
      case 'use':
        return state.toggled.includes(t) ? state : { ...state, toggled: including(state.toggled, t) };
      case 'slice':
        return state.sliced.includes(t) ? state : { ...state, sliced: including(state.sliced, t) };
      default:
        return state;
    }
  }

  private answer(state: FastState, { verb, thing: t, receptacle: r, knife }: Command): string {
    const { receptacles, things, locations } = this.scene;
    const name = things[t]?.name;
    const place = receptacles[r]?.name;
    switch (verb) {
      case 'look':
        return this.look(state);
      case 'inventory':
        return state.held < 0 ? 'You are not carrying anything.' : `You are carrying: ${this.oneOf[state.held]}.`;
      case 'help':
        return this.help!;
      case 'go':
        return (
          `You arrive at ${this.rules.arrival === 'receptacle' ? place : locations[state.at]}. ` +
          `${this.examine(state, r)}`
        );
      case 'open':
        return `You open the ${place}. ${this.examine(state, r)}`;
      case 'close':
        return `You close the ${place}.`;
      case 'examine':
        return this.examine(state, r);
      case 'inspect':
        return this.inspect(state, t);
      case 'take':
        return `You pick up the ${name} from the ${place}.`;
      case 'put':
        return `You ${this.rules.put.verb} the ${name} ${this.rules.put.preposition} the ${place}.`;
      case 'clean':
      case 'heat':
      case 'cool':
        return `You ${verb} the ${name} using the ${place}.`;
      case 'use':
        return `You turn on the ${name}.`;
      case 'slice':
        return `You sliced the ${name} with the ${things[knife]!.name}.`;
    }
  }

  /** What looking at a receptacle prints. */
  examine(state: FastState, r: number): string {
    const { name, openable } = this.scene.receptacles[r]!;
    if (openable && !state.opened.includes(r)) return `The ${name} is closed.`;
    const contents = this.things(state.inside[r]!);
    return openable ? `The ${name} is open. In it, you see ${contents}.` : `On the ${name}, you see ${contents}.`;
  }

  /**
   * In the middle of the room the original's grammar lists nothing: its query looks for receptacles at the agent's own
   * place.
   */
  private look(state: FastState): string {
    const { here, receptacles } = this.scene;
    const present = here[state.at]!;
    if (present.length === 0) return 'You are in the middle of a room. Looking quickly around you, you see nothing.';
    const beside =
      state.parted.length === 0
        ? []
        : state.near[state.at]!.flatMap(t =>
            present.filter(r => state.parted.includes(t * receptacles.length + r)).map(() => t),
          );
    return (
      `You are facing the ${list(present.map(r => receptacles[r]!.name))}. Next to it, you see ` +
      `${this.things(beside)}.`
    );
  }

  /** What examining a thing in hand prints. Containers never tell more than what was in them at the start. */
  inspect(state: FastState, t: number): string {
    const { name, holds, toggleable, sliceable } = this.scene.things[t]!;
    if (holds) return `This is a normal ${name}. In it, you see ${this.things(holds)}.`;
    const [clean, hot, cool, sliced] = [state.clean, state.hot, state.cool, state.sliced].map(things =>
      things.includes(t),
    );
    const words =
      hot && clean
        ? 'hot and clean'
        : cool && clean
          ? 'cool and clean'
          : clean && sliced
            ? 'clean'
            : hot
              ? 'hot'
              : cool && sliced
                ? 'cool'
                : clean
                  ? 'clean'
                  : cool
                    ? 'cold'
                    : '';
    if (words) return `This is a ${words} ${sliced ? 'sliced ' : ''}${name}.`;
    if (toggleable && state.toggled.includes(t)) return `This ${name} is on.`;
    return sliceable && sliced ? `This is a sliced ${name}.` : `There's nothing special about ${name}.`;
  }

  private things(things: readonly number[]): string {
    return list(things.map(t => this.oneOf[t]!));
  }
}

/** `nothing`, `a`, `a, and b`, `a, b, and c`: always a comma before the last "and". */
function list(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? 'nothing';
  return `${items.slice(0, -1).join(', ')}, and ${items[items.length - 1]}`;
}

function including(numbers: readonly number[], value: number): readonly number[] {
  if (numbers.includes(value)) return numbers;
  const out = [...numbers, value];
  return out.toSorted((a, b) => a - b);
}

function excluding(numbers: readonly number[], value: number): readonly number[] {
  return numbers.includes(value) ? numbers.filter(number => number !== value) : numbers;
}

function changed<T>(items: readonly T[], index: number, value: T): readonly T[] {
  const out = items.slice();
  out[index] = value;
  return out;
}
