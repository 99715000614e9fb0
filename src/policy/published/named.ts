import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { ClewError } from '../../errors.ts';
import { adapterFiles, isAdapterFolder, type PublishedAdapter, readAdapter } from './adapter.ts';
import { baseFolder } from './base.ts';
import { isPublishedFolder } from './folder.ts';

/** Where the parts of such a policy lie; the model's folder is that which the adapter names, if left out. */
export interface PublishedPaths {
  readonly model?: string;
  readonly adapter?: string;
}

/** The folders that FOLDER or FOLDER+ADAPTER names; undefined where they are no published model. */
export function publishedPaths(name: string): PublishedPaths | undefined {
  if (isAdapterFolder(name)) return { adapter: name };
  if (isPublishedFolder(name)) return { model: name };
  return partings(name).find(({ model, adapter }) => isPublishedFolder(model) && isAdapterFolder(adapter));
}

/** The same. @throws ClewError that says what of it is missing, or is something else */
export function namedPaths(name: string): PublishedPaths {
  const paths = publishedPaths(name);
  if (!paths) throw new ClewError(faultOfName(name) ?? `There is no folder ${name}.`);
  return paths;
}

/**
 * The model's folder and the adapter that a name says, FOLDER or FOLDER+ADAPTER.
 * @param base where an adapter's model is, if the name says the adapter alone
 * @throws ClewError as `namedPaths` and `readAdapter` do, and where there is no such model
 */
export async function namedModel(
  name: string,
  base?: string,
): Promise<{ readonly model: string; readonly adapter: PublishedAdapter | undefined }> {
  const paths = namedPaths(name);
  if (paths.adapter === undefined) return { model: paths.model!, adapter: undefined };
  const adapter = await readAdapter(paths.adapter);
  return { model: await baseFolder(adapter, paths.model ?? base), adapter };
}

/**
 * Why what a name says is neither a checkpoint nor a published model, where something is there or the name itself is
 * wrong; undefined for a name of nothing, and for what may be a policy.
 */
export function faultOfName(name: string): string | undefined {
  if (publishedPaths(name)) return undefined;
  if (existsSync(name)) return statSync(name).isDirectory() ? faultOfFolder(name) : faultOfFile(name);
  if (name.endsWith('+') && isPublishedFolder(name.slice(0, -1)))
    return `${name} names no adapter behind the +: write policy:MODEL+ADAPTER, or leave the + out.`;
  if (name.startsWith('+'))
    return `${name} names no model before the +: write policy:MODEL+ADAPTER, or the adapter alone without the +.`;
  // A name with more than one + is read where something is there.
  const parted = partings(name);
  const { model, adapter } =
    parted.find(({ model }) => existsSync(model)) ?? parted.find(({ adapter }) => existsSync(adapter)) ?? {};
  if (model === undefined || adapter === undefined) return undefined;
  if (!existsSync(model)) return `There is no folder ${model}, the model of policy:MODEL+ADAPTER.`;
  if (isAdapterFolder(model)) return `${model} is an adapter, and the model that it belongs to stands before the +.`;
  if (!isPublishedFolder(model)) return statSync(model).isDirectory() ? faultOfFolder(model) : faultOfFile(model, true);
  if (!existsSync(adapter)) return `There is no folder ${adapter}, the adapter of policy:MODEL+ADAPTER.`;
  if (isPublishedFolder(adapter)) return `${adapter} is a model, and behind the + stands an adapter's folder.`;
  return `${adapter} is no folder of an adapter: it has no ${adapterFiles.config}.`;
}

/** The two sides of every + in a name. */
function partings(name: string): { model: string; adapter: string }[] {
  return [...name.matchAll(/\+/g)]
    .map(({ index }) => ({ model: name.slice(0, index), adapter: name.slice(index + 1) }))
    .filter(({ model, adapter }) => model !== '' && adapter !== '');
}

function faultOfFolder(folder: string): string {
  return existsSync(path.join(folder, adapterFiles.weights))
    ? `${folder} is no folder of an adapter: it has no ${adapterFiles.config}.`
    : `${folder} is no folder of a published model: it has no config.json.`;
}

/** Files that are a part of a published folder; a checkpoint of Clew's own may lie anywhere. */
const parts = /\.(json|jinja|bin)$|^(adapter_)?model(-\d+-of-\d+)?\.safetensors$/;

function faultOfFile(file: string, asModel = false): string | undefined {
  const folder = path.dirname(file);
  const part = parts.test(path.basename(file)) && (isPublishedFolder(folder) || isAdapterFolder(folder));
  if (part)
    return `${file} is a file of a published ${isAdapterFolder(folder) ? 'adapter' : 'model'}: name its folder, policy:${folder}.`;
  return asModel ? `${file} is a file, and before the + stands the folder of a published model.` : undefined;
}
