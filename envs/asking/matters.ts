/** What can be asked of a user, by the question word. */
export const matters = ['what', 'where', 'which', 'how', 'how many'] as const;
export type Matter = (typeof matters)[number];

/** The matter that a question is about: its first question word decides; undefined without one. */
export function matterIn(question: string): Matter | undefined {
  return /\b(?:how many|what|where|which|how)\b/i.exec(question)?.[0].toLowerCase() as Matter | undefined;
}

/** What a user answers who has nothing to add. */
export const nothingMore = 'You know all that I know.';
