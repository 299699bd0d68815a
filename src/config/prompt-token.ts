import type { Readable, Writable } from 'node:stream';
import { RefusedError } from '../errors.ts';
import { checkToken } from './token.ts';

export interface PromptStreams {
  readonly input: Readable;
  /** Standard error: standard output carries the answer alone. */
  readonly output: Writable;
  readonly signal?: AbortSignal;
}

/**
 * Asks for the token without showing it, again as long as it is none. Resolves
 * undefined at Ctrl-C and at an abort. The prompt's library is loaded only here.
 */
export async function promptToken(streams: PromptStreams): Promise<string | undefined> {
  const { isCancel, password } = await import('@clack/prompts');
  const { input, output, signal } = streams;
  const answer = await password({
    message: 'REDCap API token (32 hexadecimal digits; it is not shown):',
    mask: '*',
    withGuide: false,
    input,
    output,
    ...(signal && { signal }),
    validate: (value) => describeFault(value ?? ''),
  });
  return isCancel(answer) ? undefined : answer;
}

function describeFault(value: string): string | undefined {
  try {
    checkToken(value, 'This');
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) return error.message;
    throw error;
  }
}
