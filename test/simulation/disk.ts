import type { JournalSource } from '../../src/journal/read.ts';
import type { SizedFile } from '../../src/journal/write.ts';
import type { Chance } from './random.ts';
import type { Life } from './life.ts';
import type { Environment } from './environment.ts';
import { TROUBLES } from './troubles.ts';

/** What befalls the disk while one process writes. */
export interface DiskTrouble {
  /** The write, counted from 1 in this process, at which the disk is full. */
  readonly fullAtWrite: number | undefined;
  readonly failedSync: number | undefined;
  /** Called with each write before it reaches the file: does the process die in it, or right after? */
  readonly dies: (write: number, text: string) => 'within' | 'after' | undefined;
}

/** The journal's bytes, those on the disk apart from those that a power cut takes. */
export interface Disk {
  readonly bytes: Buffer;
  readonly durableBytes: number;
  readonly source: JournalSource;
  /** Puts whole bytes there, as the birth of a run directory does. */
  install(bytes: Buffer): void;
  /** Cuts off a torn tail. */
  truncate(end: number): void;
  /** Takes any part of what was not synced. */
  cutPower(all: boolean): void;
  openFile(life: Life, trouble: DiskTrouble): SizedFile;
  /** The whole lines that stand there now. */
  lines(): readonly DiskLine[];
}

/** What the audits need of a journal line, and where it ends. */
export interface DiskLine {
  readonly end: number;
  readonly row?: number;
  readonly state?: string;
  readonly upTo?: number;
  readonly at?: number;
}

export const LONGEST_SYNC_MS = 25;

export function createDisk(environment: Environment, chance: Chance): Disk {
  let room: Buffer = Buffer.allocUnsafe(1 << 14);
  let bytes: Buffer = room.subarray(0, 0);
  let durable = 0;
  let lines: DiskLine[] = [];
  let linesEnd = 0;
  const keep = (end: number): void => {
    bytes = bytes.subarray(0, end);
    durable = Math.min(durable, end);
    lines = lines.filter((line) => line.end <= end);
    linesEnd = lines.at(-1)?.end ?? 0;
  };
  /** Later bytes have come to the disk, and earlier ones have not. */
  const leaveHole = (): void => {
    const from = chance.whole(durable, bytes.length - 2);
    const to = chance.whole(from + 1, bytes.length - 1);
    environment.note(`power cut: a hole of ${to - from} bytes at ${from} of ${bytes.length}`);
    const whole = Buffer.from(bytes);
    whole.fill(0, from, to);
    keep(from);
    bytes = whole;
    room = whole;
    durable = whole.length;
  };
  const readAt = (into: Buffer, length: number, position: number): number =>
    bytes.copy(into, 0, position, Math.min(bytes.length, position + length));

  const disk: Disk = {
    get bytes() {
      return bytes;
    },
    get durableBytes() {
      return durable;
    },
    source: {
      name: 'journal.ndjson',
      open: () =>
        Promise.resolve({
          read: (into, length, position) => Promise.resolve(readAt(into, length, position)),
          close: () => Promise.resolve(),
        }),
      openNow: () => ({ read: readAt, close: () => undefined }),
    },
    install(whole) {
      room = whole;
      bytes = whole;
      durable = whole.length;
    },
    truncate(end) {
      keep(end);
    },
    cutPower(all) {
      if (!all && TROUBLES.holes && bytes.length - durable > 2 && chance.is(0.3)) {
        leaveHole();
        return;
      }
      const kept = all ? durable : chance.whole(durable, bytes.length);
      environment.note(
        `power cut: ${bytes.length - kept} of ${bytes.length - durable} unsynced bytes lost`,
      );
      const size = bytes.length;
      keep(kept);
      // Some file systems keep the new size, and give zeros where the bytes never came.
      if (chance.is(0.2)) bytes = Buffer.concat([bytes, Buffer.alloc(size - kept)]);
      room = bytes;
      durable = bytes.length;
    },
    lines() {
      for (;;) {
        const end = bytes.indexOf(10, linesEnd) + 1;
        if (end === 0) return lines;
        const line = parseLine(bytes.toString('utf8', linesEnd, end));
        if (line !== undefined) lines.push({ ...line, end });
        linesEnd = end;
      }
    },
    openFile(life, trouble) {
      let writes = 0;
      let syncs = 0;
      const put = (text: string, length?: number): void => {
        const added = Buffer.from(text, 'utf8').subarray(0, length);
        const size = bytes.length + added.length;
        if (size > room.length) {
          room = Buffer.allocUnsafe(size * 2);
          bytes.copy(room);
        }
        added.copy(room, bytes.length);
        bytes = room.subarray(0, size);
      };
      return {
        write(text) {
          if (!life.alive) return;
          writes += 1;
          const dies = trouble.dies(writes, text);
          if (dies === 'within') {
            put(text, chance.whole(0, Buffer.byteLength(text)));
            environment.note(`killed in write ${writes}: ${text.trimEnd()}`);
            life.kill();
            return;
          }
          if (writes === trouble.fullAtWrite) {
            put(text, chance.whole(0, Buffer.byteLength(text) - 1));
            environment.note(`disk full at write ${writes}: ${text.trimEnd()}`);
            throw new Error('ENOSPC: no space left on device, write');
          }
          put(text);
          if (dies === 'after') life.kill();
          environment.note(`journal ${text.trimEnd().replaceAll('\n', '\n          journal ')}`);
        },
        sync: () =>
          new Promise((resolve, reject) => {
            if (!life.alive) return;
            syncs += 1;
            const fails = syncs === trouble.failedSync;
            const until = bytes.length;
            environment.after(chance.is(0.3) ? chance.next() * LONGEST_SYNC_MS : 0, () => {
              if (!life.alive) return;
              if (!fails) durable = Math.max(durable, Math.min(until, bytes.length));
              life.wake(() => {
                if (fails) reject(new Error('EIO: i/o error, fdatasync'));
                else resolve();
              });
            });
          }),
        size: () => bytes.length,
        close: () => Promise.resolve(),
      };
    },
  };
  return disk;
}

/** A line with a hole in it is none. */
function parseLine(text: string): DiskLine | undefined {
  try {
    return JSON.parse(text) as DiskLine;
  } catch {
    return undefined;
  }
}
