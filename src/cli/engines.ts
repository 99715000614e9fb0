import { Command } from 'commander';
import pc from 'picocolors';
import { untilInterrupted } from './interruption.ts';
import { installTensorflow } from '../policy/engines/tensorflow/install.ts';
import { installCuda } from '../policy/engines/onnx/cuda/install.ts';
import { describeEngines, type EngineReport, type EnginesReport } from '../policy/index.ts';

export function enginesCommand(): Command {
  return new Command('engines')
    .description('show what the policy can compute with on this machine; each library and provider is tried')
    .option('--json', 'print the report as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const report = await describeEngines();
      process.stdout.write(`${json ? JSON.stringify(report, null, 2) : tableOf(report)}\n`);
    })
    .addCommand(installCommand());
}

function installCommand(): Command {
  return new Command('install')
    .description('install an engine that does not come with clew')
    .addCommand(cudaCommand())
    .addCommand(tensorflowCommand());
}

function cudaCommand(): Command {
  return new Command('cuda')
    .description(
      "fetch onnxruntime's CUDA provider and NVIDIA's libraries for it from Python's package index (Linux x64; needs " +
        'pip; 1.3 GB)',
    )
    .option('--json', 'print the result as JSON')
    .action(async (_: unknown, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      await untilInterrupted(async signal => {
        const result = await installCuda({ signal, onStep: message => process.stderr.write(`${message}\n`) });
        const { files, libraryPath, works, problem } = result;
        if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
        else
          process.stdout.write(
            `${files.join('\n')}\n${works ? 'A product of two matrices came out right on the GPU.' : `Not tried: ${problem}`}\n` +
              `Before commands with --provider cuda:\n  export LD_LIBRARY_PATH=${libraryPath}\n`,
          );
      });
    });
}

function tensorflowCommand(): Command {
  return new Command('tensorflow')
    .description(
      'build @tensorflow/tfjs-node-gpu against the libraries of TensorFlow 2.18 (Linux x64; needs npm, pip and ' +
        'g++); for all projects of this user',
    )
    .option(
      '--gpu',
      'with CUDA 12 for NVIDIA GPUs: fetches 3 GB instead of 0.3 GB, and takes 4 GB of disk instead of 1 GB',
    )
    .option('--wheel <file>', 'a wheel of TensorFlow that is here already, instead of fetching one with pip')
    .option('--force', 'install it again even if it works')
    .option('--json', 'print the result as JSON')
    .action(async (options: { gpu?: boolean; wheel?: string; force?: boolean }, command: Command) => {
      // Commander gives --json to the first command on the line that has it.
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const stop = new AbortController();
      const interrupted = () => stop.abort();
      process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
      try {
        const result = await installTensorflow({
          gpu: options.gpu ?? false,
          force: options.force ?? false,
          ...(options.wheel && { wheel: options.wheel }),
          signal: stop.signal,
          onStep: message => process.stderr.write(`${message}\n`),
        });
        if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
        else
          process.stdout.write(
            `TensorFlow ${result.version} ` +
              `${result.changed ? 'is installed and works' : 'was installed already and works'}, on the ` +
              `${result.onGpu ? 'GPU' : 'CPU'}: ${result.folder}\n` +
              (options.gpu && !result.onGpu
                ? 'There is no NVIDIA driver here, so it computes on the CPU until there is one.\n'
                : '') +
              pc.dim('clew engines shows all engines\n'),
          );
      } finally {
        process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      }
    });
}

function tableOf({ machine, engines, default: first }: EnginesReport): string {
  const lines = [
    `Node ${machine.node}, ${machine.platform}, ${machine.cores} cores of ${machine.processor}, ` +
      `${machine.memoryGiB} GiB`,
    '',
  ];
  for (const engine of engines) {
    const library = [engine.library, engine.version].filter(Boolean).join(' ');
    lines.push(
      `${pc.bold(engine.engine.padEnd(11))}${library}${isDefault(engine, first) ? pc.green('  (default)') : ''}`,
    );
    if (engine.problem) lines.push(`           ${pc.dim(engine.problem)}`);
    for (const { provider, works, device, problem } of engine.providers) {
      const said = device ?? (problem ? pc.dim(problem) : '');
      lines.push(`           ${works ? pc.green('works ') : pc.red('no    ')} ${provider.padEnd(7)}${said}`.trimEnd());
    }
  }
  return lines.join('\n');
}

function isDefault(engine: EngineReport, first: EnginesReport['default']): boolean {
  return first !== null && engine.engine === first.engine && engine.library === first.library;
}
