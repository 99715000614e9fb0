export { reportData, readTrajectory, type ReportOptions } from './report-data.ts';
export { writeReport } from './write.ts';
export { resultOf, resultSchema, type Result } from './result.ts';
export { reportSchema, trajectoryViewSchema, type ReportData, type ReportSource, type TrajectoryView } from './data.ts';
export { pageCode, type PageCode } from './page-code.ts';
