import type { IterationFacts } from './facts.ts';
import { below, lastOf, latest, mean, number, over, percent, stop, warn, type Rule } from './rule.ts';

/** Rules on the numbers of learning: groups, probabilities, gradients, updates. */
export const learningRules: readonly Rule[] = [
  {
    name: 'not finite',
    remedy: 'Keep the batch and its seed to reproduce it. Resume from the last checkpoint with half the learning rate.',
    check: latest(
      ({ finite }) => finite === false && stop('The loss, the gradient or a parameter is not a finite number.'),
    ),
  },
  {
    name: 'log-probability mismatch',
    remedy:
      'Sampling and training do not compute the same model: check that both use the newest weights, the same ' +
      'temperature, engine and tokens, with nothing decoded and encoded again.',
    check: latest(
      ({ mismatchMean, mismatchMax }) =>
        (over(mismatchMax, 0.05) || over(mismatchMean, 1e-3)) &&
        stop(
          `Log-probabilities when sampling and when training differ by ${number(mismatchMean)} on average and ` +
            `${number(mismatchMax)} at most.`,
        ),
    ),
  },
  {
    name: 'wrong groups',
    remedy:
      'A baseline over the wrong episodes teaches noise. Look at how tasks, groups and seeds are given to the samplers.',
    check: latest(
      ({ wrongGroups, duplicates, equalSeeds }) =>
        (over(wrongGroups, 0) || over(duplicates, 0) || over(equalSeeds, 0)) &&
        stop(
          `${wrongGroups ?? 0} groups have not the right number of rollouts of one task, ${duplicates ?? 0} ` +
            `episodes are there twice, ${equalSeeds ?? 0} share a seed within their group.`,
        ),
    ),
  },
  {
    name: 'identical rollouts',
    remedy:
      'Check that every rollout has a seed of its own and that sampling is at temperature 1. If so, raise the ' +
      'entropy bonus.',
    check: latest(
      ({ identicalShare, success }) =>
        over(identicalShare, 0.5) &&
        below(success, 0.9) &&
        warn(
          `In ${percent(identicalShare)} of the groups every rollout gave the same commands, at a success of ` +
            `${percent(success)}.`,
        ),
    ),
  },
  {
    name: 'no update',
    remedy:
      'The policy stands still. Without a signal: use easier tasks, a better cold start, larger groups or a ' +
      'process reward. With skipped updates: halve the learning rate, or raise gradientSpikeThreshold.',
    check: history => {
      const window = lastOf(history, 10);
      if (!window?.every(({ updates }) => updates === 0)) return null;
      const skipped = window.reduce((sum, { skippedUpdates }) => sum + (skippedUpdates ?? 0), 0);
      // A policy that has solved its tasks has nothing to learn from either: that is no fault.
      if (skipped === 0 && window.every(({ success }) => over(success, 0.95))) return null;
      const why =
        skipped === 0
          ? 'there was nothing to learn from'
          : `${skipped} updates were skipped because their gradient was out of all proportion`;
      return stop(`No update has been made for 10 iterations: ${why}.`);
    },
  },
  {
    name: 'degenerate groups',
    remedy:
      'Groups without a difference in outcome teach nothing. Use easier tasks, a better cold start, larger ' +
      'groups, or keep: mixed groups. Report it as degenerate groups, not as a method that does not help.',
    check: history => {
      const window = lastOf(history, 5);
      if (!window) return null;
      // A policy that has solved its tasks has no mixed groups either: that is no fault.
      if (window.every(({ mixedShare, success }) => mixedShare === 0 && !over(success, 0.95)))
        return stop(
          'No group has had both a success and a failure for 5 iterations: there is no outcome to learn from.',
        );
      return window.every(({ mixedShare }) => below(mixedShare, 0.2))
        ? warn(
            `Fewer than 20 % of the groups have had both a success and a failure for 5 iterations (now ` +
              `${percent(window.at(-1)!.mixedShare)}).`,
          )
        : null;
    },
  },
  {
    name: 'outcomes without variance',
    remedy:
      'The sign of an echo trap (RAGEN): the policy repeats itself and its groups agree. Go back to an earlier ' +
      'checkpoint, lower the learning rate, clip higher, leave out groups of equal outcome.',
    check: history => {
      const start = mean(history.slice(0, 10).map(({ outcomeStd }) => outcomeStd));
      const window = history.length >= 20 ? lastOf(history, 10) : null;
      if (
        start === null ||
        !window ||
        !window.every(({ outcomeStd, success }) => below(outcomeStd, 0.1 * start) && below(success, 0.95))
      )
        return null;
      return stop(
        `The standard deviation of the outcome within groups has been under a tenth of its first 10 iterations' ` +
          `(${number(start)}) for 10 iterations.`,
      );
    },
  },
  {
    name: 'entropy',
    remedy:
      'Too little: raise the entropy bonus or clip higher. Too much: lower the learning rate or raise the KL ' +
      'coefficient. Then go back to the last healthy checkpoint.',
    check: (history, { actionEntropy: start }) => {
      const isOut = ({ actionEntropy }: IterationFacts): boolean =>
        start != null &&
        start > 0 &&
        actionEntropy != null &&
        (actionEntropy < 0.2 * start || actionEntropy > 3 * start);
      if (!isOut(history.at(-1)!)) return null;
      const message =
        `The entropy of action tokens is ${number(history.at(-1)!.actionEntropy)} nats, ` +
        `${percent(history.at(-1)!.actionEntropy! / start!)} of the cold start's`;
      return lastOf(history, 10)?.every(isOut)
        ? stop(`${message}, and has been out of bounds for 10 iterations.`)
        : warn(`${message}.`);
    },
  },
  {
    name: 'gradient norm',
    remedy:
      'Halve the learning rate and resume from the last healthy checkpoint; check the batch of the largest norm ' +
      'for rows that should not be there.',
    check: history => {
      // By the same running mean that decides about the updates. A mean of its own here could stay behind for ever.
      const spikes = history.slice(-20).filter(({ skippedUpdates }) => over(skippedUpdates, 0)).length;
      return spikes >= 3 && over(history.at(-1)!.skippedUpdates, 0)
        ? stop(
            `The gradient's norm has been far over its running mean in ${spikes} of 20 iterations, and updates ` +
              `were skipped for it (now ${number(history.at(-1)!.gradientNorm)}).`,
          )
        : null;
    },
  },
  {
    name: 'far from the reference',
    remedy: 'Raise the KL coefficient or lower the learning rate.',
    check: latest(
      ({ klToReference }) =>
        over(klToReference, 1) && warn(`The policy is ${number(klToReference)} nats a token from the reference.`),
    ),
  },
  {
    name: 'large updates',
    remedy: 'Lower the learning rate, or make fewer updates of each batch.',
    check: latest(
      ({ approxKl, clipFraction }) =>
        (over(approxKl, 0.05) || over(clipFraction, 0.3)) &&
        warn(
          `One iteration moved the policy by ${number(approxKl)} nats a token and clipped ` +
            `${percent(clipFraction)} of the tokens.`,
        ),
    ),
  },
];
