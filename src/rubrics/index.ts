export { filters, type Candidate, type Support, supportOf, weightOf, whyDropped } from './filters.ts';
export {
  chosen,
  criteriaOf,
  type Kept,
  makeRubrics,
  type Rubric,
  type RubricOptions,
  rubricsOf,
} from './make-rubric.ts';
export { readRubricFile, type RubricFile } from './rubric-file.ts';
export { askForCriteria, type TeacherCriteria } from './teacher.ts';
