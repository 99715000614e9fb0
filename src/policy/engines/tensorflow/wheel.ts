import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { ClewError } from '../../../errors.ts';
import { runTool, type Tool } from './tool.ts';

/**
 * Of the versions that keep the C API in libtensorflow_cc, the one that was tested. The libraries do not depend on
 * Python, so any of a version's wheels will do.
 */
const version = '2.18.1';
const tags = 'cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64';
const wheels = {
  cpu: { project: 'tensorflow-cpu', sha256: '810c75d7149d2da0cb2092187817b0dcabb80728ca9f9cf3a61f3f42fadd1298' },
  gpu: { project: 'tensorflow', sha256: 'c9f87e5d2a680a4595f5dc30daf6bbaec9d4129b46d7ef1b2af63c46ac7d2828' },
};

/** The file name of TensorFlow's wheel, for the CPU alone or with CUDA. */
export function wheelName(gpu: boolean): string {
  return `${wheels[gpu ? 'gpu' : 'cpu'].project.replace('-', '_')}-${version}-${tags}.whl`;
}

/** Fetches TensorFlow's wheel from pip's index and checks its content; gives the path. */
export async function fetchWheel(pip: Tool, gpu: boolean, into: string): Promise<string> {
  const { project, sha256 } = wheels[gpu ? 'gpu' : 'cpu'];
  await download(pip, [`${project}==${version}`], into, [
    '--python-version',
    '3.11',
    '--implementation',
    'cp',
    '--abi',
    'cp311',
  ]);
  const file = path.join(into, wheelName(gpu));
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const actual = hash.digest('hex');
  if (actual !== sha256)
    throw new ClewError(
      `${wheelName(gpu)}, as pip's index serves it, is not the published file: its SHA-256 is ${actual}, not ` +
        `${sha256}. Ask whoever runs the index, or give a wheel that you trust with --wheel.`,
    );
  return file;
}

/**
 * Fetches wheels that do not depend on Python's version; gives their paths.
 * @param options of pip, for wheels that do
 */
export async function fetchWheels(
  pip: Tool,
  requirements: readonly string[],
  into: string,
  options: readonly string[] = [],
): Promise<string[]> {
  const before = new Set(await readdir(into).catch(() => []));
  await download(pip, requirements, into, options);
  return (await readdir(into)).filter(name => !before.has(name)).map(name => path.join(into, name));
}

async function download(
  pip: Tool,
  requirements: readonly string[],
  into: string,
  pythonOptions: readonly string[],
): Promise<void> {
  const platforms = ['manylinux_2_17_x86_64', 'manylinux2014_x86_64', 'manylinux1_x86_64'].flatMap(platform => [
    '--platform',
    platform,
  ]);
  await runTool(pip, [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--disable-pip-version-check',
    '--progress-bar',
    'off',
    '--no-cache-dir',
    ...pythonOptions,
    ...platforms,
    '--dest',
    into,
    ...requirements,
  ]);
}

/**
 * The NVIDIA wheels that a wheel of TensorFlow's CUDA build names, but for the compiler, which its kernels do not need.
 */
export async function nvidiaRequirements(wheel: string): Promise<string[]> {
  let metadata = '';
  await eachEntry(wheel, async (entry, read) => {
    if (/^[^/]+\.dist-info\/METADATA$/.test(entry.fileName)) metadata = await text(await read());
  });
  const requirements = [...metadata.matchAll(/^Requires-Dist: (nvidia-[\w-]+) *\(?(==[\d.]+)\)? *;.*and-cuda/gm)].map(
    ([, name, version]) => `${name}${version}`,
  );
  if (requirements.length === 0)
    throw new ClewError(
      `${wheel} names no NVIDIA libraries: it is no wheel of TensorFlow's CUDA build (the project "tensorflow").`,
    );
  return requirements.filter(name => !name.startsWith('nvidia-cuda-nvcc'));
}

/** Throws when a file is no wheel of TensorFlow with the libraries that the addon needs. */
export async function checkWheel(wheel: string, gpu: boolean): Promise<void> {
  if (!existsSync(wheel)) throw new ClewError(`There is no wheel ${wheel}.`);
  const missing = new Set([
    'tensorflow/libtensorflow_cc.so.2',
    'tensorflow/libtensorflow_framework.so.2',
    'tensorflow/include/tensorflow/c/eager/c_api.h',
  ]);
  await eachEntry(wheel, async ({ fileName }) => {
    missing.delete(fileName);
  });
  for (const name of missing)
    throw new ClewError(
      `${wheel} holds no ${name}. The wheels of TensorFlow for Linux do; ${wheelName(gpu)} is the one that was tested.`,
    );
  if (gpu) await nvidiaRequirements(wheel);
}

/** Unpacks the files whose names match. */
export async function extractWheel(wheel: string, into: string, names: RegExp): Promise<void> {
  await eachEntry(wheel, async (entry, read) => {
    if (!names.test(entry.fileName)) return;
    const file = path.join(into, entry.fileName);
    await mkdir(path.dirname(file), { recursive: true });
    await pipeline(await read(), createWriteStream(file));
  });
}

async function eachEntry(
  wheel: string,
  visit: (entry: Entry, read: () => Promise<Readable>) => Promise<void>,
): Promise<void> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(wheel, { autoClose: false });
    const open = zip;
    for await (const entry of open.eachEntry()) await visit(entry, () => open.openReadStreamPromise(entry));
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    // A full disk, say, is not the wheel's fault.
    throw new ClewError(
      code
        ? `Unpacking ${wheel} failed: ${message}.`
        : `${wheel} cannot be read as a wheel: ${message}. Fetch it again.`,
      { cause: error },
    );
  } finally {
    zip?.close();
  }
}
