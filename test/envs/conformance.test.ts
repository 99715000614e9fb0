import { describe, expect, it } from 'vitest';
import { conformance } from 'clew/testing';
import cooking from '../../envs/cooking/index.ts';
import laboratory from '../../envs/laboratory/index.ts';
import household from '../../envs/household/index.ts';
import householdAsks from '../../envs/household-asks/index.ts';
import lockedRoom from '../../envs/locked-room/index.ts';
import supportDesk from '../../envs/support-desk/index.ts';
import supportDeskAsks from '../../envs/support-desk-asks/index.ts';

for (const world of [lockedRoom, household, householdAsks, cooking, supportDesk, supportDeskAsks, laboratory]) {
  describe(world.name, () => {
    for (const { name, broken } of conformance(world)) it(name, () => expect([...broken()]).toEqual([]));
  });
}
