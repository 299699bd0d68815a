import type { AnswerCode } from '../rows/outcome.ts';
import { encodeSending } from '../journal/line-codec.ts';
import type { DeleteAnswer, RemoveFile, RemoveHooks } from '../rows/server.ts';
import { delayBefore } from '../retry.ts';
import { elapsedMs, instantOf, type Instant } from '../clock.ts';
import { lookFirst, placeChanged, safeguardRow } from './before-sending.ts';
import type { DeleteContext, Ended, Tries } from './delete-context.ts';
import { end, endEmpty, refusedAtLast, stopped } from './end-row.ts';
import { DONE, LOST_THEN_DONE, lostThenGone } from './row-words.ts';
import type { WorkRow } from './work.ts';

/** After so long, what was known of the field before a lost answer is stale. */
const STALE_MS = 60_000;

/** Thrown by `beforeSend` where a look must come first; the door then sends nothing. */
class LookFirst extends Error {}
/** Thrown by `beforeSend` while nothing may be sent. */
class Held extends Error {
  readonly until: Promise<void>;

  constructor(until: Promise<void>) {
    super();
    this.until = until;
  }
}
/** Thrown by `beforeSend` where the row's place has changed while it waited. */
class PlaceChanged extends Error {}

/**
 * Brings one row to its end: tries, waits, looks and tries again until an
 * answer settles it. Never throws for what a server does; throws when the
 * journal cannot be written, and for bugs.
 */
export async function deleteRow(work: WorkRow, context: DeleteContext): Promise<Ended> {
  const { control, journal, clock } = context;
  const { prior } = work;
  const tries: Tries = {
    attempts: prior?.attempts ?? 0,
    effect: prior?.effect ?? 'none',
    startedAt: prior?.startedAt,
    code: prior?.code,
    httpStatus: prior?.httpStatus,
    message: '',
    file: prior?.file,
    trusted: false,
    said: prior?.said,
    // Of words that an earlier session left, nothing tells who said them.
    saidByRedcap: prior?.said !== undefined,
    saidWritten: undefined,
    leftAt: undefined,
    lostAt: (prior?.effect ?? 'none') === 'none' ? undefined : work.lookedAt,
    lookedFirst: false,
    retryAfterMs: undefined,
  };
  const hooks = hooksOf(work, tries, context);
  for (let retry = 0; ; retry += 1) {
    if (retry > 0) {
      // Retry-After wins over backoff; the door holds this request back like all others.
      const waitMs = tries.retryAfterMs === undefined ? delayBefore(retry, context.random) : 0;
      context.onWait?.('retry', waitMs);
      if (!(await clock.sleep(waitMs, control.stopping))) return stopped(work, tries, context);
    }
    const moved = placeChanged(work, tries, context);
    if (moved !== undefined) return moved;
    if (context.safeguard !== undefined) {
      const ended = await safeguardRow(work, tries, context, context.safeguard);
      if (ended !== undefined) return ended;
    }
    const before = tries.attempts;
    let sent: Awaited<ReturnType<RemoveFile>>;
    try {
      sent = await context.remove(work.target, hooks);
    } catch (error) {
      if (error instanceof Held) {
        await error.until;
        if (control.reason !== undefined) return stopped(work, tries, context);
        retry -= 1;
        continue;
      }
      if (error instanceof PlaceChanged) {
        const changed = placeChanged(work, tries, context);
        if (changed !== undefined) return changed;
      }
      if (!(error instanceof LookFirst)) throw error;
      const ended = await lookFirst(work, tries, context);
      if (ended !== undefined) return ended;
      // Sent next, however long its turn takes: at a low rate it would be looked at for ever.
      tries.lookedFirst = true;
      retry -= 1;
      continue;
    }
    if (sent.kind === 'not_sent') {
      // The stop came first, or it was given up while it was still connecting.
      tries.attempts = before;
      return stopped(work, tries, context);
    }
    const announced = tries.attempts > before;
    // A connection that was never made is no try, whether its line was written or not.
    if ('sent' in sent && !sent.sent) tries.attempts = before;
    const ended = readAnswer(sent, work, tries, context, retry);
    if (ended !== undefined) return ended;
    // Without a line of its own it would end the try before it, whose end may not be known.
    if (!announced) continue;
    journal.append({
      row: work.row,
      state: 'tried',
      at: journal.stamp(),
      code: tries.code ?? '',
      effect: sent.kind === 'retry' ? sent.effect : 'none',
      sent: sent.kind !== 'retry' || sent.sent,
      ...(tries.httpStatus === undefined ? {} : { http: tries.httpStatus }),
      ...newWords(tries),
    });
  }
}

