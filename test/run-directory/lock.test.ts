import { rmSync, writeFileSync } from 'node:fs';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leaseOf, type Lease } from '../../src/run-directory/lease.ts';
import {
  takeLock,
  TakenOverError,
  type Lock,
  type LockOptions,
} from '../../src/run-directory/lock.ts';
import { createTime, type Process, type SharedTime } from './time.ts';

let folder = '';
let time: SharedTime;
let held: Lock[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
  time = createTime();
});
afterEach(async () => {
  for (const lock of held) await lock.release();
  held = [];
  await rm(folder, { recursive: true, force: true });
});

type More = Partial<LockOptions> & { readonly at?: string; readonly process?: Process };

async function take({ at = folder, process = time.process(), ...more }: More = {}): Promise<
  Lock | undefined
> {
  const { later } = process;
  const lock = await takeLock(at, { purpose: 'run', clock: time.clock, later, ...more });
  if (lock !== undefined) held.push(lock);
  return lock;
}

async function taken(more: More = {}): Promise<Lock> {
  const lock = await take(more);
  if (lock === undefined) throw new Error('it is held by another one');
  return lock;
}

/** A process that was killed: no word of it any more, and its socket is gone. */
async function leaveBehind(machine?: string): Promise<Lease> {
  const process = time.process();
  const lock = await taken({ process, ...(machine === undefined ? {} : { machine }) });
  process.stopped = true;
  const text = await readFile(join(folder, '.lock'), 'utf8');
  await lock.release();
  await writeFile(join(folder, '.lock'), text);
  return leaseOf(text);
}

const ELSEWHERE = 'another machine';

describe('on one machine', () => {
  it('is held by one at a time, by whatever path, and leaves nothing behind', async () => {
    const link = join(folder, '..', `${folder.split('/').at(-1)}-link`);
    await symlink(folder, link);
    const first = await taken();
    expect(await take()).toBeUndefined();
    expect(await take({ at: link })).toBeUndefined();
    const reports = await taken({ purpose: 'reports' });
    await first.release();
    const again = await taken({ at: link });
    await again.release();
    await reports.release();
    expect(await readdir(folder)).toEqual([]);
    await rm(link);
  });

  it.skipIf(process.platform === 'win32')('is nobody else’s to read', async () => {
    await taken();
    expect((await stat(join(folder, '.lock'))).mode & 0o777).toBe(0o600);
  });

  it('is taken over from a dead one at once', async () => {
    await leaveBehind();
    const before = time.clock.monotonic();
    await taken();
    expect(time.clock.monotonic()).toBe(before);
    expect(await readdir(folder)).toEqual(['.lock']);
  });

  it.skipIf(process.platform === 'win32')(
    'also where sockets are files, of which none stays',
    async () => {
      const first = await taken({ platform: 'darwin' });
      const socket = join(tmpdir(), `redcap-sweep-${first.session}.sock`);
      expect(await take({ platform: 'darwin' })).toBeUndefined();
      const text = await readFile(join(folder, '.lock'), 'utf8');
      await first.release();
      // What a crash leaves: the lease, and a file that nobody listens on.
      await writeFile(join(folder, '.lock'), text);
      await writeFile(socket, '');
      await taken({ platform: 'darwin' });
      await expect(stat(socket)).rejects.toThrow('ENOENT');
      // macOS allows 103 bytes, and its temporary folders take about 50 of them.
      expect(socket.length - tmpdir().length).toBeLessThan(50);
    },
  );

  it('one that stands still is alive, however long', async () => {
    const process = time.process();
    await taken({ process });
    process.stopped = true;
    time.pass(10 * 60_000);
    expect(await take()).toBeUndefined();
  });

  it.each([undefined, ELSEWHERE])('one of many alone takes it over (from %s)', async (machine) => {
    for (let round = 0; round < 5; round += 1) {
      await leaveBehind(machine);
      const locks = await Promise.all(Array.from({ length: 8 }, () => take()));
      const won = locks.filter((lock) => lock !== undefined);
      expect(won).toHaveLength(1);
      expect(await readdir(folder)).toEqual(['.lock']);
      for (const lock of won) {
        lock.assertOurs();
        await lock.release();
      }
    }
  });
});

