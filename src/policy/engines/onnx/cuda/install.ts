import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ClewError } from '../../../../errors.ts';
import { installationFolder } from '../../tensorflow/installation.ts';
import { runTool, type Tool } from '../../tensorflow/tool.ts';
import { extractWheel, fetchWheels } from '../../tensorflow/wheel.ts';
import { loadRuntime, probeModel } from '../runtime.ts';

/**
 * The wheel of `onnxruntime-gpu` for each version of onnxruntime-node, by its SHA-256. Its provider is built from the
 * same sources as the npm package of the same version, and loads into no other.
 */
const providers: Readonly<Record<string, string>> = {
  '1.30.0': '4fbf0c5d7b5fb99266c2e8a802e3e64af68bdc383e0f3c7349b985f1087eedaa',
};

/** What the provider is linked with, or loads: CUDA 13 and cuDNN 9. pip compares what it fetches with its index. */
const nvidia = [
  'nvidia-cuda-runtime>=13,<14',
  'nvidia-cuda-nvrtc>=13,<14',
  'nvidia-cublas>=13,<14',
  'nvidia-curand>=10.4,<11',
  'nvidia-cufft>=12,<13',
  'nvidia-cudnn-cu13>=9,<10',
];

const platforms = ['manylinux_2_28_x86_64', 'manylinux_2_27_x86_64'].flatMap(name => ['--platform', name]);
const python = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311', '--abi', 'none'];

export interface CudaOptions {
  onStep?: (message: string) => void;
  signal?: AbortSignal;
  /** The onnxruntime-node that is given a provider; the one that is installed, if left out. */
  runtime?: { readonly version: string; readonly folder: string };
  /** Wheels by version, and what of NVIDIA's is needed; others only in tests. */
  known?: Readonly<Record<string, string>>;
  needed?: readonly string[];
  /** Whether the driver of an NVIDIA GPU is here; looked for if left out. */
  hasDriver?: boolean;
}

export interface CudaInstallation {
  /** The libraries that were written beside onnxruntime's own. */
  readonly files: readonly string[];
  /** What LD_LIBRARY_PATH must hold when a process starts that computes with CUDA. */
  readonly libraryPath: string;
  /** Whether a product was computed on the GPU; if not, why not. */
  readonly works: boolean;
  readonly problem?: string;
}

/**
 * Fetches onnxruntime's CUDA provider for the onnxruntime-node that is installed, and NVIDIA's libraries for it, by pip.
 * The provider is put beside onnxruntime's library, where that looks for it; NVIDIA's libraries into `cuda` under
 * `CLEW_HOME`, for all projects of a user. Nothing is put anywhere before all of it is here and checked.
 * @throws ClewError on another system, for another version of onnxruntime-node, without pip, for another wheel than the
 *   published one, and where a GPU is there and computes nothing
 */