/** What a request of this row does before it leaves; one set for all of its tries. */
function hooksOf(
  work: WorkRow,
  tries: Tries,
  { journal, clock, look, control, changeAt, held }: DeleteContext,
): RemoveHooks {
  return {
    beforeSend() {
      const until = held?.();
      if (until !== undefined) throw new Held(until);
      if (changeAt?.(work.target) !== undefined) throw new PlaceChanged();
      const stale = tries.lostAt !== undefined && elapsedMs(clock, tries.lostAt) > STALE_MS;
      if (tries.lookedFirst) {
        tries.lookedFirst = false;
        tries.lostAt = instantOf(clock);
      } else if (stale && look !== undefined) throw new LookFirst();
      const at = journal.stamp();
      tries.startedAt ??= at;
      tries.attempts += 1;
      const { said } = newWords(tries);
      return journal.announce(encodeSending(work.row, at, tries.attempts, tries.effect, said));
    },
    onLeaving() {
      tries.leftAt = instantOf(clock);
      // The line is in the file before the request leaves, and a stop that came meanwhile counts.
      return journal.flush() && control.reason === undefined;
    },
  };
}

/** The row's end, or `undefined` where it is tried again. */
function readAnswer(
  answer: DeleteAnswer,
  work: WorkRow,
  tries: Tries,
  context: DeleteContext,
  retry: number,
): Ended | undefined {
  const { control, trust } = context;
  tries.httpStatus = answer.httpStatus ?? tries.httpStatus;
  tries.message = answer.message;
  tries.retryAfterMs = answer.retryAfterMs;
  if (answer.trustworthy) tries.trusted = true;
  keepWords(answer, tries);
  if (answer.trustworthy && answer.kind !== 'forbidden' && answer.kind !== 'stop') trust.earn();
  switch (answer.kind) {
    case 'done':
      return end(
        work,
        tries,
        context,
        { status: 'deleted', code: '' },
        // A mark alone loses no answer.
        tries.effect === 'possible' ? LOST_THEN_DONE : '',
      );
    case 'no_file':
      return tries.effect !== 'none'
        ? end(work, tries, context, { status: 'deleted', code: '' }, lostThenGone(tries.effect))
        : endEmpty(work, tries, context, answer.message);
    case 'retry':
      tries.code = answer.code;
      if (answer.effect === 'possible') {
        tries.effect = 'possible';
        tries.lostAt ??= lostSince(tries, context);
      }
      // A request is given up only after a stop.
      if (control.reason !== undefined || answer.code === 'interrupted') {
        return stopped(work, tries, context);
      }
      return retry >= context.retries
        ? refusedAtLast(answer.code, work, tries, context)
        : undefined;
    case 'refused':
      tries.code = answer.code;
      return refusedAtLast(answer.code, work, tries, context);
    case 'forbidden':
      tries.code = answer.code;
      if (trust.earned) return refusedAtLast(answer.code, work, tries, context);
      control.stop('rejected_token', answer.message);
      return stopped(work, tries, context);
    case 'stop':
      tries.code = answer.httpStatus === undefined ? answer.stop : codeOfStatus(answer.httpStatus);
      if (answer.effect === 'possible') tries.effect = 'possible';
      control.stop(answer.stop, answer.message);
      return stopped(work, tries, context);
  }
}

/**
 * Since when an answer that is lost now has been missing. A request that was
 * in the air while the machine slept lost it then, and what was known of the
 * field is as old as that.
 */
function lostSince({ leftAt }: Tries, { clock }: DeleteContext): Instant {
  const now = instantOf(clock);
  if (leftAt === undefined) return now;
  const asleepMs = now.wallMs - leftAt.wallMs - (now.monotonicMs - leftAt.monotonicMs);
  return { ...now, wallMs: now.wallMs - Math.max(0, asleepMs) };
}

/** Keeps what the server itself said: words of REDCap until others of its own come, any other words until any come. */
function keepWords(answer: DeleteAnswer, tries: Tries): void {
  const { trustworthy, message, httpStatus } = answer;
  if (answer.kind === 'done') tries.said = tries.effect === 'none' ? undefined : DONE;
  else if (httpStatus !== undefined && (trustworthy || !tries.saidByRedcap)) {
    tries.said = message;
    tries.saidByRedcap = trustworthy;
  }
}

/** The server's words, where the journal does not have them yet. */
function newWords(tries: Tries): { readonly said?: string } {
  const { said } = tries;
  if (said === undefined || said === tries.saidWritten) return {};
  tries.saidWritten = said;
  return { said };
}

function codeOfStatus(status: number): AnswerCode {
  return status >= 500 ? 'http_5xx' : status >= 400 ? `http_${status}` : 'unexpected_answer';
}
