import { evaluationPlots, healthPlots, learningPlots, rewardPlots, tagPlots, usualWidth } from '../plots/curves.ts';
import { byArm } from '../plots/series.ts';
import type { Context } from './context.ts';
import { choice, element } from './element.ts';
import { legendOf, plotFigure } from './plot-figure.ts';

/** Learning curves, and the health of the training behind a fold. */
export function learningCurves(context: Context): HTMLElement {
  const { data } = context;
  const longest = Math.max(0, ...data.curves.map(({ training }) => training.length));
  let width = usualWidth(data);
  const charts = element('div', { class: 'charts' });
  const more = element('div', { class: 'charts' });
  const draw = (): void => {
    charts.replaceChildren(...learningPlots(data, width).map(plotFigure), ...evaluationPlots(data).map(plotFigure));
    more.replaceChildren(...healthPlots(data, width).map(plotFigure));
  };
  draw();
  const windows = [1, 5, 11].map(
    size => [String(size), size === 1 ? 'every iteration' : `mean of ${size} iterations`] as const,
  );
  return element(
    'div',
    {},
    element(
      'div',
      { class: 'bar' },
      legendOf(
        byArm(data).map(({ world, arm, curves }) => ({
          name: [arm, world === null ? '' : ` in ${world}`, curves.length > 1 ? ` (${curves.length} seeds)` : ''].join(
            '',
          ),
          colour: context.armColour(arm),
        })),
      ),
      longest > 5
        ? choice('Show', windows, String(width), value => {
            width = Number(value);
            draw();
          })
        : null,
    ),
    charts,
    more.childElementCount > 0 ? element('details', {}, element('summary', {}, 'Health of the training'), more) : null,
  );
}

/** How the tags share the steps of training, arm by arm. */
export function tagCurves({ data }: Context): HTMLElement[] {
  return tagPlots(data).map(plotFigure);
}

/** What each part of the rewards paid over training, arm by arm. */
export function rewardCurves({ data }: Context): HTMLElement[] {
  return rewardPlots(data).map(plotFigure);
}
