import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

const mounted: string[] = [];
const unmount = (path: string): void => {
  spawnSync('umount', ['-l', path]);
};

afterEach(() => {
  mounted.splice(0).forEach(unmount);
});

/** A small disk of its own; gone after the test. */
export function mount(path: string, size: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]);
  mounted.push(path);
}

export function makeRoom(path: string, size: string): void {
  execFileSync('mount', ['-o', `remount,size=${size}`, path]);
}

/** May this user have one? */
export function canMount(): boolean {
  if (process.platform !== 'linux') return false;
  const path = mkdtempSync(join(tmpdir(), 'sweep-mount-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', path]);
  unmount(path);
  rmdirSync(path);
  return status === 0;
}
