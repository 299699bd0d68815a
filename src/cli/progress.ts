import { aboutDuration, count } from '../words/counts.ts';
import { usesColour, type Io } from './io.ts';

/** Shows that long work goes on: a line that redraws itself on a terminal, a line every 10 s elsewhere. */
export interface Progress {
  phase(name: string, total: number | undefined): void;
  /** How far the phase is, with figures to show beside. */
  at(done: number, figures?: Readonly<Record<string, number>>): void;
  /** Something that is being waited for, or '' when it is over. */
  waiting(why: string): void;
  /** Prints a line without tearing the one that redraws itself. */
  note(line: string): void;
  end(): void;
}

const REDRAW_MS = 100;
const LINE_MS = 10_000;
const BAR_CELLS = 20;
/** Rates are measured over this much of the past. */
const RATE_WINDOW_MS = 20_000;

export function createProgress(io: Io, quiet: boolean): Progress {
  const { stderr, clock } = io;
  const live = stderr.isTTY && !quiet && io.env['TERM'] !== 'dumb';
  const colour = usesColour(io, stderr);
  let name = '';
  let total: number | undefined;
  let done = 0;
  let figures: Readonly<Record<string, number>> = {};
  let why = '';
  let samples: { at: number; done: number }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let drawn = false;

  const draw = (): void => {
    sample();
    if (live) {
      const width = Math.max(20, (stderr.columns || 80) - 1);
      stderr.write(`\r\u001b[2K${cut(line(BAR_CELLS), width)}`);
      drawn = true;
    } else {
      stderr.write(`${line(0)}\n`);
    }
  };

  const sample = (): void => {
    const at = clock.monotonic();
    samples.push({ at, done });
    while (samples.length > 2 && at - (samples[0]?.at ?? at) > RATE_WINDOW_MS) samples.shift();
  };

  const line = (cells: number): string => {
    const parts = [name];
    if (total !== undefined && total > 0) {
      const share = Math.min(1, done / total);
      if (cells > 0) parts.push(bar(share, cells, colour));
      parts.push(`${count(done)} of ${count(total)}`);
    } else if (done > 0) parts.push(count(done));
    for (const [state, n] of Object.entries(figures)) if (n > 0) parts.push(`${state} ${count(n)}`);
    const perSecond = rate();
    if (perSecond > 0) {
      parts.push(
        perSecond >= 10 ? `${count(Math.round(perSecond))}/s` : `${Math.round(perSecond * 60)}/min`,
      );
      if (total !== undefined && done > 0 && done < total && why === '') {
        parts.push(`about ${aboutDuration(((total - done) / perSecond) * 1000)} left`);
      }
    }
    if (why !== '') parts.push(why);
    return parts.join('  ');
  };

  const rate = (): number => {
    const first = samples[0];
    const last = samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < 1000) return 0;
    return ((last.done - first.done) * 1000) / (last.at - first.at);
  };

  const erase = (): void => {
    if (drawn) stderr.write('\r\u001b[2K');
    drawn = false;
  };

  return {
    phase(next, size) {
      name = next;
      total = size;
      done = 0;
      figures = {};
      why = '';
      samples = [];
      if (quiet) return;
      clearInterval(timer);
      timer = setInterval(draw, live ? REDRAW_MS : LINE_MS).unref();
      if (live) draw();
    },
    at(now, more) {
      done = now;
      if (more !== undefined) figures = more;
    },
    waiting(text) {
      why = text;
    },
    note(text) {
      erase();
      stderr.write(`${text}\n`);
    },
    end() {
      clearInterval(timer);
      timer = undefined;
      erase();
    },
  };
}

function bar(share: number, cells: number, colour: boolean): string {
  const full = Math.round(share * cells);
  const text = '━'.repeat(full) + '─'.repeat(cells - full);
  return colour ? `\u001b[36m${text}\u001b[39m` : text;
}

// eslint-disable-next-line no-control-regex -- the escape that starts a colour
const COLOUR = /(\u001b\[\d+m)/;

/** Cuts a line to the terminal's width; escape sequences take no room. */
function cut(text: string, width: number): string {
  let room = width;
  let kept = '';
  for (const part of text.split(COLOUR)) {
    if (part.startsWith('\u001b')) kept += part;
    else {
      kept += part.slice(0, Math.max(0, room));
      room -= part.length;
    }
  }
  return kept;
}
