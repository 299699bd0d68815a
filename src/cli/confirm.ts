import { createInterface } from 'node:readline';
import { RefusedError } from '../errors.ts';
import { hasTerminal, type Io } from './io.ts';
import { screenOf, type Screen } from './screen.ts';
import { countOf } from '../words/counts.ts';

export type Confirmed = 'typed' | '--yes';

interface ConfirmOptions {
  readonly yes: boolean;
  readonly files: number;
  readonly verb: 'deleted' | 'restored';
  /** What would be done, in words. */
  readonly plan: (screen: Screen) => string;
  /** Standard output is for JSON alone. */
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/**
 * Asks a person to type the number of files. Resolves `undefined` where they
 * said no (Ctrl-C is a no) or a signal came, throws RefusedError where nobody
 * can be asked.
 */
export async function confirmFiles(
  io: Io,
  { yes, files, verb, plan, json, signal }: ConfirmOptions,
): Promise<Confirmed | undefined> {
  if (yes) return '--yes';
  if (!hasTerminal(io)) {
    throw new RefusedError(
      `${countOf(files, 'file')} would be ${verb}, and there is no terminal to ask on. Nothing was ${verb}. Add --yes where this is what you want.`,
    );
  }
  // A person is asked about nothing that they have not seen.
  if (json || !io.stdout.isTTY) io.stderr.write(`${plan(screenOf(io, io.stderr))}\n`);
  const what = files === 1 ? 'this file' : 'these files';
  const answer = await ask(
    io,
    `Type ${files} to have ${what} ${verb} (anything else: no): `,
    signal,
  );
  // People group digits as their country does.
  return answer?.replace(/[\s.,'’]/gu, '') === String(files) ? 'typed' : undefined;
}

/** One line from the terminal; `undefined` for Ctrl-C, the end of input, or a signal. */
function ask(io: Io, question: string, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: io.stdin, output: io.stderr, terminal: true });
    const end = (answer: string | undefined): void => {
      signal.removeEventListener('abort', refuse);
      resolve(answer);
      lines.close();
      // A terminal that is still listened to would keep the program from ending.
      io.stdin.unref();
    };
    const refuse = (): void => {
      io.stderr.write('\n');
      end(undefined);
    };
    lines.once('SIGINT', refuse);
    lines.once('close', () => {
      end(undefined);
    });
    if (signal.aborted) {
      refuse();
      return;
    }
    signal.addEventListener('abort', refuse, { once: true });
    lines.question(question, end);
  });
}
