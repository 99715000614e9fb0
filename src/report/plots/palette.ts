/** Colours of the page and of plots, by custom property, with six hexadecimal digits. */
export type Palette = Readonly<Record<string, string>>;

const armsLight = ['#747b85', '#d48a17', '#b3273a', '#2b6cb0', '#2f8f5b', '#8a4fbf', '#0f8b9d', '#9b5d2e'];
const armsDark = ['#9aa1ab', '#eab04a', '#ee7480', '#74aee8', '#6cc795', '#bd93e8', '#58c2d2', '#cf9a6f'];
/** Parts of a reward have the colours of arms in another order. */
const partOrder = [3, 1, 4, 2, 5, 6, 7, 0];

export const lightColours: Palette = {
  '--paper': '#fbfaf7',
  '--raised': '#ffffff',
  '--ink': '#1d2126',
  '--muted': '#666d76',
  '--line': '#e4e1da',
  '--accent': '#a3262f',
  '--soft': '#f2efe8',
  '--good': '#1a7f4e',
  '--bad': '#b3303d',
  '--warn': '#a86a00',
  '--tag-planning': '#3b6fd4',
  '--tag-explore': '#12946f',
  '--tag-reflection': '#d0781a',
  '--tag-monitor': '#8259c6',
  '--tag-none': '#c23b4b',
  '--tag-unjudged': '#9aa1a9',
  ...numbered(armsLight),
};

export const darkColours: Palette = {
  '--paper': '#14171b',
  '--raised': '#1b1f24',
  '--ink': '#e6e4df',
  '--muted': '#99a1aa',
  '--line': '#2d333a',
  '--accent': '#ef7f83',
  '--soft': '#20252b',
  '--good': '#5cc794',
  '--bad': '#f08a93',
  '--warn': '#e5b25d',
  '--tag-planning': '#7aa2f0',
  '--tag-explore': '#4cc39e',
  '--tag-reflection': '#f0a95b',
  '--tag-monitor': '#b497ea',
  '--tag-none': '#ee7f8b',
  '--tag-unjudged': '#6f7780',
  ...numbered(armsDark),
};

function numbered(arms: readonly string[]): Palette {
  return Object.fromEntries([
    ...arms.map((colour, i) => [`--arm-${i}`, colour]),
    ...partOrder.map((at, i) => [`--part-${i}`, arms[at]!]),
  ]);
}

/** The custom property that holds the colour of an arm. */
export function armColour(arms: readonly string[], arm: string): string {
  return `--arm-${Math.max(0, arms.indexOf(arm)) % armsLight.length}`;
}

/** The custom property of one of several parts. */
export function partColour(at: number): string {
  return `--part-${at % partOrder.length}`;
}

/** The tags in the order of tables. */
export const tagNames = ['planning', 'explore', 'reflection', 'monitor', 'none'] as const;

/** The custom property that holds the colour of a tag; null for a reply that was not judged. */
export function tagColour(tag: string | null): string {
  return `--tag-${tag ?? 'unjudged'}`;
}

/** The colours as the page has them: light, and dark where its root says so. */
export function paletteStyle(): string {
  const rules = (palette: Palette): string =>
    Object.entries(palette)
      .map(([name, colour]) => `${name}:${colour};`)
      .join('');
  return `:root{${rules(lightColours)}}\n:root[data-theme='dark']{${rules(darkColours)}}\n`;
}
