import { describe, expect, it } from 'vitest';
import { describeChange } from '../../src/run-directory/manifest-copy.ts';

const manifest = { name: 'm.csv', sha256: 'abc', bytes: 1, rows: 1 };

describe('describeChange', () => {
  it.each([
    {
      platform: 'linux' as const,
      path: '/data/my list.csv',
      copy: '/r/$run/manifest.csv',
      says: "cp -f '/data/my list.csv' '/r/$run/manifest.csv'",
    },
    {
      platform: 'win32' as const,
      path: 'C:\\data\\my list.csv',
      copy: 'C:\\r\\run\\manifest.csv',
      says: 'Copy-Item -Force "C:\\data\\my list.csv" ',
    },
  ])(
    'gives the command that puts the original back ($platform)',
    ({ platform, path, copy, says }) => {
      const told = describeChange(copy, { kind: 'run', manifest: { ...manifest, path } }, platform);
      expect(told).toContain('is not the manifest of this run any more');
      expect(told).toContain('SHA-256 abc');
      expect(told).toContain(says);
    },
  );

  it('names no original where the manifest came by a pipe', () => {
    const told = describeChange('/r/manifest.csv', { kind: 'check', manifest }, 'linux');
    expect(told).toMatch(/: cp -f <manifest> \/r\/manifest\.csv$/);
  });
});
