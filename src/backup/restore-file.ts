import { readBytes } from '../files/read-file.ts';
import { JournalError, type Journal } from '../journal/write.ts';
import { delayBefore } from '../retry.ts';
import type { ImportFileAnswer, UploadFile } from '../rows/server.ts';
import type { Candidate } from './candidates.ts';
import {
  checkDestination,
  type Destination,
  type DestinationOptions,
} from './check-destination.ts';
import { describeFailure, downloadFile, stopOf, type FileSource } from './download-file.ts';
import { showName, showTwoNames } from '../words/names.ts';
import { findKeptFile } from './kept-file.ts';
import type { RestoreCode, Restored, RestoreStatus } from './restored.ts';

/** Thrown by `beforeSend` where the command has stopped meanwhile. */
class StoppedFirst extends Error {}

/** What putting a file back works with. */
export interface RestoreOptions extends DestinationOptions {
  readonly journal: Journal;
  readonly runDirectory: string;
  /** The directory of the check whose archive the run carried out; where there is none, no file is held by it. */
  readonly archiveDirectory: string | undefined;
}

/**
 * Puts one file back, and reads it back. The backup's digest is checked first;
 * each try looks at the field again, so that no lost answer makes it overwrite
 * what somebody stored meanwhile, and no record is ever created. What a server
 * or a disk does is a value; throws for bugs.
 */
export async function restoreFile(
  candidate: Candidate,
  options: RestoreOptions,
): Promise<Restored> {
  const { source } = options;
  const { control, clock, random, retries, onRetry } = source;
  if (candidate.signature) return end('not_restorable', 'signature', SIGNATURE, undefined);
  if (control.reason !== undefined) return notBegun(options);
  const upload = await openBackup(candidate, options);
  if ('code' in upload) return end('failed', upload.code, upload.message, undefined);

  let lost = false;
  for (let attempt = 1; ; attempt += 1) {
    const destination = await checkDestination(candidate, options);
    const settled = settleByDestination(destination, lost, options);
    if (settled !== undefined) return settled;
    const sent = await sendOnce(candidate, upload, options);
    if (sent === 'not_begun') return lost ? uncertain(options) : notBegun(options);
    if (sent === 'uncertain') return uncertain(options);
    const answered = settleByAnswer(sent, options);
    if (answered === 'read_back') return readBack(candidate, source);
    if (answered !== 'again') return answered;
    lost = true;
    if (attempt > retries) {
      // The last answer was lost or useless: what is stored now tells.
      const found = await readBack(candidate, source);
      return found.status === 'restored' ? found : failed(sent, sent.message);
    }
    const waitMs = sent.retryAfterMs ?? delayBefore(attempt, random);
    onRetry?.(waitMs, sent.message);
    if (!(await clock.sleep(waitMs, control.stopping))) return uncertain(options);
  }
}

const SIGNATURE =
  'signatures are captured in the browser, and the API cannot store them; the backup is kept';

/** The end that the field's state decides; `undefined`: send. */
function settleByDestination(
  destination: Destination,
  lost: boolean,
  options: RestoreOptions,
): Restored | undefined {
  switch (destination.kind) {
    case 'free':
      return undefined;
    case 'stopped':
      return lost ? uncertain(options) : notBegun(options);
    case 'same':
      return lost
        ? end('restored', '', 'an answer was lost; the field holds these bytes now', true)
        : end(
            'restored',
            'already_there',
            'the field held these bytes already; nothing was sent',
            true,
          );
    case 'refused':
      return end('refused', destination.code, destination.message, destination.confirmed);
  }
}

async function sendOnce(
  { row, target }: Candidate,
  upload: UploadFile,
  { source, journal }: RestoreOptions,
): Promise<ImportFileAnswer | 'not_begun' | 'uncertain'> {
  const { control, files } = source;
  let begun = false;
  try {
    const answer = await files.importFile(target, upload, {
      signal: control.stopping,
      abort: control.aborting,
      beforeSend: async () => {
        // From this line on, no deletion of the run touches the field again.
        journal.append({ row, state: 'restoring', at: journal.stamp() });
        await journal.sync();
        if (control.reason !== undefined) throw new StoppedFirst();
        begun = true;
      },
    });
    if (answer.kind !== 'not_sent') return answer;
    return begun ? 'uncertain' : 'not_begun';
  } catch (error) {
    // A journal that cannot be written has stopped the command already.
    if (error instanceof StoppedFirst || error instanceof JournalError) return 'not_begun';
    throw error;
  }
}

