interface Written {
  readonly tokens?: { readonly prompt: ArrayLike<number>; readonly reply: ArrayLike<number> } | null;
}

/** Tokens that a policy sampled for these texts (`reply`) or read before them (`prompt`); texts without count 0. */
export function policyTokens(texts: readonly Written[], part: 'prompt' | 'reply' = 'reply'): number {
  return texts.reduce((sum, { tokens }) => sum + (tokens?.[part].length ?? 0), 0);
}

/** The same for whole episodes. */
export function episodeTokens(
  episodes: readonly { readonly steps: readonly Written[] }[],
  part: 'prompt' | 'reply' = 'reply',
): number {
  return episodes.reduce((sum, { steps }) => sum + policyTokens(steps, part), 0);
}
