import { ClewError } from '../../errors.ts';
import type { Conversation, Turn } from './conversation.ts';
import { yesOrNo } from './fields.ts';
import type { LogSource } from './source.ts';

const labels: readonly { readonly kind: Kind; readonly pattern: RegExp }[] = [
  { kind: 'thought', pattern: /^(?:thought|think)[ \t]*\d*[ \t]*:[ \t]*/i },
  { kind: 'action', pattern: /^act(?:ion)?[ \t]*\d*[ \t]*:[ \t]*/i },
  { kind: 'observation', pattern: /^obs(?:ervation)?[ \t]*\d*[ \t]*:[ \t]*/i },
  { kind: 'task', pattern: /^(?:task|question|goal)[ \t]*\d*[ \t]*:[ \t]*/i },
  { kind: 'success', pattern: /^success[ \t]*:[ \t]*/i },
];
const separator = /^(?:-{3,}|={3,})[ \t]*$/;
type Kind = 'thought' | 'action' | 'observation' | 'task' | 'success';

export function isReact(text: string): boolean {
  return /^act(?:ion)?[ \t]*\d*[ \t]*:/im.test(text) && /^(?:thought|think|obs(?:ervation)?)[ \t]*\d*[ \t]*:/im.test(text);
}

/**
 * ReAct logs: text with lines that start with `Thought:`, `Action:` and `Observation:` (or `Think`, `Act`, `Obs`, numbered or
 * not); what follows such a line belongs to it. A reply is a thought with its action, as written. Episodes are parted by a
 * line of `---` or `===`, or by a `Task:`, `Question:` or `Goal:` after an action; a line `Success: true` or `false` is the outcome.
 * @throws ClewError that names the line where an action is missing: a thought that no action follows, or an observation of nothing.
 */
export function readReact(source: LogSource): Conversation[] {
  const conversations: Conversation[] = [];
  let episode = new Episode(source.file);
  const end = (): void => {
    const conversation = episode.end();
    if (conversation) conversations.push(conversation);
    episode = new Episode(source.file);
  };
  for (const [index, line] of source.text.split(/\r?\n/).entries()) {
    if (separator.test(line)) {
      end();
      continue;
    }
    const label = labels.find(({ pattern }) => pattern.test(line));
    if (label?.kind === 'task' && episode.hasActed) end();
    episode.take(label?.kind ?? null, line, label ? line.replace(label.pattern, '') : line, index + 1);
  }
  end();
  if (conversations.length === 0) throw new ClewError(`${source.file}: there is no line "Action: …", so this is not a ReAct log.`);
  return conversations;
}

/** One episode while its lines come in. */
class Episode {
  private readonly opening: string[] = [];
  private readonly turns: (Turn & { observation: string })[] = [];
  private reply: string[] = [];
  private replyLine = 0;
  private observation: string[] = [];
  private part: Kind | 'opening' = 'opening';
  private success: boolean | null = null;
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  get hasActed(): boolean {
    return this.turns.length > 0 || this.part === 'action';
  }

  take(kind: Kind | null, line: string, rest: string, number: number): void {
    const part = kind ?? this.part;
    if (part === 'success') {
      if (kind) {
        this.success = yesOrNo(rest.trim());
        if (this.success === null) throw new ClewError(`${this.file}:${number}: "${line}" should say true or false.`);
      } else if (line.trim() !== '') throw new ClewError(`${this.file}:${number}: a log ends its episode with the line "Success: …", and this text follows it. Part episodes by a line of ---.`);
    } else if (part === 'opening' || (part === 'task' && !this.hasActed)) {
      this.opening.push(line);
    } else if (part === 'observation') {
      if (kind) this.act(number);
      this.observation.push(rest);
    } else {
      if (kind && this.part === 'observation') this.answer();
      // A second action line without an observation between is a step of its own.
      else if (kind && this.part === 'action') { this.act(number); this.answer(); }
      if (this.reply.length === 0) this.replyLine = number;
      this.reply.push(line);
    }
    this.part = part;
  }

  end(): Conversation | null {
    if (this.part === 'thought') throw new ClewError(`${this.file}:${this.replyLine}: a thought without an action: the log is cut off here, or an "Action:" line is missing.`);
    if (this.reply.length > 0) this.act(this.replyLine);
    this.answer();
    if (this.turns.length === 0) return null;
    return { opening: this.opening.join('\n').trim(), turns: this.turns, success: this.success };
  }

  /** The reply is complete. */
  private act(number: number): void {
    if (this.part === 'thought') throw new ClewError(`${this.file}:${this.replyLine}: a thought without an action: an "Action:" line is missing before line ${number}.`);
    if (this.reply.length === 0) throw new ClewError(`${this.file}:${number}: an observation without an action before it.`);
    this.turns.push({ reply: this.reply.join('\n').trim(), observation: '' });
    this.reply = [];
  }

  /** The observation is complete. */
  private answer(): void {
    const last = this.turns.at(-1);
    if (last && this.observation.length > 0) last.observation = this.observation.join('\n').trim();
    this.observation = [];
  }
}
