import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { installCuda } from '../../../src/policy/engines/onnx/cuda/install.ts';

const reason =
  process.platform !== 'linux' || process.arch !== 'x64'
    ? ' (skipped: needs Linux on x64)'
    : spawnSync('python3', ['-m', 'pip', '--version']).status !== 0
      ? ' (skipped: needs python3 with pip)'
      : '';

/** An index of wheels that hold a few letters each, from which pip fetches as from any other. */
const index = mkdtempSync(path.join(os.tmpdir(), 'clew-cuda-index-'));
afterAll(() => rmSync(index, { recursive: true }));
const wheel = (project: string, version: string, tag: string, files: Record<string, string>): string => {
  const name = `${project.replaceAll('-', '_')}-${version}`;
  const folder = mkdtempSync(path.join(index, 'made-'));
  const all = {
    ...files,
    [`${name}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${project}\nVersion: ${version}\n`,
    [`${name}.dist-info/WHEEL`]: `Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: ${tag}\n`,
    [`${name}.dist-info/RECORD`]: '',
  };
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  const out = path.join(index, `${name}-${tag}.whl`);
  const made = spawnSync('python3', ['-m', 'zipfile', '-c', out, ...readdirSync(folder)], { cwd: folder });
  expect(made.status).toBe(0);
  return createHash('sha256').update(readFileSync(out)).digest('hex');
};

describe.skipIf(reason)(`installing CUDA for onnxruntime${reason}`, { timeout: 300_000 }, () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(os.tmpdir(), 'clew-cuda-'));
    mkdirSync(path.join(home, 'runtime'));
    vi.stubEnv('CLEW_HOME', path.join(home, 'clew'));
    vi.stubEnv('PIP_NO_INDEX', '1');
    vi.stubEnv('PIP_FIND_LINKS', index);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  });
  const runtime = () => ({ version: '9.9.9', folder: path.join(home, 'runtime') });
  const needed = ['nvidia-cublas>=13,<14', 'nvidia-cudnn-cu13>=9,<10'];
  const sha256 = reason
    ? ''
    : wheel('onnxruntime-gpu', '9.9.9', 'cp311-cp311-manylinux_2_28_x86_64', {
        'onnxruntime/capi/libonnxruntime_providers_cuda.so': 'the provider',
        'onnxruntime/capi/libonnxruntime_providers_shared.so': 'its bridge',
        'onnxruntime/capi/libonnxruntime_providers_tensorrt.so': 'not wanted',
        'onnxruntime/__init__.py': '',
      });
  if (!reason) {
    wheel('nvidia-cublas', '13.1.0', 'py3-none-manylinux_2_27_x86_64', {
      'nvidia/cu13/lib/libcublas.so.13': 'products',
      'nvidia/cu13/include/cublas.h': '',
    });
    wheel('nvidia-cublas', '14.0.0', 'py3-none-manylinux_2_27_x86_64', { 'nvidia/cu14/lib/libcublas.so.14': 'newer' });
    wheel('nvidia-cudnn-cu13', '9.5.0', 'py3-none-manylinux_2_27_x86_64', {
      'nvidia/cudnn/lib/libcudnn.so.9': 'networks',
    });
  }

  it("puts the provider beside onnxruntime's library and NVIDIA's libraries of the right versions together", async () => {
    const steps: string[] = [];
    const result = await installCuda({
      runtime: runtime(),
      known: { '9.9.9': sha256 },
      needed,
      hasDriver: false,
      onStep: step => steps.push(step),
    });
    expect(result).toMatchObject({ works: false, problem: expect.stringMatching(/no NVIDIA driver here \(580/) });
    expect(result.libraryPath).toBe(path.join(home, 'clew', 'cuda'));
    expect(result.files.map(file => readFileSync(file, 'utf8'))).toEqual(['its bridge', 'the provider']);
    expect(readdirSync(runtime().folder).toSorted()).toEqual([
      'libonnxruntime_providers_cuda.so',
      'libonnxruntime_providers_shared.so',
    ]);
    expect(readdirSync(result.libraryPath).toSorted()).toEqual(['libcublas.so.13', 'libcudnn.so.9']);
    expect(readdirSync(path.join(home, 'clew'))).toEqual(['cuda']);
    expect(steps).toHaveLength(2);
  });

  it('refuses another wheel than the published one, and leaves nothing', async () => {
    await expect(installCuda({ runtime: runtime(), known: { '9.9.9': 'f'.repeat(64) }, needed })).rejects.toThrow(
      /onnxruntime_gpu-9\.9\.9-.*\.whl, as pip's index serves it, is not the published file: its SHA-256 is/,
    );
    expect(readdirSync(runtime().folder)).toEqual([]);
    expect(readdirSync(path.join(home, 'clew'))).toEqual([]);
  });

  it('leaves nothing where a library of NVIDIA cannot be fetched', async () => {
    await expect(
      installCuda({ runtime: runtime(), known: { '9.9.9': sha256 }, needed: ['nvidia-curand>=10'] }),
    ).rejects.toThrow(/python3 -m pip download failed.*nvidia-curand/s);
    expect(readdirSync(runtime().folder)).toEqual([]);
  });

  it('names the version of onnxruntime-node whose provider is known', async () => {
    await expect(installCuda({ runtime: runtime() })).rejects.toThrow(
      /onnxruntime-node 9\.9\.9 is installed, and its CUDA provider is known for 1\.30\.0 only: npm install/,
    );
  });

  it('names a missing pip', async () => {
    vi.stubEnv('PATH', home);
    await expect(installCuda({ runtime: runtime(), known: { '9.9.9': sha256 } })).rejects.toThrow(
      /This needs python3 -m pip, which is not on the PATH\. Install pip/,
    );
  });

  it('names another platform, and what computes there', async () => {
    vi.stubGlobal('process', Object.create(process, { platform: { value: 'darwin' }, arch: { value: 'arm64' } }));
    await expect(installCuda()).rejects.toThrow(/on Linux on x64 only; here is darwin on arm64.*--provider webgpu/);
    vi.unstubAllGlobals();
  });
});
