import type { ReportData } from '../data.ts';
import { evaluationPlots, healthPlots, learningPlots, rewardPlots, tagPlots } from './curves.ts';
import { calibrationPlots, headlinePlots, tagUsePlots, thinkingPlots } from './measured.ts';
import type { Plot } from './plot.ts';

/** Every plot of a report, in the order of the page. No two have one name. */
export function plotsOf(data: ReportData): Plot[] {
  const taken = new Set<string>();
  const plots: readonly Plot[] = [
    ...headlinePlots(data),
    ...thinkingPlots(data),
    ...learningPlots(data),
    ...evaluationPlots(data),
    ...healthPlots(data),
    ...tagPlots(data),
    ...tagUsePlots(data),
    ...rewardPlots(data),
    ...calibrationPlots(data),
  ];
  return plots.map(plot => {
    let { name } = plot;
    for (let count = 2; taken.has(name); count++) name = `${plot.name}-${count}`;
    taken.add(name);
    return { ...plot, name };
  });
}
