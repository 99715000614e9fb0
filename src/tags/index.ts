export { metaTags, violations, type MetaTag, type ParsedReply, type Violation } from './parsed-reply.ts';
export { tagAliases, tagMeanings } from './vocabulary.ts';
export {
  defaultThinking,
  joinThinking,
  splitThinking,
  thinkingModes,
  type SplitThinking,
  type ThinkingMode,
} from './thinking.ts';
export { messageContent, type MessageContent } from './message-content.ts';
export { readReply, type Reading, type ReadReply, type ReadReplyOptions } from './read-reply.ts';
export { reactCommand, reactStop } from './react-reply.ts';
export { defaultMaxLength, isWellFormed, parseReply, type ParseOptions } from './parse-reply.ts';
export {
  rlvmrObjections,
  rlvmrRewardView,
  rlvmrRule,
  type RlvmrObjection,
  type RlvmrReading,
  type RlvmrRewardView,
} from './rlvmr-rule.ts';
export {
  rlvmrScienceworldObjections,
  rlvmrScienceworldRule,
  type RlvmrScienceworldObjection,
  type RlvmrScienceworldReading,
} from './rlvmr-scienceworld-rule.ts';
export { compareRules, disagreements, type Disagreement, type RuleComparison } from './compare-rules.ts';
export { forecastPrompt, mostThings, type ForecastPromptInput } from './forecast-prompt.ts';
export {
  carriedPlan,
  promptTemplates,
  reactPrompt,
  transcriptPrompt,
  windowPrompt,
  type Message,
  type PastStep,
  type PromptInput,
  type PromptTemplate,
  type WindowOptions,
} from './prompts.ts';
