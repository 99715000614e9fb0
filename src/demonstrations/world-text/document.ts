import type { Random } from '../../world/index.ts';

export const segmentKinds = ['opening', 'command', 'observation', 'question', 'answer'] as const;
export type SegmentKind = (typeof segmentKinds)[number];

/** A piece of a document. */
export interface Segment {
  readonly kind: SegmentKind;
  readonly text: string;
  /** How much the tokens of the piece count in the loss. */
  readonly weight: number;
  /** For an observation whose command is not shown: the command that it answers. */
  readonly answers?: string;
}

/** Some play without a goal, in words. A command and its observation follow each other; questions stand after observations. */
export interface WorldDocument {
  /** `WORLD:SPLIT:NAME/NUMBER` */
  readonly id: string;
  readonly world: string;
  readonly segments: readonly Segment[];
}

export interface Question { readonly question: string; readonly answer: string }

/** Asks about what the printed text has told, and about nothing else. */
export interface QuestionWriter {
  see(observation: string, command?: string): void;
  /** A question that can be answered now; undefined when there is none. */
  ask(random: Random): Question | undefined;
}
