import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';

const program = (await import('./pytorch.ts')).askPytorch;
const built = (
  (await import(new URL('../../dist/test/bench/pytorch.js', import.meta.url).href)) as typeof import('./pytorch.ts')
).askPytorch;

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Makes CLEW_PYTHON a program that has PyTorch, as far as it says, and runs this with what it is given. */
function pythonThat(runs: string): void {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'clew-python-')), 'python');
  writeFileSync(file, `#!/bin/sh\n[ "$1" = -c ] && exit 0\n${runs}\n`);
  chmodSync(file, 0o755);
  vi.stubEnv('CLEW_PYTHON', file);
}

test.each([
  ['the sources', program],
  ['the build', built],
])('a bench started from %s finds the program that asks PyTorch', (_, ask) => {
  pythonThat('grep -q "import torch" "$1" && echo "{\\"case\\": \\"$2\\"}"');
  expect(ask(['training'])).toEqual({ case: 'training' });
});

test('without PyTorch, or when its program fails, the reason stands in place of figures', () => {
  vi.stubEnv('CLEW_PYTHON', '/nowhere/python');
  expect(program([])).toEqual({
    missing: 'PyTorch is not installed for /nowhere/python; CLEW_PYTHON names another Python',
  });
  pythonThat('echo "first line" >&2; echo "RuntimeError: no memory" >&2; exit 1');
  expect(program([])).toEqual({ missing: 'its program failed: RuntimeError: no memory' });
});