export async function installCuda({
  onStep = () => {},
  signal,
  runtime: given,
  known = providers,
  needed = nvidia,
  hasDriver = existsSync('/proc/driver/nvidia/version'),
}: CudaOptions = {}): Promise<CudaInstallation> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new ClewError(
      `This installs CUDA on Linux on x64 only; here is ${process.platform} on ${process.arch}. The onnx engine runs ` +
        `on GPUs through WebGPU without it: --provider webgpu.`,
    );
  const runtime = given ?? (await installedRuntime());
  const sha256 = known[runtime.version];
  if (sha256 === undefined)
    throw new ClewError(
      `onnxruntime-node ${runtime.version} is installed, and its CUDA provider is known for ` +
        `${Object.keys(known).join(', ')} only: npm install onnxruntime-node@${Object.keys(known).at(-1)}`,
    );
  const pip: Tool = {
    command: ['python3', '-m', 'pip'],
    remedy: 'Install pip (Debian and Ubuntu: apt install python3-pip; Fedora: dnf install python3-pip).',
    ...(signal && { signal }),
  };
  await runTool(pip, ['--version']);
  const folder = path.join(path.dirname(installationFolder()), 'cuda');
  await mkdir(path.dirname(folder), { recursive: true });
  const stage = await mkdtemp(path.join(os.tmpdir(), 'clew-cuda-'));
  const partial = `${folder}.partial-${process.pid}`;
  try {
    onStep(`Fetching onnxruntime-gpu ${runtime.version} (247 MB)`);
    const [wheel] = await fetchWheels(pip, [`onnxruntime-gpu==${runtime.version}`], path.join(stage, 'provider'), [
      ...platforms,
      ...python,
    ]);
    if (!wheel) throw new ClewError(`pip fetched nothing for onnxruntime-gpu ${runtime.version}.`);
    const actual = await sha256Of(wheel);
    if (actual !== sha256)
      throw new ClewError(
        `${path.basename(wheel)}, as pip's index serves it, is not the published file: its SHA-256 is ${actual}, ` +
          `not ${sha256}. Ask whoever runs the index.`,
      );
    await extractWheel(wheel, stage, /^onnxruntime\/capi\/libonnxruntime_providers_(cuda|shared)\.so$/);
    onStep(`Fetching NVIDIA's libraries: ${needed.join(', ')} (1 GB)`);
    for (const file of await fetchWheels(pip, needed, path.join(stage, 'nvidia'), platforms)) {
      await extractWheel(file, path.join(stage, 'libraries'), /^nvidia\/.+\.so[.\d]*$/);
      await rm(file);
    }
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial);
    for (const file of await sharedLibraries(path.join(stage, 'libraries')))
      await copyFile(file, path.join(partial, path.basename(file)));
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
    const files: string[] = [];
    for (const name of ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so']) {
      const to = path.join(runtime.folder, name);
      const from = path.join(stage, 'onnxruntime', 'capi', name);
      if (!existsSync(from)) throw new ClewError(`${path.basename(wheel)} holds no ${name}.`);
      await copyFile(from, `${to}.partial`);
      await rename(`${to}.partial`, to);
      files.push(to);
    }
    if (!hasDriver)
      return {
        files,
        libraryPath: folder,
        works: false,
        problem: 'there is no NVIDIA driver here (580 or newer is needed).',
      };
    onStep('Multiplying two matrices to see that it works');
    await verify(folder, signal);
    return { files, libraryPath: folder, works: true };
  } finally {
    await rm(stage, { recursive: true, force: true });
    await rm(partial, { recursive: true, force: true });
  }
}

/** The native library that is installed, and where its own library lies. */
async function installedRuntime(): Promise<{ version: string; folder: string }> {
  const { version } = await loadRuntime('onnxruntime-node');
  const root = path.join(path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '..');
  const found = (await readdir(path.join(root, 'bin'), { recursive: true })).find(file =>
    /linux[\\/]x64[\\/]libonnxruntime\.so\.1$/.test(file),
  );
  if (found === undefined)
    throw new ClewError(
      `${root} holds no libonnxruntime.so.1 for Linux on x64. Install it again: npm install onnxruntime-node`,
    );
  return { version, folder: path.join(root, 'bin', path.dirname(found)) };
}

async function sharedLibraries(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter(entry => entry.isFile()).map(entry => path.join(entry.parentPath, entry.name));
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Computes on the GPU in a process of its own: the loader reads its path when a process starts. */
async function verify(libraries: string, signal?: AbortSignal): Promise<void> {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  const script = `
    const { InferenceSession, Tensor } = require(${JSON.stringify(entry)});
    (async () => {
      const model = Buffer.from('${Buffer.from(probeModel()).toString('base64')}', 'base64');
      const extra = { session: { disable_cpu_ep_fallback: '1' } };
      const session = await InferenceSession.create(model, { executionProviders: ['cuda'], extra });
      const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [2, 2]) });
      process.stdout.write([...y.data].join());
    })().catch(error => { process.stderr.write(error.message); process.exitCode = 1; });`;
  const path = [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  const node: Tool = {
    command: ['env', `LD_LIBRARY_PATH=${path}`, process.execPath],
    remedy: '',
    ...(signal && { signal }),
  };
  const { stdout } = await runTool(node, ['--eval', script]);
  if (stdout !== '7,10,15,22')
    throw new ClewError(`CUDA multiplies wrongly: [[1, 2], [3, 4]] squared came out as ${stdout}.`);
}
