/** The Java process of the simulator. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { runFolder } from './folder.ts';
import { SimulatorEnded } from './gateway.ts';

/** There is no Java, or not one that runs the simulator: a sentence with what is needed. */
export class NoJava extends Error {
  override readonly name = 'NoJava';
}

/**
 * Without `hashCode=2` every object has a hash of its own, and sets of objects, which rooms and boxes are, list them in
 * another order in every process: the same commands then give other texts.
 */
export const reproducibleFlags = ['-XX:+UnlockExperimentalVMOptions', '-XX:hashCode=2', '-XX:+UseSerialGC'] as const;

export interface JavaProcess {
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process has ended, with why. */
  readonly ended: Promise<string>;
  /** Ends it and waits for that. */
  stop(): Promise<void>;
}

/** Milliseconds to the first line of a process that starts; a busy machine takes some seconds. */
const patience = 60_000;

/**
 * Starts the gateway of a jar. It listens on 127.0.0.1 only, without a password: whoever may connect to ports of this
 * machine may call it. It ends when its standard input closes, which happens at the latest when this process ends,
 * however it does.
 *
 * @param reproducible false leaves out the flags; for showing what happens then.
 * @throws NoJava with what is needed; SimulatorEnded when it starts and ends again.
 */
export async function startJava(java: string, jar: string, reproducible = true): Promise<JavaProcess> {
  const flags = reproducible ? reproducibleFlags : ['-XX:+UseSerialGC'];
  const gateway = ['py4j.GatewayServer', '--die-on-broken-pipe', '0'];
  const child = spawn(java, [...flags, '-Xmx1g', '-cp', resolve(jar), ...gateway], {
    cwd: runFolder(),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints = (complaints + text).slice(-2000)));
  child.stdin.on('error', () => {}); // it is told by `exit`
  const ended = new Promise<string>(resolve => {
    child.once('error', error => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(
        `the Java process ended by ${signal === null ? `itself with exit code ${code}` : `the signal ${signal}`}`,
      ),
    );
  });
  // `exit` may come before the last of what was said has been read; `close` comes after it.
  const heard = new Promise<void>(resolve => child.once('close', () => resolve()));
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  try {
    const port = await firstLine(child, java, ended, () => heard.then(() => complaints));
    // The simulator prints a page for each step: a full pipe would stop it for good.
    child.stdout!.resume();
    return { port, pid: child.pid!, ended, stop };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** The port, which is the first line that the process prints. */
async function firstLine(
  child: ChildProcess,
  java: string,
  ended: Promise<string>,
  complaints: () => Promise<string>,
): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const line = new Promise<string>(resolve => {
    let text = '';
    const take = (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (!text.includes('\n')) return;
      child.stdout!.off('data', take);
      resolve(text.split('\n')[0]!.trim());
    };
    child.stdout!.on('data', take);
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new NoJava(
          error.code === 'ENOENT'
            ? `There is no Java: ${java} is not to be found. ${neededJava}`
            : `${java} does not start (${error.message}). ${neededJava}`,
        ),
      ),
    );
    void ended.then(async why => {
      const said = (await complaints())
        .split('\n')
        .filter(text => text.trim() && !text.startsWith('Picked up '))
        .slice(0, 2)
        .join(' ');
      reject(
        /unrecogni[sz]ed|unsupportedclassversion|could not create the java/i.test(said)
          ? new NoJava(`${java} does not run the simulator: ${said} ${neededJava}`)
          : new SimulatorEnded(`${why}${said && ` and said: ${said}`}`),
      );
    });
    timer = setTimeout(
      () => reject(new SimulatorEnded(`the Java process printed no port within ${patience / 1000} s`)),
      patience,
    );
  });
  try {
    const port = Number(await Promise.race([line, failed]));
    if (!Number.isInteger(port) || port <= 0)
      throw new SimulatorEnded(`the Java process began with "${await line}", which is no port`);
    return port;
  } finally {
    clearTimeout(timer);
  }
}

export const neededJava =
  `Install a Java runtime, version 8 or newer, with HotSpot (Debian and Ubuntu: apt install ` +
  `openjdk-17-jre-headless), or name one with the variable JAVA_HOME. The world needs its flags ` +
  `${reproducibleFlags.slice(0, 2).join(' ')}; version 17 was tested.`;

/** The Java to start: the one that was named, that of `$JAVA_HOME`, or `java` on the path. */
export function javaCommand(named?: string, environment: NodeJS.ProcessEnv = process.env): string {
  // Seen from here: the process runs in a folder of its own.
  if (named) return /[/\\]/.test(named) ? resolve(named) : named;
  const home = environment['JAVA_HOME'];
  return home ? `${home}/bin/java` : 'java';
}
