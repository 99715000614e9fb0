import {
  Learner,
  type Loss,
  type Model,
  type ReplyOptions,
  type Row,
  Sampler,
  type Slot,
  type SlotUse,
} from '../../../src/policy/index.ts';

/** What an episode asked of the sampler: what it fed before each reply, and how many tokens came. */
interface RecordedSlot {
  readonly key: readonly (string | number)[];
  readonly turns: { readonly fed: readonly number[]; readonly options: ReplyOptions; written: number }[];
}

/** What a stage asked of the engine, in order: gradients, scores, and episodes between two of them. */
type Asked =
  | { readonly kind: 'gradient'; readonly rows: readonly Row[]; readonly loss: Loss }
  | { readonly kind: 'score'; readonly rows: readonly Row[] }
  | { readonly kind: 'episodes'; readonly slots: RecordedSlot[]; open: number; most: number };

/** What the engine was asked while something was recorded. */
export interface Recording {
  readonly asked: readonly Asked[];
  /** Tokens of rows that gradients were taken of, of rows that were scored, read and written by episodes. */
  readonly tokens: { trained: number; scored: number; read: number; written: number };
  readonly workers: number;
  readonly model: Model;
  /** What samplers computed until they were closed. */
  readonly use: SlotUse;
}

/** Writes down what `work` asks of learners and samplers, whoever opens them, without changing what it gets. */
export async function recorded(work: () => Promise<unknown>): Promise<Recording> {
  const asked: Asked[] = [];
  const tokens = { trained: 0, scored: 0, read: 0, written: 0 };
  let workers = 1;
  let model: Model | undefined;
  const { gradient, score } = Learner.prototype;
  const { slot, close } = Sampler.prototype;
  const use: SlotUse = { graphs: 0, computed: 0, read: 0, places: 0, kept: 0, readings: 0, pieces: 0 };
  Sampler.prototype.close = async function () {
    for (const [name, count] of Object.entries(await this.use())) use[name as keyof SlotUse] += count;
    await close.call(this);
  };
  Learner.prototype.gradient = function (rows, loss) {
    ({ model, workers } = this);
    asked.push({ kind: 'gradient', rows, loss });
    tokens.trained += lengthOf(rows);
    return gradient.call(this, rows, loss);
  };
  Learner.prototype.score = function (rows) {
    ({ model, workers } = this);
    asked.push({ kind: 'score', rows });
    tokens.scored += lengthOf(rows);
    return score.call(this, rows);
  };
  Sampler.prototype.slot = function (...key) {
    ({ model } = this);
    let last = asked.at(-1);
    if (last?.kind !== 'episodes') asked.push((last = { kind: 'episodes', slots: [], open: 0, most: 0 }));
    last.most = Math.max(last.most, ++last.open);
    const of = last;
    return watched(slot.call(this, ...key), key, of.slots, tokens, () => of.open--);
  };
  try {
    await work();
  } finally {
    Object.assign(Learner.prototype, { gradient, score });
    Object.assign(Sampler.prototype, { slot, close });
  }
  return { asked, tokens, workers, model: model!, use };
}

function watched(
  slot: Slot,
  key: readonly (string | number)[],
  into: RecordedSlot[],
  tokens: Recording['tokens'],
  onClose: () => void,
): Slot {
  const record: RecordedSlot = { key, turns: [] };
  into.push(record);
  let fed: number[] = [];
  return {
    get tokens() {
      return slot.tokens;
    },
    feed(given) {
      fed.push(...given);
      slot.feed(given);
    },
    async reply(options) {
      const turn = { fed, options, written: 0 };
      fed = [];
      record.turns.push(turn);
      const reply = await slot.reply(options);
      turn.written = reply.tokens.length;
      tokens.read += turn.fed.length;
      tokens.written += turn.written;
      return reply;
    },
    close() {
      onClose();
      slot.close();
    },
  };
}

/** Seconds of the engine alone for what was recorded: the same rows and episodes, all of them at hand. */
export async function replay({ asked, model, workers }: Recording): Promise<{ training: number; sampling: number }> {
  const seconds = { training: 0, sampling: 0 };
  const learner = asked.some(({ kind }) => kind !== 'episodes') ? await Learner.open(model, { workers }) : undefined;
  const sampler = asked.some(({ kind }) => kind === 'episodes') ? await Sampler.open(model, { workers }) : undefined;
  for (const each of asked) {
    const from = performance.now();
    if (each.kind === 'episodes') await playAgain(sampler!, each.slots, each.most);
    else if (each.kind === 'score') await learner!.score(each.rows);
    else {
      await learner!.gradient(each.rows, each.loss);
      // As after an update: the threads read the parameters again.
      model.version++;
    }
    seconds[each.kind === 'episodes' ? 'sampling' : 'training'] += (performance.now() - from) / 1000;
  }
  await Promise.all([learner?.close(), sampler?.close()]);
  return seconds;
}

async function playAgain(sampler: Sampler, slots: readonly RecordedSlot[], most: number): Promise<void> {
  let next = 0;
  const play = async (): Promise<void> => {
    while (next < slots.length) {
      const { key, turns } = slots[next++]!;
      const slot = sampler.slot(...key);
      for (const { fed, options, written } of turns) {
        slot.feed(fed);
        if (written === 0) break;
        // As many tokens as then, whatever they are: a model that has learnt since would stop elsewhere.
        await slot.reply({ ...options, stop: [], limit: written });
      }
      slot.close();
    }
  };
  await Promise.all(Array.from({ length: most }, play));
}

function lengthOf(rows: readonly Row[]): number {
  return rows.reduce((sum, { tokens }) => sum + tokens.length, 0);
}
