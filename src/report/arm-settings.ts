import { z } from 'zod';
import { canonicalJson } from '../world/index.ts';
import { type Training, trainingsBehind } from './trainings.ts';

/** A setting in which the trainings of two arms differ, as text: `format cost`, `0`, `0.5`. */
export interface SettingApart {
  readonly setting: string;
  readonly a: string;
  readonly b: string;
}

const termSchema = z.looseObject({ name: z.string(), weight: z.number() });

/** What a training run keeps of its settings, with presets resolved. */
const trainingConfig = z.looseObject({
  recipe: z.record(z.string(), z.unknown()),
  advantages: z.looseObject({ name: z.string(), terms: z.array(termSchema), keep: z.string().optional() }),
  objective: z.looseObject({ name: z.string().optional() }),
  start: z.looseObject({ policy: z.string() }).optional(),
  demonstrations: z.string().optional(),
});

interface Setting {
  /** Equal settings, equal text. */
  readonly value: string;
  readonly shown: string;
}
type Settings = ReadonlyMap<string, Setting>;

/**
 * In which settings the trainings differ that two arms of a world have behind them, in the order in which they are
 * named to a reader. Null where either is not known: an arm without a training run, or with those of another program.
 */
export function settingsApart(
  trainings: readonly Training[],
  a: string,
  b: string,
  world: string,
): SettingApart[] | null {
  const [left, right] = [a, b].map(arm => armSettings(trainings, arm, world));
  if (!left || !right) return null;
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((setting): SettingApart[] => {
    const [mine, theirs] = [left.get(setting), right.get(setting)];
    return mine?.value === theirs?.value ? [] : [{ setting, a: mine?.shown ?? 'none', b: theirs?.shown ?? 'none' }];
  });
}

/** The settings that decide what an arm learns. Its seeds have the same. */
function armSettings(trainings: readonly Training[], arm: string, world: string): Settings | undefined {
  for (const { run } of trainingsBehind(trainings, arm, world)) {
    const config = trainingConfig.safeParse(run.config);
    if (config.success) return settingsIn(config.data);
  }
  return undefined;
}

function settingsIn({
  recipe,
  advantages,
  objective,
  start,
  demonstrations,
}: z.infer<typeof trainingConfig>): Settings {
  const { alarms: _, advantages: written, objective: _objective, ...rest } = recipe;
  const { terms, keep = 'all', name, ...others } = advantages;
  const isFormat = (term: z.infer<typeof termSchema>): boolean => term.name === 'format';
  const settings: [string, Setting][] = [
    [
      'advantages',
      {
        value: canonicalJson({ ...others, terms: terms.filter(term => !isFormat(term)) }),
        shown: shownAs(written, name),
      },
    ],
    ['format cost', plain(terms.filter(isFormat).reduce((sum, { weight }) => sum + weight, 0))],
    ['groups kept', plain(keep)],
    ['objective', { value: canonicalJson(objective), shown: shownAs(recipe.objective, objective.name ?? 'its own') }],
    ...Object.entries(rest).map(([setting, value]): [string, Setting] => [setting, plain(value)]),
    ['policy that it begins with', plain(start?.policy)],
    ['demonstrations', plain(demonstrations)],
  ];
  return new Map(settings.filter(([, { value }]) => value !== 'null'));
}

/** A preset by its name; what is written out by the name of the result. */
function shownAs(written: unknown, name: string): string {
  return typeof written === 'object' && written !== null && 'options' in written
    ? `${name} ${canonicalJson(withoutFormat(written.options))}`.replace(' {}', '')
    : name;
}

/** The format cost is told by itself. */
function withoutFormat(options: unknown): unknown {
  if (typeof options !== 'object' || options === null) return options;
  const { format: _, mixedOnly: __, ...rest } = options as Record<string, unknown>;
  return rest;
}

function plain(value: unknown): Setting {
  const text = canonicalJson(value ?? null);
  return { value: text, shown: typeof value === 'string' ? value : text };
}
