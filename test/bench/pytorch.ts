import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../src/cli/package-root.ts';

/** Seconds that PyTorch may take for one case; on two cores it takes some twenty. */
const mostSeconds = 600;

/**
 * What `test/bench/pytorch.py` prints with these arguments. The Python that has PyTorch is named by CLEW_PYTHON;
 * `python3` if left out.
 *
 * @returns why there are no figures, where PyTorch is not installed or its program fails
 */
export function askPytorch(args: readonly string[]): Record<string, unknown> | { readonly missing: string } {
  const python = process.env.CLEW_PYTHON ?? 'python3';
  if (spawnSync(python, ['-c', 'import torch']).status !== 0)
    return { missing: `PyTorch is not installed for ${python}; CLEW_PYTHON names another Python` };
  // The program lies beside the sources, not among what is compiled.
  const program = fileURLToPath(new URL('test/bench/pytorch.py', packageRoot));
  const { status, stdout, stderr, error } = spawnSync(python, [program, ...args], {
    encoding: 'utf8',
    timeout: mostSeconds * 1000,
  });
  if (status !== 0) return { missing: `its program failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}` };
  return JSON.parse(stdout) as Record<string, unknown>;
}
