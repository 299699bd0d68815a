import { disagreementMs, instantOf, mostElapsedMs, type Instant } from '../clock.ts';
import { encodeSending } from '../journal/line-codec.ts';
import { delayBefore } from '../retry.ts';
import type { AnswerCode } from '../rows/outcome.ts';
import type { DeleteAnswer, RemoveHooks } from '../rows/server.ts';
import { oneLine } from '../words/one-line.ts';
import { describeForbidden } from '../words/trouble.ts';
import { checkFile, checkPlace, lookFirst } from './before-sending.ts';
import { DONE, LOST_THEN_DONE, lostThenGone } from './row-messages.ts';
import {
  beginRow,
  endEmpty,
  endRefused,
  endRow,
  endStopped,
  type DeleteContext,
  type RowProgress,
  type RowResult,
} from './row-progress.ts';
import type { RowToDelete } from './row-source.ts';

/** After so long, what was known of the field before a lost answer is stale. */
const STALE_MS = 60_000;

/** Thrown right before a request would leave, where something else must come first; nothing is sent then. */
class PutOff extends Error {
  /** The row's end, or `undefined` where it is to be sent after all. */
  readonly first: () => Promise<RowResult | undefined>;

  constructor(first: () => Promise<RowResult | undefined>) {
    super('put off');
    this.first = first;
  }
}

/**
 * Brings one row to its end: tries, waits, looks and tries again until an
 * answer settles it. Never throws for what a server does; throws when the
 * journal cannot be written, and for bugs.
 */
export async function deleteRow(row: RowToDelete, context: DeleteContext): Promise<RowResult> {
  const { control, journal, clock } = context;
  const progress = beginRow(row);
  const hooks = hooksOf(progress, context);
  for (let retry = 0; ; retry += 1) {
    if (retry > 0) {
      // Retry-After wins over backoff; the client holds this request back like all others.
      const waitMs = progress.retryAfterMs === undefined ? delayBefore(retry, context.random) : 0;
      if (!(await clock.sleep(waitMs, control.stopping))) return endStopped(progress, context);
    }
    const before = progress.attempts;
    const sent = await send(progress, hooks, context);
    if (sent.kind === 'ended') return sent.result;
    const announced = progress.attempts > before;
    // A connection that was never made is no try, whether its line was written or not.
    if ('sent' in sent && !sent.sent) progress.attempts = before;
    const result = readAnswer(sent, progress, context, retry);
    if (result !== undefined) return result;
    // Without a line of its own it would end the try before it, whose end may not be known.
    if (!announced) continue;
    journal.append({
      row: row.row,
      state: 'tried',
      at: journal.stamp(),
      code: progress.code ?? '',
      effect: sent.kind === 'retry' ? sent.effect : 'none',
      sent: sent.kind !== 'retry' || sent.sent,
      ...(progress.httpStatus === undefined ? {} : { http: progress.httpStatus }),
      ...newWords(progress),
    });
  }
}

/** Sends one request once everything that comes before it is done; the row may end there. */
async function send(
  progress: RowProgress,
  hooks: RemoveHooks,
  context: DeleteContext,
): Promise<DeleteAnswer | { readonly kind: 'ended'; readonly result: RowResult }> {
  const before = progress.attempts;
  for (;;) {
    let result = checkPlace(progress, context);
    if (context.beforeDelete !== undefined) result ??= await checkFile(progress, context);
    if (result === undefined) {
      try {
        const answer = await context.remove(progress.row.target, hooks);
        if (answer.kind !== 'not_sent') return answer;
        // The stop came first, or it was given up while it was still connecting.
        progress.attempts = before;
        result = endStopped(progress, context);
      } catch (error) {
        if (!(error instanceof PutOff)) throw error;
        result = await error.first();
      }
    }
    if (result !== undefined) return { kind: 'ended', result };
  }
}

