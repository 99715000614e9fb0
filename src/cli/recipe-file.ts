import { existsSync, readFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { ClewError, UsageError } from '../errors.ts';
import { advantageNames } from '../training/advantages/index.ts';
import { objectiveNames, objectiveSchema } from '../training/losses/index.ts';
import { type RlRecipe, rlRecipeSchema } from '../training/rl/index.ts';
import { importFile } from './import-file.ts';
import { nearest } from './nearest.ts';

/** What a file says, and where it says it. */
interface Source {
  readonly value: unknown;
  /** `recipe.yaml, line 3` for the setting at a path; the name alone where lines are not known. */
  at(path: readonly PropertyKey[], key?: string): string;
}

/**
 * A recipe from a YAML, JSON, TypeScript or JavaScript file, with its defaults; a module exports it by default. Without a file
 * it is all defaults. `changes` replace what the file says.
 *
 * @throws UsageError when there is no such file, ClewError with a sentence for each setting that is wrong.
 */
export async function loadRecipe(file: string | undefined, changes: Readonly<Record<string, unknown>> = {}): Promise<RlRecipe> {
  const source = file === undefined ? { value: {}, at: () => 'The recipe' } : await sourceOf(file);
  const { value } = source;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ClewError(`${file} is no recipe: it should hold settings, such as "advantages: grpo". To see them all: clew train rl --explain`);
  const read = rlRecipeSchema.safeParse({ ...value, ...changes });
  if (read.success) return read.data;
  throw new ClewError(`${read.error.issues.flatMap(issue => faultsOf(issue, source)).join('\n')}\nTo see every setting with its default: clew train rl --explain`);
}

async function sourceOf(file: string): Promise<Source> {
  if (!existsSync(file)) throw new UsageError(`There is no recipe ${file}. A recipe is a YAML or TypeScript file; clew train rl --explain > ${file.endsWith('.yaml') ? file : 'recipe.yaml'} writes one with every default.`);
  const name = basename(file), kind = extname(file);
  if (['.ts', '.mts', '.js', '.mjs'].includes(kind)) {
    try {
      const { default: value } = await importFile(resolve(file));
      // A module without a default export is read as an empty one.
      if (value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)) throw new ClewError(`${name} exports no recipe by default. It should read: export default { advantages: 'grpo' }`);
      return { value, at: () => name };
    } catch (error) {
      if (error instanceof ClewError) throw error;
      throw new ClewError(`${name} does not load: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  if (!['.yaml', '.yml', '.json'].includes(kind)) throw new UsageError(`${name} is no recipe by its name: a recipe is a .yaml, .yml, .json, .ts, .mts, .js or .mjs file.`);
  return yamlSource(readFileSync(file, 'utf8'), name);
}

function yamlSource(text: string, name: string): Source {
  const lines = new LineCounter(), document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) throw new ClewError(`${name}, line ${lines.linePos(error.pos[0]).line}: ${error.message}.`);
  return {
    value: document.toJS() as unknown ?? {},
    at(path, key) {
      const offset = offsetOf(document, path, key);
      return offset === undefined ? name : `${name}, line ${lines.linePos(offset).line}`;
    },
  };
}

/** Where a setting, or a key within it, begins. */
function offsetOf(document: Document, path: readonly PropertyKey[], key?: string): number | undefined {
  const map = key === undefined ? document.getIn(path.slice(0, -1), true) : path.length === 0 ? document.contents : document.getIn(path, true);
  const wanted = key ?? path.at(-1);
  const inner = isMap(map) ? map.items.find(pair => isScalar(pair.key) && pair.key.value === wanted)?.key : undefined;
  return isNode(inner) ? inner.range?.[0] : undefined;
}

/** Sentences for what is wrong with one setting. */
function faultsOf(issue: z.core.$ZodIssue, source: Source): string[] {
  const { path } = issue, [setting] = path;
  if (issue.code === 'unrecognized_keys' && path.length === 0) return issue.keys.map(key => `${source.at([], key)}: "${key}" is no setting of a recipe. ${meant(key, Object.keys(rlRecipeSchema.shape))}`);
  const at = setting === undefined ? source.at([]) : `${source.at([setting])}: ${String(setting)}`;
  const value = valueAt(source.value, setting), nested = issue.code === 'invalid_union' ? issue.errors.flat() : [];
  if (issue.code === 'invalid_union' || (issue.code === 'unrecognized_keys' && path.length === 1)) return [`${at} ${presetFault(String(setting), value, nested)}`];
  const unknown = /Unrecognized key: "([^"]+)"/.exec(issue.message)?.[1];
  if (setting === 'objective' && unknown !== undefined) return [`${at}: "${unknown}" is no option of an objective. ${meant(unknown, Object.keys(objectiveSchema.shape))}`];
  const inner = path.slice(1).map(String).join('.');
  return [`${at}${inner === '' ? '' : `, ${inner}`}: ${issue.message}.`.replace(/\.\.$/, '.')];
}

function valueAt(value: unknown, key: PropertyKey | undefined): unknown {
  return key === undefined ? value : (value as Record<PropertyKey, unknown>)[key];
}

/** What is wrong with advantages or an objective: a preset that is not there, or terms that are not whole. */
function presetFault(setting: string, value: unknown, issues: readonly z.core.$ZodIssue[]): string {
  const names = setting === 'objective' ? objectiveNames : advantageNames;
  const preset = typeof value === 'object' && value !== null && 'preset' in value ? value.preset : value;
  if (typeof preset === 'string') {
    if (!names.includes(preset)) return `"${preset}" is no preset. ${meant(preset, names)}`;
    const unknown = Object.keys(value as object).find(key => key !== 'preset' && key !== 'options');
    return unknown === undefined ? 'needs its options as a map: options: { … }' : `"${unknown}" belongs under options: { preset: ${preset}, options: { ${unknown}: … } }`;
  }
  const own = issues.filter(({ path }) => path[0] === 'terms').map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  return own.length > 0 ? `terms of your own are not whole: ${own.slice(0, 3).join('; ')}` : `takes the name of a preset, { preset, options }${setting === 'objective' ? '' : ', or { name, terms }'}. There are ${names.join(', ')}.`;
}

function meant(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? `There are ${known.join(', ')}.` : `Did you mean "${near}"?`;
}
