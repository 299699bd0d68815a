import { JournalError } from '../journal/write.ts';
import type { ImportFileAnswer } from '../rows/server.ts';
import type { UploadFile } from '../rows/server.ts';
import { delayBefore } from '../retry.ts';
import { judgePlace, type Place } from './judge-place.ts';
import { readBack } from './read-back.ts';
import type { RestoreOptions } from './restore-options.ts';
import type { Candidate, RestoreCode, Restored, RestoreStatus } from './restored.ts';
import { stopOf } from './take-file.ts';
import { openBackup } from './upload.ts';

/** Thrown by `beforeSend` where the command has stopped meanwhile. */
class StoppedFirst extends Error {}

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
  const upload = await openBackup(options.runDirectory, candidate);
  if ('code' in upload) return end('failed', upload.code, upload.message, undefined);

  let lost = false;
  for (let attempt = 1; ; attempt += 1) {
    const place = await judgePlace(candidate, options);
    const settled = settleByPlace(place, lost, options);
    if (settled !== undefined) return settled;
    const sent = await sendOnce(candidate, upload, options);
    if (sent === 'not_begun') return lost ? inTheAir(options) : notBegun(options);
    if (sent === 'in_the_air') return inTheAir(options);
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
    if (!(await clock.sleep(waitMs, control.stopping))) return inTheAir(options);
  }
}

const SIGNATURE =
  'signatures are captured in the browser, and the API cannot store them; the backup is kept';

/** The end that the field's state decides; `undefined`: send. */
function settleByPlace(place: Place, lost: boolean, options: RestoreOptions): Restored | undefined {
  switch (place.kind) {
    case 'free':
      return undefined;
    case 'stopped':
      return lost ? inTheAir(options) : notBegun(options);
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
      return end('refused', place.code, place.message, place.heard);
  }
}

async function sendOnce(
  { row, target }: Candidate,
  upload: UploadFile,
  { source, journal }: RestoreOptions,
): Promise<ImportFileAnswer | 'not_begun' | 'in_the_air'> {
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
    return begun ? 'in_the_air' : 'not_begun';
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

function inTheAir({ source }: RestoreOptions): Restored {
  const code = source.control.reason?.code ?? 'interrupted';
  const message =
    'the command ended before it was known whether the file arrived; run restore again';
  return end('failed', code, message, false);
}

function end(
  status: RestoreStatus,
  code: RestoreCode,
  message: string,
  heard: boolean | undefined,
): Restored {
  return { status, code, message, heard };
}
