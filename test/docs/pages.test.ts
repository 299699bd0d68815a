import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RESTORE_STATUSES } from '../../src/backup/restored.ts';
import { RESTORE_HEADER } from '../../src/backup/restored.ts';
import type { OptionSpec } from '../../src/config/options.ts';
import { COMMANDS, COMMON_OPTIONS } from '../../src/cli/commands.ts';
import { EXIT_SENTENCES } from '../../src/exit-codes.ts';
import { COLUMN_NAMES } from '../../src/manifest/column-names.ts';
import { REPORT_COLUMNS } from '../../src/report/row-report.ts';
import { KNOWN } from '../../src/words/advice.ts';
import { reportOf, STATUSES, STOP_CODES } from '../../src/rows/outcome.ts';
import { runProgram } from '../support/run-program.ts';
import { codeSpans, PAGES, readPage, sectionOf, tableRows } from './markdown.ts';

const ALL_OPTIONS: readonly OptionSpec[] = [
  ...COMMANDS.flatMap(({ options }) => options),
  ...COMMON_OPTIONS,
];
const nameOf = (flags: string): string => flags.split(' ')[0] ?? '';

const OPTIONS = readPage('docs/options.md');
const REPORTS = readPage('docs/reports.md');

/** Options that a page names although the program does not have them. */
const OF_OTHERS: Readonly<Record<string, readonly string[]>> = {
  'docs/comparison.md': ['--fail'],
  'docs/connection.md': ['--env-file', '--token'],
  'docs/installing.md': ['--global'],
  'docs/rates.md': ['--max-semi-space-size'],
  'docs/without-nodejs.md': [
    '--check',
    '--ignore-missing',
    '--verify',
    '--verbose',
    '--only',
    '--out',
  ],
};

describe('the pages name', () => {
  it.each(COMMANDS)('the command $name with its argument', ({ name, argument }) => {
    const wanted = ['redcap-sweep', name, ...(argument === undefined ? [] : [argument.flags])]
      .join(' ')
      .replace('[manifest]', '<manifest>');
    expect(tableRows(OPTIONS).map(([cell]) => cell)).toContain(`\`${wanted}\``);
  });

  it.each(COMMANDS)('each option that $name --help shows', async ({ name }) => {
    const { stdout, exitCode } = await runProgram([name, '--help']);
    const shown = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(
      (match) => match[1] ?? '',
    );
    expect(exitCode).toBe(0);
    expect(shown).toContain('--quiet');
    const spans = codeSpans(OPTIONS).map(nameOf);
    expect(shown.filter((option) => !spans.includes(option))).toEqual([]);
  });

  it.each(ALL_OPTIONS.filter((option) => option.default !== undefined))(
    'the default of $flags',
    ({ flags, default: fallback }) => {
      const rows = tableRows(OPTIONS).filter(
        ([cell]) => nameOf(cell?.slice(1) ?? '') === nameOf(flags),
      );
      // What is 0 or 1 by default goes without saying.
      if (fallback === '0' || fallback === '1') return;
      // An example of another value may stand in the same row.
      const text = rows.join(' ').replaceAll('`', '');
      expect(text.match(/default ([\w/]+)|([\w/]+) \(default\)/)?.slice(1)).toContain(fallback);
    },
  );

  it.each(ALL_OPTIONS.filter(({ env }) => env !== undefined))('the variable $env', ({ env }) => {
    expect(codeSpans(OPTIONS)).toContain(env);
  });

  it('each exit code', () => {
    const codes = tableRows(sectionOf(REPORTS, 'Exit codes')).map(([code]) => code);
    expect(codes).toEqual(Object.keys(EXIT_SENTENCES));
  });

  it('each status with its report', () => {
    const rows = tableRows(sectionOf(REPORTS, 'States'));
    for (const status of STATUSES) {
      expect(rows.map(([name, report]) => [name, report])).toContainEqual([
        `\`${status}\``,
        reportOf(status),
      ]);
    }
  });

  it('each report column', () => {
    const spans = codeSpans(sectionOf(REPORTS, 'Columns'));
    expect(REPORT_COLUMNS.filter((column) => !spans.includes(column))).toEqual([]);
  });

  it('each code', () => {
    const spans = ['Codes', 'Stops'].flatMap((heading) => codeSpans(sectionOf(REPORTS, heading)));
    const codes = Object.keys(KNOWN);
    expect(codes.length).toBeGreaterThan(40);
    expect(codes.filter((code) => !spans.includes(code) && !code.startsWith('http_4'))).toEqual([]);
    const stops = tableRows(sectionOf(REPORTS, 'Stops')).map(([cell]) => cell ?? '');
    for (const code of STOP_CODES) expect(stops.join(' ')).toContain(`\`${code}\``);
  });

  it.each(['docs/manifest.md', 'manifests/README.md'])('each manifest column: %s', (path) => {
    const spans = codeSpans(readPage(path));
    expect(
      Object.values(COLUMN_NAMES)
        .flat()
        .filter((name) => !spans.includes(name)),
    ).toEqual([]);
  });

  it('each column and status of restore.csv', () => {
    const spans = codeSpans(readPage('docs/restore.md'));
    const wanted = [...RESTORE_HEADER.trim().split(','), ...RESTORE_STATUSES];
    expect(wanted.filter((name) => !spans.includes(name))).toEqual([]);
  });
});

