import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DecodedSlot } from '../../src/policy/decoded-slot.ts';
import { DecodingLoop, type ResidentRun } from '../../src/policy/decoding-loop.ts';
import { isResident, type Program, type Resident, withSources } from '../../src/policy/engines/engine.ts';
import { openEngine } from '../../src/policy/engines/open.ts';
import { frozenModel, openPublishedFolder } from '../../src/policy/published/index.ts';
import { readingsOf } from '../../src/policy/reading.ts';
import { writeTinyFolder } from './published/tiny-folder.ts';

const root = await mkdtemp(path.join(tmpdir(), 'clew-reading-'));
afterAll(() => rm(root, { recursive: true }));

/** A slot that has read some tokens, and has others to read before the one that a step reads. */
function slot(read: number, left: number): DecodedSlot {
  const made = new DecodedSlot(0, ['reading'], 0, { context: 4096, vocabulary: 9, published: true }, undefined);
  made.tokens.push(...Array.from({ length: read + left + 1 }, () => 1));
  made.read = read;
  return made;
}

const shapes = (slots: readonly DecodedSlot[], asked = slots.length) =>
  readingsOf(slots, asked).map(({ rows, count, slots: { length } }) => `${length} of ${rows} × ${count}`);

describe('readings', () => {
  it('take slots with as much to read together, up to a block of tokens', () => {
    expect(shapes([slot(300, 20)])).toEqual(['1 of 1 × 32']);
    expect(shapes([slot(300, 20), slot(700, 4)])).toEqual(['2 of 2 × 32']);
    expect(shapes(Array.from({ length: 19 }, () => slot(600, 24)))).toEqual([
      '8 of 8 × 32',
      '8 of 8 × 32',
      '3 of 4 × 32',
    ]);
    expect(shapes([slot(520, 120), slot(600, 30), slot(530, 110), slot(600, 20), slot(540, 128)])).toEqual([
      '2 of 2 × 32',
      '2 of 2 × 128',
      '1 of 1 × 128',
    ]);
    expect(shapes([slot(256, 900), slot(512, 256)])).toEqual(['1 of 1 × 256', '1 of 1 × 256']);
  });

  it('take what begins an episode apart from what goes on, and never a token beyond a block', () => {
    expect(shapes([slot(0, 30), slot(300, 30), slot(0, 20)])).toEqual(['2 of 2 × 32', '1 of 1 × 32']);
    expect(shapes([slot(250, 200)])).toEqual(['1 of 1 × 32']);
  });

  it('wait until a quarter of those that ask have a short text, but for long texts and where nobody writes', () => {
    const short = slot(300, 20);
    expect(shapes([short], 8)).toEqual([]);
    expect(shapes([short, slot(0, 900)], 12)).toEqual(['1 of 1 × 256']);
    expect(shapes([short, slot(400, 20)], 8)).toEqual(['2 of 2 × 32']);
    expect(shapes([short], 7)).toEqual(['1 of 1 × 32']);
    expect(shapes([], 7)).toEqual([]);
  });
});

describe('texts that are read at once', () => {
  it('are read from the caches that stay in an engine, where they stay in one', async () => {
    const model = frozenModel(await openPublishedFolder(await writeTinyFolder(root)));
    const engine = await openEngine({ engine: 'onnx' });
    const programs = new Map<string, Program>();
    /** Only tells whether an array stays; what stays is the array itself. */
    const staying = new Set<Resident & { values: Float32Array }>();
    const upload = (values: Float32Array, shape: readonly number[]): Resident => {
      const resident = { shape, values };
      staying.add(resident);
      return resident;
    };
    const residentRun: ResidentRun = {
      memory: {
        upload: async (values, shape) => upload(values, shape),
        download: async tensor => (tensor as Resident & { values: Float32Array }).values,
        release: tensors => {
          for (const tensor of tensors) staying.delete(tensor as Resident & { values: Float32Array });
        },
      },
      async run({ stays: names = [], ...definition }, { feeds }) {
        const program = programs.get(definition.name) ?? (await engine.compile(withSources(definition, model.frozen!)));
        programs.set(definition.name, program);
        const values = await program.run(
          Object.fromEntries(
            Object.entries(feeds).map(([name, feed]) => {
              if (!isResident(feed)) return [name, feed];
              const resident = feed as Resident & { values: Float32Array };
              expect(staying.has(resident)).toBe(true);
              return [name, resident.values];
            }),
          ),
        );
        const stays: Record<string, Resident> = {};
        for (const name of names) {
          stays[name] = upload(values[name]!, definition.inputs[name]!.shape);
          delete values[name];
        }
        return { values, stays };
      },
    };
    const runs: string[] = [];
    const write = async (resident?: ResidentRun) => {
      const loop = new DecodingLoop(
        model.config,
        async (definition, task) => {
          runs.push(definition.name);
          return (await residentRun.run(definition, task)).values;
        },
        undefined,
        resident,
      );
      const replies: unknown[] = [];
      for (let turn = 0; turn < 3; turn++)
        replies.push(
          await Promise.all(
            [0, 1, 2, 3].map(i =>
              loop.reply({
                version: 0,
                slot: i,
                key: ['staying', i],
                fed: Array.from({ length: 30 + 7 * i }, (_, j) => (13 * i + 7 * j + turn) % 268),
                options: { stop: [], limit: 4 },
              }),
            ),
          ),
        );
      loop.release();
      return { replies, use: loop.use };
    };
    const there = await write({
      ...residentRun,
      run: (definition, task) => {
        runs.push(`${definition.name}, staying`);
        return residentRun.run(definition, task);
      },
    });
    expect(runs).toContain('read 4 × 32 against 4 × 256, staying');
    expect(staying.size).toBe(0);
    const here = await write();
    expect(there).toEqual(here);
    expect(here.use.pieces).toBeGreaterThan(here.use.readings);
  });
});
