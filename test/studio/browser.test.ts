import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import household from '../../envs/household/index.ts';
import room from '../../envs/locked-room/index.ts';
import { openStore, type Store, type World } from '../../src/index.ts';
import { liveDatabase, serve, studioApp, type LiveDatabase, type Served } from '../../src/studio/index.ts';
import { chromiumPath, needsChromium, openChromium, openPage, patience } from './chromium.ts';
import { makeStudy } from '../report/study.ts';
import faulty from '../world/fixtures/faulty-world.ts';
import { trajectoryOf } from './recorded.ts';

const worlds = [
  { name: 'locked-room', world: room },
  { name: 'household', world: household },
  { name: 'elsewhere', problem: 'Its games are not here.' },
];
const token = 'a-token-for-the-tests';
/** A busy machine may take its time. */
const soon = { timeout: patience };

// Set CLEW_SCREENSHOTS to a folder to look at what the tests see.
const look = (page: Page, name: string) =>
  process.env['CLEW_SCREENSHOTS']
    ? page.screenshot({ path: join(process.env['CLEW_SCREENSHOTS'], `${name}.png`), fullPage: true })
    : undefined;

describe.skipIf(!chromiumPath)(`the studio in a browser${needsChromium}`, { timeout: 360_000 }, () => {
  let folder: string;
  let writer: Store;
  let database: LiveDatabase;
  let browser: Browser;
  let served: Served;
  let onlyWorlds: Served;
  const stop = new AbortController();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clew-studio-'));
    const path = join(folder, 'runs.db');
    writer = openStore(path);
    writer.runs.add({ id: 'first', kind: 'rollout', world: 'locked-room', config: {} });
    writer.trajectories.add(trajectoryOf('first', 0));
    database = liveDatabase(path, { interval: 50 });
    served = await serve(studioApp({ worlds, database, token, stopped: stop.signal }), '127.0.0.1', 0);
    onlyWorlds = await serve(studioApp({ worlds }), '127.0.0.1', 0);
    browser = await openChromium();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    stop.abort();
    await served?.close();
    await onlyWorlds?.close();
    await database?.close();
    writer?.close();
    rmSync(folder, { recursive: true });
  });

  /** Begins an episode of a world and does what the hints say, by clicking. */
  async function playToTheEnd(page: Page, world: string): Promise<void> {
    await page.getByLabel('World').selectOption(world);
    // Tasks of the chosen world are on their way.
    await expect.poll(() => page.getByLabel('Task').inputValue(), soon).toContain(`${world}:`);
    await page.getByRole('button', { name: 'Begin' }).click();
    const end = page.getByText('Success, in');
    for (let i = 0; i < 60 && !(await end.isVisible()); i++) {
      const steps = await page.locator('.play-transcript li').count();
      await page.getByRole('button', { name: 'Hint' }).click();
      await page.locator('.play-hint button').click();
      await expect.poll(() => page.locator('.play-transcript li').count(), soon).toBe(steps + 1);
    }
    await end.waitFor();
  }

  it.each(['locked-room', 'household'])('plays %s to success by clicking', async world => {
    const { page, problems } = await openPage(browser);
    await page.goto(onlyWorlds.url);
    await playToTheEnd(page, world);
    await look(page, `won-${world}`);
    expect(await page.getByRole('option', { name: 'elsewhere (not here)' }).getAttribute('title')).toBe(
      'Its games are not here.',
    );
    expect(await page.getByText('Nothing is left to do here.').isVisible()).toBe(true);

    await page.getByRole('button', { name: 'Back to step 1' }).click();
    await expect.poll(() => page.locator('.play-transcript li').count(), soon).toBe(2);
    expect(await page.getByText('Success, in').isVisible()).toBe(false);
    // The episode is still there after the page was loaded anew.
    await page.reload();
    await expect.poll(() => page.locator('.play-transcript li').count(), soon).toBe(2);
    expect(problems).toEqual([]);
    await page.close();
  });

  it.each([390, 1280].flatMap(width => (['light', 'dark'] as const).map(colours => ({ width, colours }))))(
    "tells tasks apart, and a fault of the world's own code, at $width pixels, $colours",
    async ({ width, colours }) => {
      const own = await serve(
        studioApp({ worlds: [{ name: 'faulty', world: faulty as unknown as World }] }),
        '127.0.0.1',
        0,
      );
      const { page, problems } = await openPage(browser, { viewport: { width, height: 844 }, colorScheme: colours });
      await page.goto(own.url);
      const options = page.getByLabel('Task').locator('option');
      await expect.poll(() => options.count(), soon).toBeGreaterThan(1);
      const names = await options.allTextContents();
      expect(new Set(names).size).toBe(names.length);
      await page.getByRole('button', { name: 'Begin' }).click();
      await page.getByRole('button', { name: 'ring the silver bell' }).click();
      const fault = page.getByRole('alert');
      await page.getByText('A fault of the world, not of your command.').waitFor();
      expect(await fault.innerText()).toContain('step 1, "ring the silver bell": its `observe` failed');
      await look(page, `fault ${width} ${colours}`);
      // The game goes on where it was.
      await page.getByRole('button', { name: 'ring the bronze bell' }).click();
      await page.getByText('You ring.').waitFor();
      expect(await fault.isVisible()).toBe(false);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      // The status 422 stands in the console, and nothing else.
      expect(problems.filter(problem => !problem.includes('422'))).toEqual([]);
      await page.close();
      await own.close();
    },
  );

  it('takes commands from the list, narrowed by a filter, and from the keyboard', async () => {
    const { page, problems } = await openPage(browser);
    await page.goto(`${onlyWorlds.url}#/play`);
    await page.getByRole('button', { name: 'Begin' }).click();
    const list = page.getByRole('group', { name: 'Admissible commands' });
    await page.getByLabel('Filter the commands').fill('vas');
    expect(await list.getByRole('button').allTextContents()).toEqual(['search the vase']);
    await list.getByRole('button', { name: 'search the vase' }).click();
    await page.getByText('In the vase you find').waitFor();
    await page.getByLabel('Command', { exact: true }).fill('sing a song');
    await page.keyboard.press('Enter');
    await page.getByText('No command of this world reads like that.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => page.getByText('sing a song').isVisible(), soon).toBe(false);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('shows a database as it grows, and plays on from a recorded step', async () => {
    const { page, problems } = await openPage(browser, { viewport: { width: 1200, height: 900 } });
    await page.goto(`${served.url}?token=${token}`);
    expect(page.url()).toBe(served.url);
    await page.getByText('1 episode measured').waitFor();
    writer.trajectories.add(trajectoryOf('first', 1));
    await page.getByText('2 episodes measured').waitFor();
    await page.getByText('runs.db: 2 episodes, first running').waitFor();
    await look(page, 'live');

    await page.getByRole('link', { name: 'Trajectories' }).click();
    await page.locator('a.episode').first().click();
    await page.locator('.step .number').nth(2).click();
    await page.getByRole('link', { name: 'Play from here' }).click();
    await expect
      .poll(() => page.locator('.play-given').allTextContents(), soon)
      .toEqual(
        trajectoryOf('first', 0)
          .steps.slice(0, 2)
          .map(step => step.command),
      );
    await look(page, 'from-recorded');
    writer.runs.finish('first');
    await page.getByText('runs.db: 2 episodes', { exact: true }).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it('draws the learning curves of a training that goes on, and finds what an agent wrote', async () => {
    const path = join(folder, 'study.db');
    const own = await makeStudy(path, { tasks: 4, seeds: 1, iterations: 8 });
    own.runs.reopen('train RLVMR seed 0');
    const study = liveDatabase(path, { interval: 50 });
    const ending = new AbortController();
    const there = await serve(studioApp({ worlds, database: study, stopped: ending.signal }), '127.0.0.1', 0);
    const { page, problems } = await openPage(browser, { viewport: { width: 1200, height: 900 } });
    await page.goto(`${there.url}#curves`);
    await page.locator('#curves .chart svg').first().waitFor();
    await page.getByText('2 training runs, 16 iterations').waitFor();
    const { data } = own.metrics.of('train RLVMR seed 0', 'train').at(-1)!;
    own.metrics.put('train RLVMR seed 0', {
      iteration: 9,
      phase: 'train',
      data: { ...(data as object), iteration: 9 },
    });
    await page.getByText('2 training runs, 17 iterations').waitFor();
    await look(page, 'study');
    for (const kind of ['SVG', 'PNG']) {
      const button = page.getByRole('button', { name: `Save Success while training as ${kind}` });
      const [saved] = await Promise.all([page.waitForEvent('download'), button.click()]);
      expect(saved.suggestedFilename()).toBe(`curves-success-while-training.${kind.toLowerCase()}`);
      expect(await saved.failure()).toBeNull();
    }

    await page.getByRole('link', { name: 'Trajectories' }).click();
    await page.getByLabel('Arm').selectOption('GRPO');
    const word = 'did nothing. I will do something else.';
    await page.getByLabel('Text').fill(word);
    await expect.poll(() => page.getByRole('status').innerText(), soon).toMatch(/^\d+ trajector/);
    await page.locator('a.episode').first().click();
    await page.locator('.step', { hasText: word }).first().waitFor();
    expect(problems).toEqual([]);
    await page.close();
    ending.abort();
    await there.close();
    await study.close();
    own.close();
  });

  it('waits for the first episode of a database, and says when a world answers otherwise than was recorded', async () => {
    const path = join(folder, 'fresh.db');
    const own = openStore(path);
    own.runs.add({ id: 'other', kind: 'rollout', world: 'locked-room', config: {} });
    const fresh = liveDatabase(path, { interval: 50 });
    const ending = new AbortController();
    const there = await serve(studioApp({ worlds, database: fresh, stopped: ending.signal }), '127.0.0.1', 0);
    const { page, problems } = await openPage(browser);
    await page.goto(there.url);
    await page.getByText('Nothing has been played or trained in this database yet.').waitFor();
    const recorded = trajectoryOf('other', 0);
    own.trajectories.add({
      ...recorded,
      steps: recorded.steps.map(step => ({ ...step, observation: `Once: ${step.observation}` })),
    });
    await page.getByText('1 episode measured').waitFor();

    await page.goto(`${there.url}#/trajectory/${encodeURIComponent(recorded.id)}/2`);
    await page.getByRole('link', { name: 'Play from here' }).click();
    await page.getByText('The world does not answer here as it did when this was recorded').waitFor();
    expect(await page.locator('.play-given').allTextContents()).toEqual([recorded.steps[0]!.command]);
    expect(problems).toEqual([]);
    await page.close();
    ending.abort();
    await there.close();
    await fresh.close();
    own.close();
  });

  it('fits a phone, and is dark where the system is', async () => {
    const { page, problems } = await openPage(browser, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await page.goto(onlyWorlds.url);
    await playToTheEnd(page, 'household');
    await look(page, 'phone');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    const [red = 255] =
      /\d+/.exec(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')) ?? [];
    expect(Number(red)).toBeLessThan(60);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('says so when it is no longer there, and goes on when it is back', async () => {
    const away = await serve(studioApp({ worlds }), '127.0.0.1', 0);
    const { page } = await openPage(browser);
    await page.goto(away.url);
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('button', { name: 'search the rug' }).click();
    await page.getByText('In the rug you find').waitFor();
    await away.close();
    await page.getByRole('button', { name: 'Hint' }).click();
    await page.getByText('The studio does not answer.').waitFor();

    // Another process: it knows nothing of the episode.
    const back = await serve(studioApp({ worlds }), '127.0.0.1', away.port);
    await page.getByRole('button', { name: 'search the vase' }).click();
    await page.getByText('In the vase you find').waitFor();
    expect(await page.locator('.play-given').allTextContents()).toEqual(['search the rug', 'search the vase']);
    await page.close();
    await back.close();
  });
});