describe('who comes a moment later than another one', () => {
  /** Takes the lock; right before it does, something else happens. */
  async function takeAfter(happens: () => void): Promise<Lock | undefined> {
    let happened = false;
    const now = (): number => {
      if (!happened) happens();
      happened = true;
      return time.clock.now();
    };
    return take({ clock: { ...time.clock, now } });
  }

  /** A living process and what its lease says. */
  async function rival(): Promise<{ lock: Lock; text: string }> {
    const at = join(folder, 'rival');
    await mkdir(at);
    const lock = await taken({ at });
    return { lock, text: await readFile(join(at, '.lock'), 'utf8') };
  }

  it('finds the lease there', async () => {
    const { text } = await rival();
    const lock = await takeAfter(() => {
      writeFileSync(join(folder, '.lock'), text);
    });
    expect(lock).toBeUndefined();
    expect(await readFile(join(folder, '.lock'), 'utf8')).toBe(text);
  });

  it('finds that another one is taking it over', async () => {
    const { session } = await leaveBehind();
    const { text } = await rival();
    const lock = await takeAfter(() => {
      writeFileSync(join(folder, `.lock.${session}`), text);
    });
    expect(lock).toBeUndefined();
    expect(await readFile(join(folder, `.lock.${session}`), 'utf8')).toBe(text);
  });

  it('finds that another one has taken it over', async () => {
    await leaveBehind();
    const { text } = await rival();
    const lock = await takeAfter(() => {
      writeFileSync(join(folder, '.lock'), text);
    });
    expect(lock).toBeUndefined();
    expect((await readdir(folder)).toSorted()).toEqual(['.lock', 'rival']);
  });

  it('takes it where the other one has ended by then', async () => {
    await leaveBehind();
    const lock = await takeAfter(() => {
      rmSync(join(folder, '.lock'));
    });
    expect(lock).toBeDefined();
    expect(await readdir(folder)).toEqual(['.lock']);
  });
});

