export { calibration, calibrationSchema, type Calibration, type CurvePoint, type ForetoldTask } from './calibration.ts';
export { cutoffInShadow, cutoffOf, cutShort } from './cutoff.ts';
export { forecastFigures, forecastFiguresSchema, type ForecastFigures, type ForecastGroup } from './figures.ts';
export { gatherForecasts, ownForecast } from './gather.ts';
export { formatForecastFigures } from './format-figures.ts';
export { detection, gateOf, probedGate, type Detection, type GateDecision, type GateSettings } from './gate.ts';
export { groupFacts, kindsUsed, median, vocabularyOf, type GroupFacts, type Kinds } from './group-facts.ts';
export { hintOf } from './hint.ts';
export { readForecast, writeForecast, type ReadForecastOptions } from './read-forecast.ts';
export { scoreForecasts, type ForecastsScored, type ScoredForecast } from './score-groups.ts';
export { measurementSchema, type MeasurementWithForecasts } from './measurement.ts';
export {
  forecastParts,
  forecastRules,
  lift,
  scoreForecast,
  validThings,
  type ForecastPart,
  type ForecastRule,
  type ForecastScore,
  type ScoreOptions,
} from './score.ts';
