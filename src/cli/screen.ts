import { pathToFileURL } from 'node:url';
import { usesColour, type Io } from './io.ts';

/** What a stream can show: a terminal's width, its colours and its links; a pipe has none. */
export interface Screen {
  /** `undefined`: lines are not wrapped. */
  readonly columns: number | undefined;
  readonly paint: Readonly<Record<Tone, (text: string) => string>>;
  /** A path that a click opens, where the terminal can; absolute in any case. */
  readonly link: (path: string) => string;
}

export type Tone = 'good' | 'attention' | 'stopped' | 'neutral';

const USUAL_COLUMNS = 80;
const NARROWEST = 40;

const COLOURS: Readonly<Record<Tone, string>> = {
  good: '32',
  // Bold as well: yellow alone is hard to read on a light ground.
  attention: '1;33',
  stopped: '1;31',
  neutral: '',
};

/** For text that goes to a file, a pipe or another program. */
export const NO_SCREEN: Screen = {
  columns: undefined,
  paint: { good: same, attention: same, stopped: same, neutral: same },
  link: same,
};

export function screenOf(io: Io, stream: NodeJS.WriteStream): Screen {
  if (!stream.isTTY) return NO_SCREEN;
  const isColoured = usesColour(io, stream);
  const painter = (tone: Tone) =>
    isColoured && COLOURS[tone] !== ''
      ? (text: string) => `\u001b[${COLOURS[tone]}m${text}\u001b[0m`
      : same;
  return {
    columns: Math.max(stream.columns || USUAL_COLUMNS, NARROWEST),
    paint: {
      good: painter('good'),
      attention: painter('attention'),
      stopped: painter('stopped'),
      neutral: same,
    },
    link: takesLinks(io.env) ? linkTo : same,
  };
}

/** A message on standard error, wrapped where a person reads it. */
export function say(io: Io, text: string): void {
  io.stderr.write(fit(`${text}\n`, screenOf(io, io.stderr)));
}

function same(text: string): string {
  return text;
}

/**
 * Terminals that are known to take links (OSC 8). What none of these variables
 * names shows the path alone. From afar, a link would open a file of the
 * person's own machine.
 */
export function takesLinks(env: Io['env']): boolean {
  const forced = env['FORCE_HYPERLINK'];
  if (forced !== undefined && forced !== '') return forced !== '0';
  const isSet = (name: string): boolean => (env[name] ?? '') !== '';
  const term = env['TERM'] ?? '';
  if (term === 'dumb' || isSet('CI') || isSet('SSH_CONNECTION') || isSet('SSH_TTY')) return false;
  // These pass links on only in newer versions, and do not say which one they are.
  if (isSet('TMUX') || term.startsWith('screen')) return false;
  return (
    isSet('WT_SESSION') ||
    isSet('KONSOLE_VERSION') ||
    isSet('KITTY_WINDOW_ID') ||
    Number(env['VTE_VERSION'] ?? '0') >= 5000 ||
    ['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper'].includes(env['TERM_PROGRAM'] ?? '') ||
    /^(?:xterm-kitty|xterm-ghostty|alacritty|foot)/.test(term)
  );
}

function linkTo(path: string): string {
  return `\u001b]8;;${pathToFileURL(path).href}\u001b\\${path}\u001b]8;;\u001b\\`;
}

/** Escape sequences take no room. */
// eslint-disable-next-line no-control-regex -- the escape that starts a sequence
const SEQUENCE = /\u001b\[[\d;]*m|\u001b\]8;;[^\u001b]*\u001b\\/g;

export function widthOf(text: string): number {
  return text.replace(SEQUENCE, '').length;
}

/** A line to be copied: a command, or a path of a line of its own. Wrapped, it would not work. */
const COPIED = /(?:^|\s)redcap-sweep [a-z]|^(?:Reports|Look at|Approved|Report) {2}/;
/** What stands before a line's text: a name or a figure with its gap, or blanks. */
const HEAD = /^ *(?:\S(?:\S| (?! ))* {2,})?/;
/** A text is not pushed into a column that is too narrow to read. */
const NARROWEST_TEXT = 24;

/** Text with lines that are too long wrapped at words, below the beginning of their text. */
export function fit(text: string, { columns }: Pick<Screen, 'columns'>): string {
  if (columns === undefined) return text;
  return text
    .split('\n')
    .map((line) => (widthOf(line) <= columns || COPIED.test(line) ? line : wrap(line, columns)))
    .join('\n');
}

function wrap(line: string, columns: number): string {
  const head = HEAD.exec(line)?.[0] ?? '';
  const indent = widthOf(head) <= columns - NARROWEST_TEXT ? widthOf(head) : 2;
  return hang(head, line.slice(head.length), columns, indent);
}

/** Text behind its name, wrapped at words so that further lines begin below it. */
export function hang(name: string, text: string, width: number, indent = widthOf(name)): string {
  const lines: string[] = [];
  let line = name;
  let isFresh = true;
  for (const word of text.split(' ')) {
    if (!isFresh && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = ' '.repeat(indent);
      isFresh = true;
    }
    line += isFresh ? word : ` ${word}`;
    isFresh = false;
  }
  return [...lines, line].join('\n');
}
