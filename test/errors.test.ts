import { expect, it } from 'vitest';
import * as errors from '../src/errors.ts';

it('knows every error that is a sentence for a user by its name', () => {
  const kinds = Object.values(errors).filter(value => typeof value === 'function');
  const names = kinds.map(Kind =>
    Kind === errors.WorldFault
      ? new errors.WorldFault('w', 't', 0, undefined, 'text', 'why').name
      : new (Kind as typeof errors.ClewError)('Something is wrong.').name,
  );
  expect(kinds.length).toBeGreaterThan(3);
  expect([...new Set(names)].toSorted()).toEqual([...errors.sentences].toSorted());
});
