import { describe, expect, it } from 'vitest';
import {
  backupName,
  backupPath,
  isPartName,
  nameInBackupPath,
  partName,
} from '../../src/backup/naming.ts';

describe('the name of a backup', () => {
  it.each([
    [12, 1, 'scan.pdf', '000012-scan.pdf'],
    [12, 1, 'Scan.PDF', '000012-scan.pdf'],
    [12, 2, 'scan.pdf', '000012.2-scan.pdf'],
    [12_345_678, 1, 'scan.pdf', '12345678-scan.pdf'],
    [1, 1, '../../etc/passwd', '000001-etc_passwd'],
    [1, 1, '..\\..\\boot.ini', '000001-boot.ini'],
    [1, 1, '..', '000001-file'],
    [1, 1, '', '000001-file'],
    [1, 1, '.bashrc', '000001-bashrc'],
    [1, 1, '???.pdf', '000001-pdf'],
    [1, 1, 'a:b|c?.pdf', '000001-a_b_c.pdf'],
    [1, 1, 'con.pdf', '000001-con.pdf'],
    [1, 1, 'report.', '000001-report'],
    [1, 1, 'report ', '000001-report'],
    [1, 1, 'a\u0000b\r\nc\u202e.txt', '000001-a_b_c.txt'],
    [1, 1, 'a;b="c".txt', '000001-a_b_c.txt'],
    [1, 1, 'e\u0301.txt', '000001-\u00e9.txt'],
    [1, 1, '李.png', '000001-李.png'],
    [1, 1, 'résumé ü (2).pdf', '000001-résumé ü (2).pdf'],
    [1, 1, '\ud800half.txt', '000001-half.txt'],
    [1, 1, 'name.of-no-extension', '000001-name.of-no-extension'],
  ])('of row %i, take %i, %j is %s', (row, take, stored, name) => {
    expect(backupName(row, take, stored)).toBe(name);
  });

  it('keeps the extension of a long one, and cuts no character in half', () => {
    expect(backupName(7, 1, `${'x'.repeat(300)}.docx`)).toBe(`000007-${'x'.repeat(68)}.docx`);
    expect(backupName(7, 1, `${'漢'.repeat(120)}.pdf`)).toBe(`000007-${'漢'.repeat(69)}.pdf`);
    // A letter outside the basic plane on the border.
    expect(backupName(7, 1, `${'x'.repeat(68)}${'𠮷'.repeat(5)}.pdf`)).toBe(
      `000007-${'x'.repeat(68)}.pdf`,
    );
  });

  it('is never taken for a file that is not whole yet', () => {
    expect(partName(12)).toBe('000012.part');
    expect(isPartName('000012.part')).toBe(true);
    expect(isPartName(backupName(12, 1, 'part'))).toBe(false);
    expect(isPartName(backupName(12, 2, '.part'))).toBe(false);
  });
});

/** Stored names that were wrong or impossible on one system or another. */
const FROM_THE_FIELD = [
  'Scan.PDF',
  'scan.pdf',
  '\u00e9.txt',
  'e\u0301.txt',
  'con.pdf',
  'aux',
  'NUL.tar.gz',
  'COM1',
  'report.',
  'report ',
  'a:b|c?.pdf',
  `${'漢'.repeat(120)}.pdf`,
  `${'🧬'.repeat(200)}.pdf`,
  '../../../etc/cron.d/job',
  'C:\\Windows\\win.ini',
  'ſcan.pdf',
  'STRASSE.pdf',
  'straße.pdf',
  'İ.pdf',
  `${'ΐ'.repeat(100)}.pdf`,
  ' . .',
  '\u0007\u001b[31m',
];

const DEVICES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)(\.|$)/i;

describe('names from the field', () => {
  // Rows of their own, and all of them as takes of one row.
  const names = [
    ...FROM_THE_FIELD.map((stored, at) => backupName(at + 1, 1, stored)),
    ...FROM_THE_FIELD.map((stored, at) => backupName(99, at + 1, stored)),
  ];

  it.each(names)('%j can be stored on Linux, macOS and Windows', (name) => {
    // oxlint-disable-next-line no-control-regex
    expect(name).not.toMatch(/[<>:"/\\|?*\u0000-\u001f\u007f]/);
    expect(name).not.toMatch(/[. ]$/);
    expect(name).not.toMatch(DEVICES);
    expect(name).toMatch(/^\d{6}(\.\d+)?-/);
    expect(name.length).toBeLessThan(100);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(Buffer.byteLength(name.normalize('NFD'), 'utf16le') / 2).toBeLessThanOrEqual(255);
    expect(name).toBe(name.normalize('NFC'));
  });

  it('differ after NFC and in whatever letter case', () => {
    const folded = names.map((name) => name.normalize('NFC').toUpperCase().toLowerCase());
    expect(new Set(folded).size).toBe(names.length);
  });

  it('do not change when they are folded: twins by case meet on every system', () => {
    for (const name of names) expect(name.toUpperCase().toLowerCase().normalize('NFC')).toBe(name);
  });
});

describe('a path in the journal', () => {
  it.each([
    [backupPath('000012-scan.pdf'), '000012-scan.pdf'],
    ['backup/..', undefined],
    ['backup/../journal.ndjson', undefined],
    ['backup/a\\..\\b', undefined],
    ['/etc/passwd', undefined],
    ['backup/', undefined],
    ['backup/c:', undefined],
    ['other/000012-scan.pdf', undefined],
  ])('%s leads to %s', (path, name) => {
    expect(nameInBackupPath(path)).toBe(name);
  });
});
