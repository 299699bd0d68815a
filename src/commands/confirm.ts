import { RefusedError } from '../errors.ts';
import { count } from './progress.ts';
import { hasTerminal, type Io } from './io.ts';

export type Confirmed = 'typed' | '--yes';

/**
 * Asks a person to type the number of files. Resolves `undefined` where they
 * said no (Ctrl-C is a no), throws RefusedError where nobody can be asked.
 */
export async function confirmFiles(
  io: Io,
  options: {
    readonly yes: boolean;
    readonly files: number;
    readonly verb: string;
    readonly signal: AbortSignal;
  },
): Promise<Confirmed | undefined> {
  const { yes, files, verb, signal } = options;
  if (yes) return '--yes';
  if (!hasTerminal(io)) {
    throw new RefusedError(
      `${count(files)} files would be ${verb}, and there is no terminal to ask on. Nothing was ${verb}. Add --yes where this is what you want.`,
    );
  }
  const { text, isCancel } = await import('@clack/prompts');
  const answer = await text({
    message: `Type ${files} to have ${files === 1 ? 'this file' : 'these files'} ${verb} (anything else: no)`,
    input: io.stdin,
    output: io.stderr,
    signal,
  });
  if (isCancel(answer)) return undefined;
  return answer.replace(/[\s.,'’]/g, '') === String(files) ? 'typed' : undefined;
}