describe('from elsewhere', () => {
  it('a holder that is alive is seen to be: refused at its next sign of life', async () => {
    await taken();
    const waits: string[] = [];
    const other = await take({ machine: ELSEWHERE, onWait: ({ host }) => void waits.push(host) });
    expect(other).toBeUndefined();
    expect(waits).toHaveLength(1);
    expect(time.clock.monotonic()).toBeLessThanOrEqual(10_000);
  });

  it('a holder without a sign of life is taken over after a minute, and not before', async () => {
    await leaveBehind(ELSEWHERE);
    await taken();
    expect(time.clock.monotonic()).toBeGreaterThanOrEqual(60_000);
    expect(time.clock.monotonic()).toBeLessThan(65_000);
  });

  it('a holder that ends meanwhile leaves the lock free', async () => {
    const process = time.process();
    const first = await taken({ process, machine: ELSEWHERE });
    process.stopped = true;
    process.later(() => undefined, 0);
    time.process().later(() => void first.release(), 20_000);
    await taken();
    expect(time.clock.monotonic()).toBeLessThan(30_000);
  });

  it('a wait is ended by a signal', async () => {
    await leaveBehind(ELSEWHERE);
    const signal = new AbortController();
    time.process().later(() => {
      signal.abort();
    }, 20_000);
    expect(await take({ signal: signal.signal })).toBeUndefined();
    expect(time.clock.monotonic()).toBeLessThan(30_000);
  });

  it('the reader’s own sleep proves nothing', async () => {
    await leaveBehind(ELSEWHERE);
    // Each wait of a second takes an hour: reader and holder may have slept side by side.
    const { clock } = time;
    let looks = 0;
    await taken({
      clock: {
        ...clock,
        sleep: (ms, signal) => {
          looks += 1;
          return clock.sleep(ms * 3600, signal);
        },
      },
    });
    expect(looks).toBeGreaterThanOrEqual(12);
  });

  it.each(['', '{"sess', 'null', '[]', '{"session":"../../x"}'])(
    'a lease that says %j is judged by its silence alone',
    async (text) => {
      await writeFile(join(folder, '.lock'), text);
      await taken();
      expect(time.clock.monotonic()).toBeGreaterThanOrEqual(60_000);
      expect(await readdir(folder)).toEqual(['.lock']);
    },
  );

  it.skipIf(process.platform === 'win32' || process.getuid?.() !== 0)(
    'one that another user left, and this one may not read, is judged alike',
    async () => {
      await leaveBehind();
      await chmod(join(folder, '.lock'), 0o600);
      await chown(folder, 65_534, 65_534);
      process.seteuid?.(65_534);
      try {
        const lock = await taken();
        expect(time.clock.monotonic()).toBeGreaterThanOrEqual(60_000);
        await lock.release();
      } finally {
        process.seteuid?.(0);
      }
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('who took over and died before it was done is taken over too', async () => {
    const first = await leaveBehind();
    const second = first.text.replace(first.session, 'b'.repeat(24));
    await writeFile(join(folder, `.lock.${first.session}`), second);
    await writeFile(join(folder, '.lock.cccccccccccccccccccccccc'), second);
    await taken();
    expect(await readdir(folder)).toEqual(['.lock']);
    expect(time.clock.monotonic()).toBe(0);
  });
});

describe('who was taken over', () => {
  it('knows it before it writes, and at its next sign of life', async () => {
    const process = time.process();
    const first = await taken({ process });
    let told = 0;
    first.onLost(() => {
      told += 1;
    });
    process.stopped = true;
    const second = await taken({ machine: ELSEWHERE });
    expect(() => {
      first.assertOurs();
    }).toThrow(TakenOverError);
    expect([first.lost, told]).toEqual([true, 1]);
    await first.release();
    second.assertOurs();
    expect((await readFile(join(folder, '.lock'), 'utf8')).includes(second.session)).toBe(true);
  });

  it('gives up nothing that is not its own any more', async () => {
    const process = time.process();
    const first = await taken({ process });
    process.stopped = true;
    const second = await taken({ machine: ELSEWHERE });
    await first.release();
    expect((await readFile(join(folder, '.lock'), 'utf8')).includes(second.session)).toBe(true);
  });

  it('by its beat too', async () => {
    const process = time.process();
    const first = await taken({ process });
    process.stopped = true;
    await taken({ machine: ELSEWHERE });
    process.stopped = false;
    time.pass(1);
    expect(first.lost).toBe(true);
  });

  it.each([
    ['that went on while the other one slept', 90_000],
    ['that was set back when the machine woke', -7_000_000],
  ])('also by the clock %s', async (_which, afterwards) => {
    let wallMs = 0;
    const asleep = { ...time.clock, now: () => wallMs, monotonic: () => 0 };
    const process = time.process();
    const first = await taken({ process, clock: asleep });
    process.stopped = true;
    await taken({ machine: ELSEWHERE });
    first.assertOurs();
    wallMs = afterwards;
    expect(() => {
      first.assertOurs();
    }).toThrow(TakenOverError);
  });

  it('also where the other one has come and gone: its lines are there', async () => {
    const process = time.process();
    const first = await taken({ process });
    let isAsLeft = true;
    first.alsoCheck(() => isAsLeft);
    process.stopped = true;
    const second = await taken({ machine: ELSEWHERE });
    isAsLeft = false;
    await second.release();
    process.stopped = false;
    time.pass(1);
    expect(first.lost).toBe(true);
  });

  it('and where it came and did nothing, the run is still the first one’s', async () => {
    const process = time.process();
    const first = await taken({ process });
    process.stopped = true;
    const second = await taken({ machine: ELSEWHERE });
    await second.release();
    first.assertOurs();
    expect(await readdir(folder)).toEqual(['.lock']);
    expect(await take()).toBeUndefined();
  });
});

describe('a lease that cannot be written', () => {
  it('ends nothing for some time, then the lock can no longer be told', async () => {
    const lock = await taken();
    // Neither to be opened nor to be made anew, by root either.
    await rm(join(folder, '.lock'));
    await mkdir(join(folder, '.lock'));
    time.pass(10_000);
    lock.assertOurs();
    time.pass(10_000);
    expect(() => {
      lock.assertOurs();
    }).toThrow('EISDIR');
    expect(lock.lost).toBe(false);
    await rm(join(folder, '.lock'), { recursive: true });
    lock.assertOurs();
  });

  it('refuses whoever would take it', async () => {
    await rm(folder, { recursive: true });
    await expect(take()).rejects.toThrow('ENOENT');
    await mkdir(folder);
    await chmod(folder, 0o700);
  });
});

describe('a directory that is moved', () => {
  it('is not touched meanwhile, and its lease goes with it', async () => {
    const from = join(folder, 'from');
    const to = join(folder, 'to');
    await mkdir(from);
    const lock = await taken({ at: from });
    const before = await readFile(join(from, '.lock'), 'utf8');
    await lock.still(async () => {
      time.pass(60_000);
      expect(await readFile(join(from, '.lock'), 'utf8')).toBe(before);
      await rename(from, to);
      time.pass(60_000);
      expect(await readdir(folder)).toEqual(['to']);
      return to;
    });
    time.pass(20_000);
    lock.assertOurs();
    expect(await take({ at: to })).toBeUndefined();
    await lock.release();
    expect(await readdir(to)).toEqual([]);
  });
});
