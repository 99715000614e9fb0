export { ClewError, UsageError } from './errors.ts';
export * from './world/index.ts';
export * from './trajectory/index.ts';
