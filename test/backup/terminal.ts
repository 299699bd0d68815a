import { PassThrough } from 'node:stream';
import { systemClock } from '../../src/clock.ts';
import type { Io } from '../../src/cli/io.ts';

/** The process as a command sees it, with its output in strings. */
export interface Terminal {
  readonly io: Io;
  readonly out: () => string;
  readonly err: () => string;
  /** A signal from outside; the second one aborts. */
  readonly signal: (signal: NodeJS.Signals) => void;
}

export function makeTerminal(cwd: string): Terminal {
  const text = { out: '', err: '' };
  const stream = (key: 'out' | 'err'): NodeJS.WriteStream => {
    const sink = new PassThrough();
    sink.on('data', (chunk: Buffer) => {
      text[key] += chunk.toString('utf8');
    });
    return sink as unknown as NodeJS.WriteStream;
  };
  const first: ((signal: NodeJS.Signals) => void)[] = [];
  const second: (() => void)[] = [];
  const received: NodeJS.Signals[] = [];
  const io: Io = {
    env: {},
    cwd,
    platform: process.platform,
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    stdout: stream('out'),
    stderr: stream('err'),
    clock: systemClock,
    random: () => 0,
    signals: {
      get received() {
        return received[0];
      },
      onFirst: (act) => void first.push(act),
      onSecond: (act) => void second.push(act),
    },
  };
  return {
    io,
    out: () => text.out,
    err: () => text.err,
    signal: (signal) => {
      received.push(signal);
      if (received.length === 1) for (const act of first) act(signal);
      else for (const act of second) act();
    },
  };
}
