import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MissingDataError } from 'clew';
import { beforeAll, describe, expect, it } from 'vitest';
import { fetchSimulator, openJar, openSimulator, Simulator } from '../../../envs/scienceworld/index.ts';
import { startJava } from '../../../envs/scienceworld/java.ts';
import { needsSimulator, simulatorJar } from './simulator.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'clew-scienceworld-'))));

function fileWith(name: string, content: string, mode = 0o644): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

describe('what is missing or wrong is told in a sentence', () => {
  it('no jar', async () => {
    await expect(openJar(join(folder, 'none'))).rejects.toThrow(/no scienceworld\.jar .* clew scienceworld fetch/);
    await expect(openJar(folder)).rejects.toThrow(`at ${folder}`);
  });

  it('a file that is another jar, or no wheel', async () => {
    await expect(openJar(fileWith('scienceworld.jar', 'x'))).rejects.toThrow('its SHA-256 is 2d711642');
    await expect(openJar(fileWith('x.whl', 'x'))).rejects.toThrow('cannot be read as a wheel');
  });

  it('a wheel that is not the published one', async () => {
    await expect(fetchSimulator({ from: fileWith('y.whl', 'x'), to: folder })).rejects.toThrow(
      /is not the published scienceworld-1\.2\.3-py3-none-any\.whl: it has 1 bytes/,
    );
    await expect(fetchSimulator({ from: '/none.whl', to: folder })).rejects.toThrow('There is no file /none.whl');
  });

  it('no Java', async () => {
    await expect(startJava(join(folder, 'no-java'), 'x.jar')).rejects.toThrow(/There is no Java: .*JAVA_HOME/);
  });

  it('a Java that refuses the flags', async () => {
    const java = fileWith('refuses', "#!/bin/sh\necho 'Unrecognized VM option hashCode=2' >&2\nexit 1\n", 0o755);
    await expect(startJava(java, 'x.jar')).rejects.toThrow(
      /does not run the simulator: Unrecognized VM option hashCode=2 .*-XX:hashCode=2/,
    );
  });

  it('also when its complaint is read only after it has ended', async () => {
    const late = "(sleep 0.3; echo 'Unrecognized VM option hashCode=2' >&2) &\nexit 1\n";
    await expect(startJava(fileWith('late', `#!/bin/sh\n${late}`, 0o755), 'x.jar')).rejects.toThrow(
      /does not run the simulator: Unrecognized VM option/,
    );
  });

  it('a program that is no Java, or ends at once', async () => {
    await expect(startJava(fileWith('talks', '#!/bin/sh\necho hello\nsleep 5\n', 0o755), 'x.jar')).rejects.toThrow(
      'began with "hello", which is no port',
    );
    await expect(startJava(fileWith('ends', '#!/bin/sh\nexit 3\n', 0o755), 'x.jar')).rejects.toThrow('exit code 3');
  });

  it('by the simulator as by its parts: what is not there is missing data, so that whoever needs no episode goes on', async () => {
    const options = { jar: 'x.jar', java: join(folder, 'no-java'), environments: 1 };
    await expect(Simulator.open(options)).rejects.toBeInstanceOf(MissingDataError);
  });
});

describe.skipIf(!simulatorJar)(`a Java that does not heed the flags${needsSimulator}`, () => {
  it('is refused, by name', { timeout: 120_000 }, async () => {
    const java = fileWith('without', '#!/bin/sh\nshift 2\nexec java "$@"\n', 0o755);
    await expect(openSimulator({ java, environments: 1 })).rejects.toThrow(
      /This Java \(version .*\) does not heed -XX:hashCode=2/,
    );
  });
});
