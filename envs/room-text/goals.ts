/**
 * The sentences of each category's goals, as patterns: every goal of a category fits its pattern and none of another's.
 * The reminder of a goal (`shelf cool mug?`) is the goal in other words, and as little to be trained on where it is held
 * out.
 */
export const goalPatterns: Readonly<Record<string, RegExp>> = {
  pick: /\bput (?:an?|some) (?!clean |hot |cool )[a-z]+ (?:in\/on|in|on) [a-z]+/i,
  look: /\b(?:look at|examine)(?: the| an?| some)? [a-z]+ (?:under|with)(?: the| an?)? [a-z]+lamp\b/i,
  clean:
    /\bput an? clean [a-z]+ (?:in\/on|in|on)\b|\bclean (?:some|an?|the) [a-z]+ and put it\b|\b[a-z]+ clean [a-z]+\?/i,
  heat: /\bput an? hot [a-z]+ (?:in\/on|in|on)\b|\bheat (?:some|an?|the) [a-z]+ and put it\b|\b[a-z]+ hot [a-z]+\?/i,
  cool: /\bput an? cool [a-z]+ (?:in\/on|in|on)\b|\bcool (?:some|an?|the) [a-z]+ and put it\b|\b[a-z]+ cool [a-z]+\?/i,
  two: /\bput two [a-z]+ (?:in\/on|in|on)\b|\bfind two [a-z]+ and put them\b|\b[a-z]+ two [a-z]+\?/i,
};
