import type { Layout, TokenChoice, TrajectoryRowOptions } from '../policy/index.ts';
import type { Step } from '../trajectory/index.ts';
import type { ChoiceReader, Choices, World } from '../world/index.ts';

/**
 * What `trajectoryRow` is told of the choices of an episode: any right command is right, where the world's kit knows
 * which are, and what is known to be wrong is made unlikely with a weight. Where the reply is a marked mistake, that is
 * all that is learnt of it.
 */
export function choicesIn(
  trajectory: { readonly initialObservation: string; readonly steps: readonly Step[] },
  layout: Layout,
  { kit }: Pick<World, 'kit'>,
  { anyChoice, refusedWeight }: { readonly anyChoice: boolean; readonly refusedWeight: number },
): Pick<TrajectoryRowOptions, 'choices' | 'unlikelihood'> {
  const steps = stepChoices(trajectory, kit.choices?.());
  return {
    unlikelihood: refusedWeight,
    choices(step, reply) {
      const found = steps[step];
      if (!found) return [];
      const { mistake } = trajectory.steps[step]!;
      return tokenChoices(reply, found, layout, !mistake).flatMap(choice => {
        const told = {
          ...choice,
          right: anyChoice || mistake ? choice.right : [],
          wrong: refusedWeight > 0 ? choice.wrong : [],
        };
        return told.right.length > 0 || told.wrong.length > 0 ? [told] : [];
      });
    },
  };
}

/** What the episode's text says of a step's command and of those that could be given in its place. */
export interface StepChoices {
  readonly command: string;
  /** The world's alternatives; undefined where it knows none. */
  readonly choices: Choices | undefined;
  /** Commands that were refused since the state of the world last changed. */
  readonly refused: readonly string[];
}

/**
 * For each step of an episode what is as right as its command, and what was refused in the state that it is given in. A
 * pure function of what was read: of a step's own answer nothing is used.
 *
 * @param reader of the world's kit; without it only refusals are known
 * @returns null for a step without a command
 */
export function stepChoices(
  { initialObservation, steps }: { readonly initialObservation: string; readonly steps: readonly Step[] },
  reader?: ChoiceReader,
): (StepChoices | null)[] {
  reader?.see(initialObservation);
  const refused = new Set<string>();
  return steps.map(({ command, accepted, observation, stateBefore, stateAfter }) => {
    const found = command === null ? null : { command, choices: reader?.at(command), refused: [...refused] };
    if (command !== null) reader?.see(observation, command);
    if (accepted === false && command !== null) refused.add(command);
    // What was executed and changed nothing (a look) leaves refusals as they are.
    if (accepted === true && (stateBefore === null || stateBefore !== stateAfter)) refused.clear();
    return found;
  });
}

/** A command as tokens, and how many of them decide which command it is: what ends it is none. */
interface Written {
  readonly tokens: readonly number[];
  readonly decides: number;
}

/**
 * Where a reply chooses its command, which tokens are right and which are wrong: at every token of the command, given
 * those before it, as the demonstration wrote them. The choice is made where the reply first says the command whole and
 * means it: at the end of the thought, or else in the action. What only repeats a choice is no choice.
 *
 * @param reply tokens of a reply
 * @param learnt whether the reply is right. Of one that is not only what is wrong about it is told
 * @returns places from 0 in the reply; `right` has the reply's own token where the reply is right
 */
export function tokenChoices(
  reply: readonly number[],
  { command, choices, refused }: StepChoices,
  layout: Layout,
  learnt: boolean,
): TokenChoice[] {
  const action = reply.lastIndexOf(layout.action.begin);
  const write = (text: string, inThought: boolean): Written => {
    const tokens = inThought ? layout.tokenizer.encode(text) : layout.command(text);
    return { tokens, decides: inThought ? tokens.length : tokens.length - 1 };
  };
  const said = lastIndexOf(reply.slice(0, Math.max(action, 0)), write(command, true).tokens);
  const inThought = said >= 0;
  const from = inThought ? said : action + 1;
  const own = write(command, inThought);
  if (action < 0 || own.tokens.some((token, i) => i < own.decides && reply[from + i] !== token)) return [];

  const forms = (texts: readonly string[]): Written[] => texts.map(text => write(text, inThought));
  const never = new Set([...refused, ...(choices?.wrong ?? [])].filter(text => !learnt || text !== command));
  const right = forms((choices?.right ?? []).filter(text => !never.has(text)));
  const open = forms((choices?.all ?? []).filter(text => !never.has(text)));
  const wrong = forms([...never]);
  const listed = new Set(choices?.all);
  const whole = [...never].map(text => !listed.has(text));
  return own.tokens.slice(0, own.decides).flatMap((token, i): TokenChoice[] => {
    const follows = ({ tokens, decides }: Written): boolean =>
      i < decides && own.tokens.slice(0, i).every((before, k) => tokens[k] === before);
    const next = (written: readonly Written[]): number[] => written.filter(follows).map(({ tokens }) => tokens[i]!);
    const good = new Set(learnt ? [token, ...next(right)] : []);
    const possible = new Set(next(open));
    // Of a command that is none of the listed ones no alternative is known: only what completes it is wrong.
    const bad = new Set(
      next(wrong.filter((written, w) => !whole[w] || i === written.decides - 1)).filter(
        each => !possible.has(each) && !good.has(each),
      ),
    );
    return good.size > 1 || bad.size > 0 ? [{ at: i + from, right: [...good], wrong: [...bad] }] : [];
  });
}

function lastIndexOf(tokens: readonly number[], part: readonly number[]): number {
  for (let from = tokens.length - part.length; from >= 0; from--)
    if (part.every((token, i) => tokens[from + i] === token)) return from;
  return -1;
}
