export { reportData, readTrajectory, type ReportOptions } from './report-data.ts';
export { writeReport } from './write.ts';
export { writePlots } from './write-plots.ts';
export { resultOf, resultSchema, type Result } from './result.ts';
export type { ResultFigure } from './result-figure.ts';
export { reportSchema, trajectoryViewSchema } from './data-schemas.ts';
export type {
  ReportComparison,
  ReportData,
  ReportDifference,
  ReportEpisodes,
  ReportLevel,
  ReportRun,
  ReportTask,
  ResultRow,
} from './data.ts';
export type { EvaluationRow, ReportAlarm, TrainingRow } from './training-rows.ts';
export { pageCode, type PageCode } from './page-code.ts';
export type { ReportSource } from './source.ts';
export type { StepView, TrajectoryView } from './trajectory-data.ts';
