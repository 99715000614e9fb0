import { element } from './element.ts';

const choices = ['auto', 'light', 'dark'] as const;
type Choice = (typeof choices)[number];
const key = 'clew theme';

/**
 * A button that changes between the system's colours, light and dark; what was chosen is kept where the browser allows.
 */
export function themeButton(): HTMLButtonElement {
  let chosen: Choice = stored();
  const button = element('button', {
    class: 'theme',
    type: 'button',
    onclick: () => set(choices[(choices.indexOf(chosen) + 1) % choices.length]!),
  });
  const set = (choice: Choice): void => {
    chosen = choice;
    paint(choice);
    button.textContent = { auto: '◐ auto', light: '☀ light', dark: '☾ dark' }[choice];
    button.setAttribute('aria-label', `Colours: ${choice}`);
    try {
      localStorage.setItem(key, choice);
    } catch {
      // A page from a file may not keep anything.
    }
  };
  set(chosen);
  system.addEventListener('change', () => paint(chosen));
  // Paper is white, whatever the screen is.
  addEventListener('beforeprint', () => paint('light'));
  addEventListener('afterprint', () => paint(chosen));
  return button;
}

const system = matchMedia('(prefers-color-scheme: dark)');

function paint(choice: Choice): void {
  document.documentElement.setAttribute('data-theme', choice === 'auto' ? (system.matches ? 'dark' : 'light') : choice);
}

/** The colour that a custom property has now. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function stored(): Choice {
  try {
    const found = localStorage.getItem(key);
    return choices.find(choice => choice === found) ?? 'auto';
  } catch {
    return 'auto';
  }
}
