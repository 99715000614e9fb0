import { modelConfig } from '../../src/policy/index.ts';

/** A decoder of two layers, each head of queries with one of keys, that learns and plays in a moment. */
export const plainDecoder = modelConfig('nano', {
  vocabulary: 30,
  context: 64,
  width: 16,
  heads: 2,
  headWidth: 8,
  layers: 2,
  feedForward: 24,
});

/** A decoder that every engine computes in a moment, with fewer heads of keys than of queries. */
export const tinyDecoder = modelConfig('nano', {
  vocabulary: 30,
  context: 64,
  width: 16,
  heads: 4,
  keyHeads: 2,
  headWidth: 4,
  layers: 2,
  feedForward: 24,
});
