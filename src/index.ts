export { ClewError, UsageError } from './errors.ts';
export * from './world/index.ts';
export * from './trajectory/index.ts';
export * from './rewards/index.ts';
export * from './training/advantages/index.ts';
export * from './training/alarms.ts';
