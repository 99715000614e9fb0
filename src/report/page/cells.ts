import type { ResultRow } from '../data.ts';
import type { Context } from './context.ts';
import { element } from './element.ts';
import { counted, number, percent, percentRange } from '../numbers.ts';

export type Rate = ResultRow['figures']['success'];
export type Mean = ResultRow['figures']['steps']['all'];

/** A share with its 95 % interval below it, or with what `below` says. */
export function rateCell(rate: Rate, style = '', below = percentRange(rate.interval)): HTMLElement {
  const title =
    rate.value === null
      ? (rate.reason ?? '')
      : `${rate.numerator} of ${rate.denominator}${rate.interval ? `; 95 % interval, ${rate.interval.method}` : ''}`;
  const shown = cell(percent(rate.value), below, title);
  if (style) shown.classList.add(style);
  return shown;
}

/** A mean with its 95 % interval below it. */
export function meanCell({ value, interval, episodes, reason }: Mean): HTMLElement {
  return cell(
    number(value),
    interval === null ? '' : `${number(interval.low)} to ${number(interval.high)}`,
    reason ?? `mean of ${counted(episodes, 'episode')}`,
  );
}

/** A mean of shares, in percent, with its 95 % interval below it. */
export function meanShareCell({ value, interval, episodes, reason }: Mean): HTMLElement {
  return cell(percent(value), percentRange(interval), reason ?? `mean of ${counted(episodes, 'episode')}`);
}

export function cell(value: string, below: string, title = ''): HTMLElement {
  return element(
    'td',
    { title: title || undefined },
    element('b', {}, value),
    below ? element('small', {}, below) : null,
  );
}

/** The name of an arm beside its colour. */
export function armName(context: Context, arm: string): HTMLElement {
  return element('span', { class: 'arm' }, element('i', { style: `background:var(${context.armColour(arm)})` }), arm);
}
