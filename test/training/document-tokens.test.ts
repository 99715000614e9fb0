import { expect, test } from 'vitest';
import type { Segment } from '../../src/demonstrations/index.ts';
import { buildWordTokenizer, layoutOf, plainCodec } from '../../src/policy/index.ts';
import { documentTokens } from '../../src/training/document-tokens.ts';

const tokenizer = buildWordTokenizer({ texts: ['a room with a mug ? no pen seen yet . take mug 1 you take the mug 1 .'] });
const layout = layoutOf(tokenizer, plainCodec);
const segments: Segment[] = [
  { kind: 'opening', text: 'a room with a mug.', weight: 0.2 },
  { kind: 'question', text: 'pen?', weight: 0 }, { kind: 'answer', text: 'no pen seen yet.', weight: 3, tag: 'explore' },
  { kind: 'command', text: 'take ', weight: 1 }, { kind: 'command', text: 'mug 1', weight: 3 },
  { kind: 'observation', text: 'you take the mug 1.', weight: 0.5 },
];
const written = (tagged: boolean) => {
  const { tokens, weights } = documentTokens({ id: 'a', world: 'a', segments }, layout, { tagged });
  return tokens.map((token, i) => `${tokenizer.decode([token]).trim()} ${weights![i]}`);
};

test('what can be looked up weighs most, what is asked nothing, and the first token nothing', () => {
  const tokens = written(false);
  expect(tokens[0]).toMatch(/ 0$/);
  expect(tokens).toEqual(expect.arrayContaining(['pen 0', '? 0', 'no 3', 'seen 3', 'take 1', '1 3', 'you 0.5']));
});

test('an answer may begin with the tag of a reply that says it', () => {
  const tokens = written(true), at = tokens.indexOf('? 0');
  expect(tokens.slice(at, at + 3)).toEqual(['? 0', '<explore> 3', 'no 3']);
  expect(tokens.toSpliced(at + 1, 1)).toEqual(written(false));
});