describe('what the pages say exists', () => {
  it('each option', () => {
    const known = new Set([
      ...ALL_OPTIONS.map(({ flags }) => nameOf(flags)),
      '--help',
      '--version',
    ]);
    const named = PAGES.flatMap((path) =>
      [
        ...readPage(path)
          .replace(/^(?:npm|npx)(?:\.cmd)? .*$/gm, '')
          .replace(/`(?:npm|npx) [^`]*`/g, '')
          .matchAll(/(?<![\w-])--[a-z][a-z-]*/g),
      ].map(([option]) => ({ path, option })),
    );
    expect(named.length).toBeGreaterThan(100);
    expect(
      named.filter(
        ({ path, option }) => !known.has(option) && OF_OTHERS[path]?.includes(option) !== true,
      ),
    ).toEqual([]);
  });

  it('each command', () => {
    // At the beginning of a line or of inline code: elsewhere it is the program's name in a sentence.
    const named = [
      ...PAGES.map(readPage)
        .join('\n')
        .matchAll(/(?:^(?:\$ )?|`)redcap-sweep ([a-z]+)/gm),
    ].map((match) => match[1] ?? '');
    expect(new Set(named)).toEqual(new Set(COMMANDS.map(({ name }) => name)));
  });

  it('each message to look up', () => {
    const sources = sourceText(new URL('../../src/', import.meta.url));
    const rows = tableRows(readPage('docs/troubleshooting.md'));
    expect(rows.length).toBeGreaterThan(20);
    const words = rows.flatMap(([message = '']) => codeSpans(message));
    expect(words.filter((text) => !sources.includes(text))).toEqual([]);
  });
});

describe('Rate and time', () => {
  const rows = tableRows(readPage('docs/rates.md'));

  it.each(rows)('%s files', (filesCell = '', ...cells) => {
    const files = Number(filesCell.replaceAll(',', ''));
    const looks = 2 * (files / 100) + 6;
    // The structure of a longitudinal project with repeats takes five requests a minute.
    expect(cells).toEqual(
      [files + looks, 2 * files + looks].flatMap((requests) => [
        Math.round(requests * (300 / 295)).toLocaleString('en-GB'),
        time(requests / 295),
        time(requests / 595),
      ]),
    );
  });
});

function time(minutes: number): string {
  const [amount, unit] = minutes < 90 ? [minutes, 'min'] : [minutes / 60, 'h'];
  return `${amount < 12 ? amount.toFixed(1) : amount.toFixed(0)} ${unit}`;
}

function sourceText(folder: URL): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
}
