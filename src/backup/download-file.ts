import { createHash, type Hash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Target } from '../rows/target.ts';
import type {
  ExportFileAnswer,
  FileClient,
  ImportFileAnswer,
  ReadFailure,
} from '../rows/server.ts';
import { retrying } from '../retry.ts';
import type { RunControl } from '../run/control.ts';

/** The server's files as backup and restore reach them: with retries, ended by the command's control. */
export interface FileSource {
  readonly files: FileClient;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retries: number;
  readonly onRetry?: ((waitMs: number, message: string) => void) | undefined;
  readonly onAnswer?: (() => void) | undefined;
}

/** Where the bytes of an export go besides the digest. */
export interface DownloadSink {
  /** A try begins: what an earlier one left is thrown away. */
  begin(): Promise<void>;
  write(chunk: Uint8Array): Promise<void>;
}

export interface DownloadedFile {
  readonly kind: 'file';
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** It had to come a second time before it was believed. */
  readonly twice?: true;
}

export type DownloadAnswer =
  DownloadedFile | Exclude<ExportFileAnswer, { kind: 'file' }> | ReadFailure;

/**
 * Exports one file, digest and size taken on the way; nothing is kept in
 * memory. Each try starts from the first byte. An answer of 0 bytes is asked
 * for a second time before it is believed (loaded servers send nothing with
 * status 200), and so is one that does not say where it ends: it may have been
 * cut short. Such an answer holds only where the same bytes came twice. Throws
 * what the sink throws.
 */
export async function downloadFile(
  source: FileSource,
  target: Target,
  sink?: DownloadSink,
): Promise<DownloadAnswer> {
  const { files, control } = source;
  let hash: Hash | undefined;
  const once = retrying<ExportFileAnswer>(
    async () => {
      const digest = (hash = createHash('sha256'));
      await sink?.begin();
      return files.exportFile(
        target,
        (chunk) => {
          digest.update(chunk);
          return sink?.write(chunk);
        },
        { signal: control.stopping, abort: control.aborting },
      );
    },
    {
      retries: source.retries,
      clock: source.clock,
      random: source.random,
      signal: control.stopping,
      stopped: () => control.reason !== undefined,
      onRetry: source.onRetry,
    },
  );
  const first = await once();
  const firstSha256 = hash?.digest('hex') ?? '';
  const answer = isDoubtful(first) ? await once() : first;
  source.onAnswer?.();
  if (answer.kind !== 'file') return answer;
  const { fileName: name, bytes } = answer;
  // A header that says `name=""` names no file: nothing could be put back under it.
  if (name === '') return { ...answer, kind: 'no_name' };
  const sha256 = answer === first ? firstSha256 : (hash?.digest('hex') ?? '');
  if (isDoubtful(answer) && sha256 !== firstSha256) {
    const message =
      'the file came twice, with other bytes each time, and nothing tells which is whole';
    return { ...answer, kind: 'unreadable', message };
  }
  return { kind: 'file', name, bytes, sha256, ...(isDoubtful(first) ? { twice: true } : {}) };
}

function isDoubtful(answer: ExportFileAnswer | ReadFailure): boolean {
  return answer.kind === 'file' && (answer.bytes === 0 || !answer.lengthTold);
}

/**
 * The stop in an answer about one file, where it is one for the whole command.
 * A field of the project was looked at right before, so that token and address
 * are the right ones: a 4xx refuses this one file, whatever page a server or a
 * firewall puts to it.
 */
export function stopOf(
  answer: DownloadAnswer | ImportFileAnswer,
): Extract<ReadFailure, { kind: 'stop' }> | undefined {
  if (answer.kind !== 'stop') return undefined;
  const { stop, httpStatus = 0 } = answer;
  const isRefusal = httpStatus >= 400 && httpStatus < 500;
  return isRefusal && (stop === 'rejected_token' || stop === 'wrong_address') ? undefined : answer;
}

/** Why no file came, in words for a report. The body of an unnamed answer may be a file's: it is not quoted. */
export function describeFailure(answer: Exclude<DownloadAnswer, DownloadedFile>): string {
  return answer.kind === 'no_name'
    ? "the server's answer names no file, so that nothing tells whether it is the stored one"
    : answer.message;
}
