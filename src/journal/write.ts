import { closeSync, fdatasync, fstatSync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { startTimer } from '../clock.ts';
import { SweepError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { JournalLine } from './lines.ts';

/** The file under the journal: passed in, so that a simulation can lose its tail. */
export interface JournalFile {
  /** Appends; returns when the operating system has the bytes. Throws when it has not. */
  write(bytes: string): void;
  /** Resolves when everything written so far is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
  /** Throws where another process writes here by now. */
  assertOurs?(): void;
}

/** A journal's file on a real disk. */
export interface SizedFile extends JournalFile {
  /** Bytes that stand there now, whoever wrote them. */
  size(): number;
}

export interface Journal {
  /** Appends a line; it reaches the file within this turn of the event loop. */
  append(line: JournalLine | string): void;
  /**
   * Appends a line that announces a request. Where `syncEachSend` asks for it,
   * a promise that resolves when the line is on the disk. In any case `flush`
   * comes right before the request leaves.
   */
  announce(line: string): Promise<void> | undefined;
  /** Brings everything appended so far to the file. False: it could not be written, and nothing may leave. */
  flush(): boolean;
  /** Everything appended so far is on the disk. */
  sync(): Promise<void>;
  /** The time now, but never earlier than a time written before. */
  stamp(): number;
  readonly failed: boolean;
  /** What failed; nothing is appended since. */
  readonly failure: JournalError | undefined;
  /** Once; a second call waits for the first. */
  close(): Promise<void>;
}

export interface JournalOptions {
  readonly file: JournalFile;
  readonly now: () => number;
  /** On the disk before each request (at 50 requests a second or fewer). */
  readonly syncEachSend: boolean;
  /** Later than this is synced in the background, milliseconds. */
  readonly syncEveryMs: number;
  /** Runs a function at the end of this turn of the event loop. */
  readonly defer: (run: () => void) => void;
  /** Runs a function after `ms` milliseconds; gives what cancels it. A timer by default. */
  readonly later?: (run: () => void, ms: number) => () => void;
  readonly lastStamp?: number;
  /** Called once, at the first write that fails; nothing is appended after it. */
  readonly onFailure?: (error: JournalError) => void;
}

/** The disk is full or read-only: what is in the journal stays, nothing is added. */
export class JournalError extends SweepError {
  override name = 'JournalError';

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `The journal could not be written (${reason}). Nothing more is sent. What it holds so far is safe; free the disk, then resume.`,
      // Whoever has sent something catches it and ends as stopped; elsewhere nothing was sent.
      EXIT.refused,
      { cause },
    );
  }
}

/**
 * Append-only writer. Lines of one turn of the event loop go out in one write;
 * the first write that fails is the last one.
 */
export function openJournal(options: JournalOptions): Journal {
  const { file, now, defer, later = startTimer, syncEachSend, syncEveryMs } = options;
  let buffer = '';
  let scheduled = false;
  let failure: JournalError | undefined;
  let last = options.lastStamp ?? 0;
  let dirty = false;
  let cancel: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let queued: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const fail = (error: unknown): JournalError => {
    if (failure === undefined) {
      failure = error instanceof JournalError ? error : new JournalError(error);
      buffer = '';
      options.onFailure?.(failure);
    }
    return failure;
  };

  const flush = (): boolean => {
    if (failure !== undefined) return false;
    const bytes = buffer;
    buffer = '';
    try {
      // Its line was written before: a process that stood still since then may have been taken over.
      if (bytes === '') {
        file.assertOurs?.();
        return true;
      }
      file.write(bytes);
    } catch (error) {
      fail(error);
      return false;
    }
    dirty = true;
    if (!syncEachSend) cancel ??= later(background, syncEveryMs);
    return true;
  };

  const background = (): void => {
    cancel = undefined;
    // A failed background sync is reported through onFailure, which stops the run.
    if (dirty) syncNow().catch(() => undefined);
  };

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    defer(() => {
      scheduled = false;
      flush();
    });
  };

  const syncOnce = async (): Promise<void> => {
    flush();
    if (failure !== undefined) throw failure;
    dirty = false;
    // Whoever syncs spares the background one; lines from here on get a timer of their own.
    cancel?.();
    cancel = undefined;
    try {
      await file.sync();
    } catch (error) {
      throw fail(error);
    }
  };

  // A sync that is under way may have begun before the caller's line: those
  // who ask meanwhile share the next one.
  const syncNow = (): Promise<void> => {
    if (running === undefined) {
      running = syncOnce().finally(() => {
        running = undefined;
      });
      return running;
    }
    queued ??= running
      .catch(() => undefined)
      .then(() => {
        queued = undefined;
        return syncNow();
      });
    return queued;
  };

  const close = async (): Promise<void> => {
    cancel?.();
    try {
      if (failure === undefined) await syncNow();
    } finally {
      await file.close();
    }
  };

  return {
    append(line) {
      if (failure !== undefined) return;
      buffer += (typeof line === 'string' ? line : JSON.stringify(line)) + '\n';
      schedule();
    },
    announce(line) {
      if (failure !== undefined) return Promise.reject(failure);
      buffer += line + '\n';
      if (syncEachSend) return syncNow();
      schedule();
      return undefined;
    },
    flush,
    sync: syncNow,
    stamp() {
      last = Math.max(last, now());
      return last;
    },
    get failed() {
      return failure !== undefined;
    },
    get failure() {
      return failure;
    },
    close: () => (closing ??= close()),
  };
}

const datasync = promisify(fdatasync);

/**
 * The journal on a real disk. Writes are synchronous: one a turn of the event
 * loop, and when `write` returns, a killed process no longer loses the bytes
 * (a power cut still can, until `sync`).
 */
export function openJournalFile(path: string): SizedFile {
  const fd = openSync(path, 'a', 0o600);
  return {
    write(text) {
      let done = writeSync(fd, text);
      if (done === Buffer.byteLength(text)) return;
      // A disk that fills up may take a part.
      const bytes = Buffer.from(text);
      while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done);
    },
    size: () => fstatSync(fd).size,
    sync: () => datasync(fd),
    close: () => {
      closeSync(fd);
      return Promise.resolve();
    },
  };
}
