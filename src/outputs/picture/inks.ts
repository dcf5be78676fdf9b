/** What pictures are drawn with, by what it is for. */
export interface Inks {
  readonly ink: string;
  readonly muted: string;
  readonly card: string;
  /** Lines of the ECG paper. */
  readonly paperLine: string;
  /** Ground of the stretch for which relevance was asked. */
  readonly asked: string;
  /** Ground of missing signal. */
  readonly hatch: string;
  /** What speaks for a class, and what against it. */
  readonly for: string;
  readonly against: string;
  /** The classes of beats. */
  readonly v: string;
  readonly s: string;
  readonly f: string;
  readonly q: string;
}

export const LIGHT_INKS: Inks = {
  ink: '#1b1b1f',
  muted: '#6b6b76',
  card: '#fff',
  paperLine: '#f3c9c4',
  asked: '#f1f1f6',
  hatch: '#8a8a9655',
  for: '#c2410c',
  against: '#2563eb',
  v: '#c81e1e',
  s: '#0e7490',
  f: '#a21caf',
  q: '#6b7280',
};

export const DARK_INKS: Inks = {
  ink: '#ececf1',
  muted: '#a0a0ae',
  card: '#1b1b21',
  paperLine: '#46302f',
  asked: '#26262f',
  hatch: '#9a9aa855',
  for: '#fb923c',
  against: '#60a5fa',
  v: '#f87171',
  s: '#22d3ee',
  f: '#e879f9',
  q: '#9ca3af',
};

/** The same as CSS variables, for a page that is light or dark. */
export const PAGE_INKS = Object.fromEntries(
  Object.keys(LIGHT_INKS).map((name) => [name, `var(--${name})`]),
) as unknown as Inks;

/** Sets the CSS variables. */
export function inkVariables(inks: Inks): string {
  return Object.entries(inks)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');
}