/** What a request of this row does before it leaves; one set for all of its tries. */
function hooksOf(progress: RowProgress, context: DeleteContext): RemoveHooks {
  const { journal, clock, control } = context;
  const { row } = progress;
  return {
    beforeSend() {
      const pause = context.paused?.();
      if (pause !== undefined) {
        throw new PutOff(async () => {
          await pause;
          return control.reason === undefined ? undefined : endStopped(progress, context);
        });
      }
      if (context.changeAt?.(row.target) !== undefined) {
        throw new PutOff(() => Promise.resolve(checkPlace(progress, context)));
      }
      if (progress.lookedFirst) {
        // Sent now, however long its turn took: at a low rate it would be looked at for ever.
        progress.lookedFirst = false;
        progress.lostAt = instantOf(clock);
      } else if (context.look !== undefined && isStale(progress, context)) {
        throw new PutOff(async () => {
          const result = await lookFirst(progress, context);
          progress.lookedFirst = result === undefined;
          return result;
        });
      }
      const at = journal.stamp();
      progress.startedAt ??= at;
      progress.attempts += 1;
      const { said } = newWords(progress);
      return journal.announce(encodeSending(row.row, at, progress.attempts, progress.effect, said));
    },
    onLeaving() {
      progress.leftAt = instantOf(clock);
      // The line is in the file before the request leaves, and a stop that came meanwhile counts.
      return journal.flush() && control.reason === undefined;
    },
  };
}

function isStale({ lostAt }: RowProgress, { clock }: DeleteContext): boolean {
  return lostAt !== undefined && mostElapsedMs(clock, lostAt) > STALE_MS;
}

/** The row's end, or `undefined` where it is tried again. */
function readAnswer(
  answer: DeleteAnswer,
  progress: RowProgress,
  context: DeleteContext,
  retry: number,
): RowResult | undefined {
  const { control, server } = context;
  progress.httpStatus = answer.httpStatus ?? progress.httpStatus;
  progress.message = answer.message;
  progress.retryAfterMs = answer.retryAfterMs;
  if (answer.trustworthy) progress.confirmed = true;
  keepWords(answer, progress);
  if (answer.trustworthy && answer.kind !== 'forbidden' && answer.kind !== 'stop') {
    server.confirmed = true;
  }
  switch (answer.kind) {
    case 'done':
      return endRow(
        progress,
        context,
        { status: 'deleted', code: '' },
        // Where the watermark alone says that it may have been sent, no answer was lost.
        progress.effect === 'possible' ? LOST_THEN_DONE : '',
      );
    case 'no_file':
      return progress.effect === 'none'
        ? endEmpty(progress, context, answer.message)
        : endRow(progress, context, { status: 'deleted', code: '' }, lostThenGone(progress.effect));
    case 'retry':
      progress.code = answer.code;
      if (answer.effect === 'possible') {
        progress.effect = 'possible';
        progress.lostAt ??= lostSince(progress, context);
      }
      // A request is given up only after a stop.
      if (control.reason !== undefined || answer.code === 'interrupted') {
        return endStopped(progress, context);
      }
      return retry >= context.retries ? endRefused(answer.code, progress, context) : undefined;
    case 'refused':
      progress.code = answer.code;
      return endRefused(answer.code, progress, context);
    case 'forbidden':
      progress.code = answer.code;
      if (server.confirmed) return endRefused(answer.code, progress, context);
      control.stop('rejected_token', oneLine(describeForbidden(answer.message)));
      return endStopped(progress, context);
    case 'stop':
      progress.code =
        answer.httpStatus === undefined ? answer.stop : codeOfStatus(answer.httpStatus);
      if (answer.effect === 'possible') progress.effect = 'possible';
      control.stop(answer.stop, answer.message);
      return endStopped(progress, context);
  }
}

/**
 * Since when an answer that is lost now has been missing. A request that was
 * in flight while the machine slept lost it then, and what was known of the
 * field is as old as that.
 */
function lostSince({ leftAt }: RowProgress, { clock }: DeleteContext): Instant {
  const now = instantOf(clock);
  if (leftAt === undefined) return now;
  return { ...now, wallMs: now.wallMs - disagreementMs(clock, leftAt) };
}

/** Keeps what the server itself said: words of REDCap until others of its own come, any other words until any come. */
function keepWords(answer: DeleteAnswer, progress: RowProgress): void {
  const { trustworthy, message, httpStatus } = answer;
  if (answer.kind === 'done') progress.said = progress.effect === 'none' ? undefined : DONE;
  else if (httpStatus !== undefined && (trustworthy || !progress.saidByRedcap)) {
    progress.said = message;
    progress.saidByRedcap = trustworthy;
  }
}

/** The server's words, where the journal does not have them yet. */
function newWords(progress: RowProgress): { readonly said?: string } {
  const { said } = progress;
  if (said === undefined || said === progress.saidWritten) return {};
  progress.saidWritten = said;
  return { said };
}

function codeOfStatus(status: number): AnswerCode {
  return status >= 500 ? 'http_5xx' : status >= 400 ? `http_${status}` : 'unexpected_answer';
}
