export { alarmRules, alarms } from './alarms.ts';
export { warmUpAlarms } from './forecast-rules.ts';
export type { Alarm, ColdStartFacts, IterationFacts } from './facts.ts';
