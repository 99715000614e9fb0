import { loadavg } from 'node:os';
import { readdirSync, readFileSync } from 'node:fs';
import type { BenchResult } from '../bench.ts';
import { recorded, replay } from './recording.ts';

/**
 * Runs a stage, then what it asked of the engine once more with everything at hand. `shareOfEngine` is the part of the
 * stage's time that the engine alone takes: 1 where nothing else costs anything.
 */
export async function measured(work: () => Promise<unknown>): Promise<BenchResult> {
  const load = loadavg()[0]!;
  const idle = performance.eventLoopUtilization();
  const cpu = process.cpuUsage();
  const threads = threadSeconds();
  const from = performance.now();
  const recording = await recorded(work);
  const seconds = (performance.now() - from) / 1000;
  const used = process.cpuUsage(cpu);
  const mainThread = performance.eventLoopUtilization(idle).utilization;
  const mainSeconds = threadSeconds() - threads;
  const resident = process.memoryUsage().rss;
  const peak = process.resourceUsage().maxRSS * 1024;
  const again = process.cpuUsage();
  const engine = await replay(recording);
  const engineUsed = process.cpuUsage(again);
  const { trained, scored, read, written } = recording.tokens;
  const tokens = trained + scored + read + written;
  const engineSeconds = engine.training + engine.sampling;
  const { graphs, computed, read: readInSlots, places, kept } = recording.use;
  return {
    ...recording.tokens,
    seconds: round(seconds),
    engineSeconds: { training: round(engine.training), sampling: round(engine.sampling) },
    tokensPerSecond: Math.round(tokens / seconds),
    engineTokensPerSecond: Math.round(tokens / engineSeconds),
    shareOfEngine: round(engineSeconds / seconds),
    // Of the slots that were computed those in which a token was read, and of the places looked at those with a token.
    ...(graphs > 0 && {
      decodingGraphs: graphs,
      usefulSlots: round(readInSlots / computed),
      usefulPlaces: round(kept / places),
    }),
    processorSeconds: round(total(used)),
    engineProcessorSeconds: round(total(engineUsed)),
    mainThreadBusy: round(mainThread),
    ...(mainSeconds > 0 && { mainThreadProcessorSeconds: round(mainSeconds) }),
    residentMiB: Math.round(resident / 2 ** 20),
    peakResidentMiB: Math.round(peak / 2 ** 20),
    load: round(load),
  };
}

/** Processor seconds of the main thread so far, where the system tells them (Linux); else 0. */
function threadSeconds(): number {
  try {
    if (!readdirSync('/proc/self/task').includes(String(process.pid))) return 0;
    // Fields 14 and 15 of the line, of which the second, the name, may hold blanks; a tick is a hundredth of a second.
    const fields = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

function total({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