function settleByAnswer(
  answer: ImportFileAnswer,
  { source }: RestoreOptions,
): Restored | 'read_back' | 'again' {
  switch (answer.kind) {
    case 'done':
    // 200 without a body is how servers say "stored".
    case 'empty':
      return 'read_back';
    case 'retry':
    case 'unreadable':
      return 'again';
    case 'error':
      return failed(answer, `the server refused the file: ${answer.message}`);
    case 'stop': {
      const stop = stopOf(answer);
      if (stop === undefined) {
        return failed(answer, `the server refused the file: ${answer.message}`);
      }
      source.control.stop(stop.stop, stop.message);
      return end('failed', stop.stop, stop.message, true);
    }
    case 'not_sent':
      return end('refused', 'interrupted', answer.message, false);
  }
}

/** The field was looked at right before: however this file fared, the server does answer. */
function failed(answer: ImportFileAnswer, message: string): Restored {
  return end('failed', codeOf(answer), message, true);
}

function codeOf(answer: ImportFileAnswer): RestoreCode {
  if (answer.kind === 'retry') return answer.code;
  const status = answer.httpStatus ?? 0;
  if (status >= 500) return 'http_5xx';
  return status >= 400 ? `http_${status}` : 'unexpected_answer';
}

function notBegun({ source }: RestoreOptions): Restored {
  const code = source.control.reason?.code ?? 'interrupted';
  return end('refused', code, 'the command ended before this file; run restore again', undefined);
}

function uncertain({ source }: RestoreOptions): Restored {
  const code = source.control.reason?.code ?? 'interrupted';
  const message =
    'the command ended before it was known whether the file arrived; run restore again';
  return end('failed', code, message, false);
}

function end(
  status: RestoreStatus,
  code: RestoreCode,
  message: string,
  confirmed: boolean | undefined,
): Restored {
  return { status, code, message, confirmed };
}

/** Exports what is stored after an import: only the same digest makes a file `restored`. */
async function readBack(
  { target, name, sha256 }: Candidate,
  source: FileSource,
): Promise<Restored> {
  const now = await downloadFile(source, target);
  if (now.kind === 'file') {
    if (now.sha256 !== sha256) {
      const message = `the field holds other bytes after the upload (${showName(now.name)}, SHA-256 ${now.sha256})`;
      return { status: 'failed', code: 'not_stored', message, confirmed: true };
    }
    const [is, was] = showTwoNames(now.name, name);
    const message = now.name === name ? '' : `stored, under the name ${is} instead of ${was}`;
    return { status: 'restored', code: '', message, confirmed: true };
  }
  const stopping = stopOf(now);
  if (stopping !== undefined) source.control.stop(stopping.stop, stopping.message);
  const isRefusal = now.kind === 'error' && now.trustworthy && now.httpStatus !== 403;
  const stop =
    now.kind === 'not_sent' || stopping !== undefined ? source.control.reason?.code : undefined;
  const code: RestoreCode = stop ?? (isRefusal ? 'not_stored' : 'unverified');
  return {
    status: 'failed',
    code,
    message: `the server took the file, and reading it back gave no proof: ${describeFailure(now)}; run restore again`,
    // The field was looked at before: that was an answer to rely on.
    confirmed: true,
  };
}

interface BackupFault {
  readonly code: RestoreCode & ('backup_missing' | 'backup_damaged');
  readonly message: string;
}

/** The backup as an upload, streamed from the disk; a fault where its bytes are not what was saved. */
async function openBackup(
  candidate: Candidate,
  { runDirectory, archiveDirectory = runDirectory }: RestoreOptions,
): Promise<UploadFile | BackupFault> {
  const directory = candidate.heldBy === 'run' ? runDirectory : archiveDirectory;
  const kept = await findKeptFile(directory, candidate);
  switch (kept.kind) {
    case 'missing':
      return { code: 'backup_missing', message: kept.message };
    case 'damaged':
      return { code: 'backup_damaged', message: `${kept.message}; nothing was sent` };
    case 'whole':
      return {
        fileName: candidate.name,
        bytes: { length: candidate.bytes, open: () => readBytes(kept.path) },
      };
  }
}
