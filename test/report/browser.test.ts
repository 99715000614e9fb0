import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportData, resultOf, writeReport, type ReportData } from '../../src/report/index.ts';
import { number, signed } from '../../src/report/numbers.ts';
import { chromiumPath, needsChromium, openChromium, openPage } from '../studio/chromium.ts';
import { makeStudy } from './study.ts';

// Set CLEW_SCREENSHOTS to a folder to look at what the tests see.
const look = (page: Page, name: string) =>
  process.env['CLEW_SCREENSHOTS']
    ? page.screenshot({ path: path.join(process.env['CLEW_SCREENSHOTS'], `report ${name}.png`), fullPage: true })
    : undefined;

/** Waits until it is so, on a busy machine too. */
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 30_000 });

describe.skipIf(!chromiumPath)(`the report in a browser${needsChromium}`, { timeout: 300_000 }, () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'clew-report-'));
  const url = pathToFileURL(path.join(folder, 'report.html')).href;
  let browser: Browser;
  let data: ReportData;

  beforeAll(async () => {
    const store = await makeStudy(':memory:', { tasks: 6, seeds: 2, iterations: 8, withOutcomes: true });
    data = reportData(store, { title: 'A study', sample: 6 });
    await writeReport(path.join(folder, 'report.html'), data, store);
    store.close();
    browser = await openChromium();
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  }, 300_000);

  async function open(
    hash = '',
    options: Parameters<Browser['newPage']>[0] = {},
  ): Promise<{ page: Page; problems: string[] }> {
    const opened = await openPage(browser, options);
    await opened.page.goto(url + hash);
    await opened.page.locator('main[data-shown]').waitFor();
    return opened;
  }

  /** The colours, as the browser resolves them, of all lines that a selector finds. */
  const strokes = (page: Page, lines: string) =>
    page.locator(lines).evaluateAll(all => all.map(line => getComputedStyle(line).stroke));
  const inColour = (page: Page, property: string) =>
    page.evaluate(name => {
      const probe = document.createElement('i');
      probe.style.color = `var(${name})`;
      document.body.append(probe);
      const { color } = getComputedStyle(probe);
      probe.remove();
      return color;
    }, property);

  it('runs no script but its own, should one get into the page', async () => {
    const { page } = await open();
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = "document.title = 'taken'";
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', `<img src="data:," onerror="document.title = 'taken'">`);
      await new Promise(resolve => setTimeout(resolve, 300));
      return document.title;
    });
    expect(ran).toBe('A study · Clew report');
  });

  it('shows the headline table with what was measured', async () => {
    const { page, problems } = await open();
    await look(page, 'desktop');
    expect(await page.title()).toBe('A study · Clew report');
    const cell = page
      .getByRole('region', { name: 'Headline table' })
      .locator('tbody')
      .first()
      .locator('tr', { hasText: 'RLVMR' })
      .locator('td')
      .first();
    const { success } = data.results.find(({ arm, level }) => arm === 'RLVMR' && level === 'L0')!.figures;
    expect(await cell.innerText()).toContain(`${(100 * success.value!).toFixed(1)} %`);
    expect(await cell.innerText()).toContain(`${(100 * success.interval!.low).toFixed(1)} to `);
    expect(await page.locator('.conclusions li').first().innerText()).toContain(
      data.comparisons.find(({ a, b }) => a === 'GRPO' && b === 'RLVMR')!.conclusions[0]!.sentence,
    );
    expect(problems).toEqual([]);
  });

  it('draws learning curves in the colours of the arms, and tells the values under the pointer', async () => {
    const { page, problems } = await open('#curves');
    const first = page.locator('#curves .chart').first();
    await first.locator('svg').waitFor();
    expect(await strokes(page, '#curves .chart:first-child path.line')).toEqual([
      await inColour(page, `--arm-${data.arms.indexOf('GRPO')}`),
      await inColour(page, `--arm-${data.arms.indexOf('RLVMR')}`),
    ]);
    await look(page, 'curves');
    const box = (await first.locator('svg').boundingBox())!;
    await page.mouse.move(box.x + 1, box.y + box.height / 2);
    const mean = (arm: string) =>
      data.curves.filter(curve => curve.arm === arm).reduce((sum, { training }) => sum + training[0]!.success! / 2, 0);
    await eventually(() => first.locator('.told').innerText()).toBe(
      `iteration 1: GRPO ${(100 * mean('GRPO')).toFixed(1)} % · RLVMR ${(100 * mean('RLVMR')).toFixed(1)} %`,
    );
    expect(problems).toEqual([]);
  });

  it('tells how soon an arm had what the baseline ended with, the ratio or the reason of each seed in sight', async () => {
    const { page, problems } = await open('#speed-up');
    await look(page, 'speed-up');
    const [first] = data.speedUps as [ReportData['speedUps'][number]];
    const row = page.getByRole('region', { name: 'Speed-up', exact: true }).locator('tr', { hasText: 'RLVMR' }).first();
    const shown = await row.locator('td').allInnerTexts();
    expect(shown).toHaveLength(5);
    first.axes.forEach(({ ratio, never }, i) => {
      expect(shown[i + 1]!.startsWith(ratio === null ? '–' : `${number(ratio)} ×`)).toBe(true);
      if (never > 0) expect(shown[i + 1]).toContain('never');
    });
    await page.locator('#speed-up summary').click();
    const each = page.getByRole('region', { name: 'Speed-up of each seed' }).locator('tbody').first().locator('tr');
    expect(await each.count()).toBe(1 + first.seeds.length);
    const text = await each.nth(1).innerText();
    const [seed] = first.axes[1]!.seeds as [ReportData['speedUps'][number]['axes'][number]['seeds'][number]];
    expect(text).toContain(seed.ratio === null ? seed.reason! : `${number(seed.ratio)} ×`);
    expect(problems).toEqual([]);
  });

  it('filters trajectories, by field and by a word that an agent wrote, and keeps the filter in the address', async () => {
    const { page, problems } = await open('#/trajectories');
    const all = await page.getByRole('status').innerText();
    expect(all).toContain(data.episodes.id.length.toLocaleString('en'));
    await page.getByLabel('Arm').selectOption('GRPO');
    await page.getByLabel('Success').selectOption('no');
    const wanted = data.episodes.id.filter(
      (_, i) => data.arms[data.episodes.arm[i]!] === 'GRPO' && data.episodes.success[i] === false,
    ).length;
    await eventually(() => page.getByRole('status').innerText()).toContain(
      `${wanted} ${wanted === 1 ? 'trajectory' : 'trajectories'}, 0 with success`,
    );
    await page.getByLabel('Text').fill('I will do something else');
    await eventually(async () => page.locator('a.episode').count()).toBeGreaterThan(0);
    await look(page, 'filter');
    const { hash } = new URL(page.url());
    expect(hash).toBe('#/trajectories?arm=GRPO&success=no&text=I+will+do+something+else');
    const again = await open(hash);
    await eventually(() => again.page.getByRole('status').innerText()).toBe(await page.getByRole('status').innerText());
    expect([...problems, ...again.problems]).toEqual([]);
  });

  it('opens a trajectory, step by step, and another rollout of its task beside it', async () => {
    const { page, problems } = await open('#/trajectories?arm=RLVMR&level=L0&tag=e');
    await page.locator('a.episode').first().click();
    await page.locator('.step').first().waitFor();
    expect(await page.locator('.step').first().innerText()).toContain('1. Find what the task names.');
    expect(await page.locator('.step .tag').first().innerText()).toBe('planning');
    // What an agent wrote is text, whatever it looks like.
    expect(await page.locator('.step .thought', { hasText: '</script>' }).count()).toBeGreaterThan(0);
    expect(await page.locator('.step b').count()).toBe(0);
    await page.getByLabel('Beside it').selectOption({ index: 1 });
    await page.locator('.double').first().waitFor();
    await look(page, 'two rollouts');
    expect(await page.locator('.right .step').count()).toBeGreaterThan(1);
    await page.getByRole('link', { name: '← all trajectories' }).click();
    await eventually(() => page.getByLabel('Arm').inputValue()).toBe('RLVMR');
    expect(problems).toEqual([]);
  });

  it('leads to a step by a link, marks repetitions and says what a step was paid', async () => {
    const at = data.episodes.strip.findIndex(
      (strip, i) => data.episodes.readable[i] && /[A-Z]/.test(strip) && data.episodes.iteration[i] !== null,
    );
    const step = data.episodes.strip[at]!.search(/[A-Z]/) + 1;
    const { page, problems } = await open(`#/trajectory/${encodeURIComponent(data.episodes.id[at]!)}/${step}`);
    const card = page.locator('.step.here');
    expect(await card.getAttribute('data-step')).toBe(String(step));
    expect(
      await card.evaluate(element => {
        const { top, bottom } = element.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      }),
    ).toBe(true);
    expect(await card.innerText()).toMatch(/↻ repeats step \d+/);
    expect(await card.locator('.pay.advantage').innerText()).toMatch(/^advantage [+−]?\d/);
    await card.getByRole('link', { name: /repeats step/ }).click();
    await eventually(() => page.locator('.step.here').getAttribute('data-step')).not.toBe(String(step));
    expect(problems).toEqual([]);
  });

  it('is dark where the system is, and changes at a button; charts follow', async () => {
    const { page, problems } = await open('', { colorScheme: 'dark' });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const line = '#curves .chart:first-child path.line';
    await page.locator(line).first().waitFor();
    await look(page, 'dark');
    expect(await background()).toBe('rgb(20, 23, 27)');
    expect((await strokes(page, line))[0]).toBe('rgb(234, 176, 74)');
    await page.getByRole('button', { name: 'Colours' }).click();
    await eventually(background).toBe('rgb(251, 250, 247)');
    expect((await strokes(page, line))[0]).toBe('rgb(212, 138, 23)');
    expect(problems).toEqual([]);
  });

  const looks = [390, 1280].flatMap(width => (['light', 'dark'] as const).map(colours => ({ width, colours })));
  describe.each(looks)('at $width pixels, $colours', ({ width, colours }) => {
    const own = { viewport: { width, height: 844 }, colorScheme: colours };
    const background = { light: 'rgb(251, 250, 247)', dark: 'rgb(20, 23, 27)' }[colours];

    it.each(['', '#/trajectories', '#/trajectory/'])('does not scroll sideways: %s', async hash => {
      const readable = data.episodes.id.find((_, i) => data.episodes.readable[i])!;
      const { page, problems } = await open(hash.endsWith('y/') ? hash + encodeURIComponent(readable) : hash, own);
      await look(page, `${width} ${colours} ${hash.replaceAll(/\W/g, '')}`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(background);
      expect(problems).toEqual([]);
      await page.close();
    });

    it('saves each of its plots as SVG and as PNG, from the keyboard too, in the colours that it has', async () => {
      const { page, problems } = await open('', own);
      for (const fold of await page.locator('details', { has: page.locator('.chart') }).all())
        await fold.locator('summary').first().click();
      const figures = page.locator('figure.chart, figure.matrix');
      const buttons = page.getByRole('button', { name: / as (?:SVG|PNG)$/ });
      expect(await figures.count()).toBeGreaterThan(20);
      expect(await buttons.count()).toBe(2 * (await figures.count()));
      const places = await buttons.evaluateAll(all =>
        all.map(button => {
          const { left, right, height } = button.getBoundingClientRect();
          return { left, right, height };
        }),
      );
      for (const { left, right, height } of places) {
        expect(left).toBeGreaterThanOrEqual(0);
        expect(right).toBeLessThanOrEqual(width);
        expect(height).toBeGreaterThanOrEqual(24);
      }
      const saved = async (name: string): Promise<{ file: string; bytes: Buffer }> => {
        const button = page.getByRole('button', { name, exact: true }).first();
        await button.focus();
        const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
        return { file: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
      };
      const [paper, line] = { light: ['#fbfaf7', '#d48a17'], dark: ['#14171b', '#eab04a'] }[colours];
      const svg = await saved('Save Success while training as SVG');
      expect(svg.file).toBe('curves-success-while-training.svg');
      expect(svg.bytes.toString()).toMatch(new RegExp(`^<svg [^>]*>.*fill="${paper}".*stroke="${line}"`, 's'));
      const png = await saved('Save Success while training as PNG');
      expect(png.file).toBe('curves-success-while-training.png');
      const image = await page.evaluate(
        async data => {
          const drawn = new Image();
          drawn.src = data;
          await drawn.decode();
          const canvas = new OffscreenCanvas(drawn.width, drawn.height).getContext('2d', { willReadFrequently: true })!;
          canvas.drawImage(drawn, 0, 0);
          const { data: pixels } = canvas.getImageData(0, 0, drawn.width, drawn.height);
          const seen = new Map<string, number>();
          for (let i = 0; i < pixels.length; i += 4) {
            const hex = `#${[0, 1, 2].map(channel => pixels[i + channel]!.toString(16).padStart(2, '0')).join('')}`;
            seen.set(hex, (seen.get(hex) ?? 0) + 1);
          }
          return { width: drawn.width, corner: [...seen.keys()][0], seen: Object.fromEntries(seen) };
        },
        `data:image/png;base64,${png.bytes.toString('base64')}`,
      );
      expect([image.width, image.corner]).toEqual([1360, paper]);
      expect(image.seen[line!]).toBeGreaterThan(100);
      expect(problems).toEqual([]);
      await page.close();
    });

    it('has every figure and every remedy in sight, under its name', async () => {
      const { page, problems } = await open('', own);
      for (const name of ['Headline table', 'Recovery', 'Outcomes', 'Thinking', 'Alarms', 'Rewards']) {
        const table = page.getByRole('region', { name, exact: true });
        const cells = await table.locator('tbody td').evaluateAll(all =>
          all.map(cell => {
            const { left, right, height } = cell.getBoundingClientRect();
            const named = getComputedStyle(cell, '::before').content.replaceAll('"', '');
            return { left, right, height, named, text: cell.textContent };
          }),
        );
        expect(cells.length, name).toBeGreaterThan(2);
        for (const { left, right, height, text } of cells) {
          expect(left, `${name}: ${text}`).toBeGreaterThanOrEqual(0);
          expect(right, `${name}: ${text}`).toBeLessThanOrEqual(width);
          expect(height, `${name}: ${text}`).toBeGreaterThan(10);
        }
        // The head of the table is out of sight on a narrow screen: each cell has its own.
        if (width < 640) expect(cells.map(({ named }) => named)).not.toContain('none');
        else expect(await table.locator('thead').isVisible()).toBe(true);
      }
      const remedy = page.getByRole('region', { name: 'Alarms' }).getByText('Hold the tags to the cold start');
      await remedy.first().scrollIntoViewIfNeeded();
      expect(await remedy.first().isVisible()).toBe(true);
      expect(problems).toEqual([]);
      await page.close();
    });
  });

  it('tells recovery, first errors and what the world tells of the end, arm by arm', async () => {
    const { page } = await open();
    const { recovery, firstErrors, outcomes } = data.results.find(
      ({ arm, level }) => arm === 'GRPO' && level === 'L0',
    )!.figures;
    const row = (name: string) =>
      page.getByRole('region', { name, exact: true }).locator('tbody').first().locator('tr', { hasText: 'GRPO' });
    for (const [name, rates] of [
      ['Recovery', recovery],
      ['First errors', firstErrors!],
    ] as const) {
      const shown = await row(name).locator('td').allInnerTexts();
      expect(shown.map(text => text.split('\n')[0])).toEqual(
        Object.values(rates).map(({ value }) => (value === null ? '–' : `${(100 * value).toFixed(1)} %`)),
      );
    }
    const told = await row('Outcomes').locator('td').allInnerTexts();
    expect(told[1]).toContain(`${(100 * outcomes!.rates['tidy']!.value!).toFixed(1)} %`);
    expect(told[2]).toContain(outcomes!.means['score']!.value!.toFixed(1));
    await page.close();
  });

  it('tells what each arm does with its tags stripped beside what it does as it is', async () => {
    const changed = data.results
      .filter(({ level }) => level === 'L1')
      .map(row => ({
        ...row,
        level: 'L1 tags stripped: past',
        figures: { ...row.figures, success: { ...row.figures.success, value: 0.125, interval: null } },
      }));
    const file = path.join(folder, 'stripped.html');
    const levels = [...data.levels, { name: 'L1 tags stripped: past', label: 'L1 tags stripped: past' }];
    await writeReport(
      file,
      {
        ...data,
        levels,
        results: [...data.results, ...changed.filter(({ arm }) => arm !== 'cold start')],
        episodes: { ...data.episodes, readable: data.episodes.readable.map(() => false) },
      },
      [],
    );
    const { page } = await openPage(browser);
    await page.goto(pathToFileURL(file).href);
    const rows = page.getByRole('region', { name: 'Tags stripped', exact: true }).locator('tbody tr:not(.level)');
    expect(await rows.locator('th').allInnerTexts()).toEqual(['GRPO', 'RLVMR']);
    const own = data.results.find(({ arm, level }) => arm === 'GRPO' && level === 'L1')!.figures.success.value!;
    const cells = (await rows.first().locator('td').allInnerTexts()).map(text => text.split('\n')[0]);
    expect(cells).toHaveLength(6);
    expect(cells.slice(4)).toEqual([`${(100 * own).toFixed(1)} %`, '12.5 %']);
    await page.close();
  });

  it("tells MBT's indices and phases, arm by arm, as a table and as plots", async () => {
    const { page, problems } = await open();
    const { detour, underthinking, phases } = data.results.find(
      ({ arm, level }) => arm === 'RLVMR' && level === 'L0',
    )!.figures;
    const table = page.getByRole('region', { name: 'Thinking', exact: true });
    const row = table.locator('tbody').first().locator('tr', { hasText: 'RLVMR' });
    const shown = (await row.locator('td').allInnerTexts()).map(text => text.split('\n')[0]);
    expect([shown[0], shown[1]]).toEqual(
      [detour, underthinking].map(({ value }) => (value === null ? '–' : `${(100 * value).toFixed(1)} %`)),
    );
    expect(Number(shown[3])).toBeCloseTo(phases!.value!, 1);
    const { efficiency } = resultOf(data).table.find(({ arm, level }) => arm === 'RLVMR' && level === 'L0')!.thinking!;
    expect(shown[4]).toBe(efficiency === null ? '–' : signed(efficiency));
    for (const title of ['Detour', 'Phases'])
      expect(await page.getByRole('img', { name: title, exact: true }).count()).toBe(1);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("shows a fault of the world's own code as such, with task, step and command", async () => {
    const reason = 'faulty:train:0, rollout 0: The world faulty has a fault, in task faulty:train:0, step 1, "ring": …';
    const own = {
      ...data,
      runs: data.runs.map((run, i) =>
        i > 0 ? run : { ...run, failures: { count: 2, ofWorld: 1, first: ['no answer', reason] } },
      ),
    };
    await writeReport(
      path.join(folder, 'faulty.html'),
      { ...own, episodes: { ...own.episodes, readable: own.episodes.readable.map(() => false) } },
      [],
    );
    const { page, problems } = await openPage(browser, { viewport: { width: 390, height: 844 } });
    await page.goto(pathToFileURL(path.join(folder, 'faulty.html')).href);
    const note = page.getByRole('note', { name: 'Faults of the world' });
    expect(await note.innerText()).toContain('A fault of the world, not of an agent');
    expect(await note.innerText()).toContain(reason);
    await look(page, 'fault');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('says what is wrong with a link to a trajectory that it does not hold', async () => {
    const { page, problems } = await open('#/trajectory/nobody');
    expect(await page.getByRole('alert').innerText()).toBe(
      'The steps of nobody are not in this report: it holds a sample of the trajectories.',
    );
    expect(problems).toEqual([]);
  });

  it('prints on white', async () => {
    const { page, problems } = await open('', { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    expect(await page.locator('.top').isVisible()).toBe(false);
    expect(problems).toEqual([]);
  });
});
