import { expect, it } from 'vitest';
import lockedRoom from '../../envs/locked-room/index.ts';
import { openStudy, readStudyRecipe, type StudyRecipeInput } from '../../src/study/index.ts';

const input: StudyRecipeInput = {
  name: 'mine',
  world: 'locked-room',
  demonstrations: { build: {} },
  arms: [{ name: 'GRPO' }],
  evaluation: {
    panels: [
      { split: 'seen', tasks: 5 },
      { split: 'unseen', tasks: 7, level: 'far' },
    ],
  },
};
const open = (more: Partial<StudyRecipeInput> = {}, folder?: string) =>
  openStudy(readStudyRecipe({ ...input, ...more }), { world: lockedRoom, ...(folder !== undefined && { folder }) });

it('knows the arms and levels whose tags are stripped', () => {
  const stripping = (more: object) => open({ evaluation: { ...input.evaluation, stripTags: more } });
  expect(stripping({ arms: ['cold start', 'GRPO'], levels: ['far'] }).recipe.evaluation.stripTags).toEqual({
    ways: ['past', 'tag', 'reply'],
    arms: ['cold start', 'GRPO'],
    levels: ['far'],
  });
  expect(() => stripping({ arms: ['RLVMR'] })).toThrow(
    'evaluation.stripTags.arms: the study has no "RLVMR"; there are cold start, GRPO.',
  );
  expect(() => stripping({ levels: ['L1'] })).toThrow('the study has no "L1"; there are L0, far.');
});

it('opens by program what a recipe names, for any world', () => {
  const { world, panels, starts } = open();
  expect(world).toBe(lockedRoom);
  expect(panels.map(({ panel, level, tasks }) => [panel, level, tasks.length])).toEqual([
    ['seen', 'L0', 5],
    ['unseen', 'far', 7],
  ]);
  expect(starts).toMatchObject([{ name: null, file: undefined, build: { trajectories: 200 } }]);
  expect(open({ demonstrations: { file: 'own.sqlite' } }, '/somewhere').starts[0]!.file).toMatch(
    /somewhere.own\.sqlite$/,
  );
});

it.each<[string, Partial<StudyRecipeInput>, RegExp]>([
  [
    'demonstrations that do not ship',
    { demonstrations: 'shipped' },
    /^No demonstrations come with locked-room\. Let the study build them/,
  ],
  ['a manual', { pretraining: { manual: 0.3 } }, /^locked-room has no manual: .* Leave the manual out\.$/],
  ['look-ups', { pretraining: { lookUps: true } }, /^locked-room asks for no other look-ups: .* Leave look-ups out\.$/],
  ['any choice', { sft: { anyChoice: true } }, /^locked-room does not tell which commands are as right as another/],
  [
    'hindsight in rounds of expert iteration',
    { expertIteration: { hindsight: true } },
    /^locked-room does not tell what else an episode may have achieved/,
  ],
  [
    'hindsight in an arm',
    { arms: [{ name: 'GRPO', rl: { selfImitation: { hindsight: true } } }] },
    /^locked-room does not tell what else an episode may have achieved/,
  ],
  ['a category that is not held out', { heldOut: ['brass lock'] }, /^locked-room holds out .*, whatever heldOut says/],
  [
    'a panel that is named twice',
    {
      evaluation: {
        panels: [
          { split: 'seen', tasks: 5 },
          { split: 'seen', tasks: 6 },
        ],
      },
    },
    /^evaluation\.panels names seen twice/,
  ],
  ['a panel that is not there', { evaluation: { panels: [{ panel: 'none' }] } }, /^There is no panel "none"/],
])('refuses %s in a sentence', (_, more, sentence) => {
  expect(() => open(more)).toThrow(sentence);
});
