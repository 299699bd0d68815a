import { describe, expect, it } from 'vitest';
import { runDirectoryName } from '../../src/run-directory/staging.ts';

const AT = Date.UTC(2026, 10, 24, 3, 12, 7, 999);
const TIME = '2026-11-24T03-12-07';

describe('runDirectoryName', () => {
  it.each([
    ['cleanup.csv', `${TIME}-cleanup`],
    ['clean up (2).csv', `${TIME}-clean-up-(2)`],
    ['cleanup.csv.gz', `${TIME}-cleanup`],
    ['cleanup.TSV', `${TIME}-cleanup`],
    ['v1.2.csv', `${TIME}-v1.2`],
    ['stdin', `${TIME}-stdin`],
    ['', TIME],
    ['.csv', TIME],
    ['..csv', TIME],
    ['...', TIME],
    ['-x.csv', `${TIME}-x`],
    ['a\nb.csv', `${TIME}-a-b`],
    ['a<b>:"/\\|?*c.csv', `${TIME}-a-b-c`],
    ['\u202egnp.csv', `${TIME}-gnp`],
    ['trailing .csv', `${TIME}-trailing`],
    ['trailing..csv', `${TIME}-trailing`],
    ['CON.csv', `${TIME}-CON`],
    ['Größe 李.csv', `${TIME}-Größe-李`],
  ])('%j', (manifest, name) => {
    expect(runDirectoryName(AT, manifest)).toBe(name);
  });

  it.each([
    ['x', 1],
    ['ü', 2],
    ['漢', 3],
    ['𠮷', 4],
    ['e\u0301', 3],
  ])('cuts a long name of %s at a character’s border', (character, bytes) => {
    const name = runDirectoryName(AT, `${character.repeat(251)}.csv`);
    const slug = name.slice(TIME.length + 1);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(slug).toBe(character.repeat(Math.floor(100 / bytes)));
  });
});
