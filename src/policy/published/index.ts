/** Published models: Hugging Face folders and PEFT adapters, read, compared, written. */
export { checkFolder, type Comparison, type FolderCheck } from './check.ts';
export { describeFolder, type FolderSummary } from './describe.ts';
export { isAdapterFolder, readAdapter, type PublishedAdapter } from './adapter.ts';
export { isPublishedFolder, openPublishedFolder, type PublishedFolder } from './folder.ts';
export { adaptedModel, frozenModel, newAdapter, wholeModel } from './model.ts';
export { writeAdapterFolder, writeModelFolder } from './write.ts';
export { fetchable, type Fetchable, fetchModel } from './fetch.ts';
export { goldenFiles } from './golden.ts';
