import { usesColour, type Io } from './io.ts';
import { progressLine, progressText, type ProgressFacts } from './progress-line.ts';
import { fit, screenOf } from './screen.ts';

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
      stderr.write(`\r\u001b[2K${progressLine(facts(), width, colour)}`);
      drawn = true;
    } else {
      stderr.write(`${progressText(facts())}\n`);
    }
  };

  const sample = (): void => {
    const at = clock.monotonic();
    samples.push({ at, done });
    while (samples.length > 2 && at - (samples[0]?.at ?? at) > RATE_WINDOW_MS) samples.shift();
  };

  const facts = (): ProgressFacts => ({ name, done, total, figures, perSecond: rate(), why });

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
      stderr.write(fit(`${text}\n`, screenOf(io, stderr)));
    },
    end() {
      clearInterval(timer);
      timer = undefined;
      erase();
    },
  };
}
