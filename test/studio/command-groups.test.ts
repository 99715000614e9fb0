import { expect, it } from 'vitest';
import { commandGroups } from '../../src/studio/page/command-groups.ts';

const commands = ['go to desk 1', 'take mug 1 from desk 1', 'go to shelf 2', 'look', 'take Mug 2 from shelf 2'];

it('groups commands by verb, both in the order of the world', () => {
  expect(commandGroups(commands)).toEqual([
    { verb: 'go', commands: ['go to desk 1', 'go to shelf 2'] },
    { verb: 'take', commands: ['take mug 1 from desk 1', 'take Mug 2 from shelf 2'] },
    { verb: 'look', commands: ['look'] },
  ]);
});

it('keeps the commands in which every word of the filter occurs', () => {
  expect(commandGroups(commands, ' MUG  shelf ')).toEqual([{ verb: 'take', commands: ['take Mug 2 from shelf 2'] }]);
  expect(commandGroups(commands, 'sofa')).toEqual([]);
});
