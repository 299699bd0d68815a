import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FAST = ['--rate', 'unlimited', '--quiet'];

/**
 * What people do with the program, one after the other: each a name and what must hold.
 *
 * @returns {[string, () => Promise<void>][]}
 */
export function scenarios({ sweep, place, server }) {
  const at = (name) => `${place.there}\\${name}`;
  let rows = 0;

  const expectJson = async (args, code, env) => {
    const ended = await sweep([...args, '--json'], env);
    expect(ended.code, code, `exit code of ${args[0]} (${ended.stderr.trim()})`);
    const summary = JSON.parse(ended.stdout);
    expect(summary.sumsAgree, true, 'the sums of the reports');
    return summary;
  };

  return [
    [
      'demo',
      async () => {
        const { rows: all, exitCode } = await expectJson(
          ['demo', '--report-dir', at('rehearsals')],
          1,
        );
        expect(all, 300, 'rows');
        expect(exitCode, 1, 'exit code in the summary');
      },
    ],
    [
      'scan --output, into a path with a drive and a blank',
      async () => {
        const { code, stderr } = await sweep([
          'scan',
          '--field',
          'consent_file',
          '--output',
          at('the list.csv'),
          ...FAST,
        ]);
        expect(code, 0, `exit code (${stderr.trim()})`);
        const list = await readFile(join(place.path, 'the list.csv'), 'utf8');
        rows = list.trim().split('\n').length - 1;
        expect(rows > 5, true, `files in the list (${rows})`);
      },
    ],
    [
      'check',
      async () => {
        const { totals } = await expectJson(
          ['check', at('the list.csv'), '--run-dir', at('checked'), ...FAST],
          0,
        );
        expect(totals.not_attempted, rows, 'rows that would be deleted');
      },
    ],
    [
      'an approved run with backup, stopped by its limit',
      async () => {
        const args = [
          '--approved',
          at('checked'),
          '--yes',
          '--backup',
          '--limit',
          '3',
          '--run-dir',
          at('the run'),
        ];
        const { totals } = await expectJson(['run', ...args, ...FAST], 3);
        expect(totals.deleted, 3, 'deleted');
      },
    ],
    [
      'resume',
      async () => {
        const { totals } = await expectJson(['resume', at('the run'), ...FAST], 0);
        expect(totals.deleted, rows, 'deleted');
        const backups = await readdir(join(place.path, 'the run', 'backup'));
        expect(backups.length, rows, 'copies');
      },
    ],
    [
      'report',
      async () => {
        const { totals } = await expectJson(['report', at('the run')], 0);
        expect(totals.deleted, rows, 'deleted');
        const names = await readdir(join(place.path, 'the run'));
        expect(
          names.filter((name) => name.includes('.new.') || name.startsWith('.')).join(),
          '',
          'what is left over',
        );
      },
    ],
    [
      'restore',
      async () => {
        const { code, stderr } = await sweep(['restore', at('the run'), '--yes', ...FAST]);
        expect(code, 0, `exit code (${stderr.trim()})`);
        const report = await readFile(join(place.path, 'the run', 'restore.csv'), 'utf8');
        expect(report.match(/,restored,/g)?.length, rows, 'restored');
      },
    ],
    [
      '--token-command, by the shell of Windows',
      async () => {
        await writeFile(join(place.path, 'the token.txt'), `${server.token}\r\n`);
        const command = `type "${at('the token.txt')}"`;
        const args = [
          'check',
          at('the list.csv'),
          '--token-command',
          command,
          '--run-dir',
          at('by command'),
        ];
        const { totals } = await expectJson([...args, ...FAST], 0, { REDCAP_API_URL: server.url });
        expect(totals.not_attempted, rows, 'rows that would be deleted');
      },
    ],
    [
      'refusals: a clear line, exit code 2, no run directory',
      async () => {
        for (const { args, says } of [
          { args: ['check', at('no such list.csv')], says: 'no such list.csv' },
          { args: ['run', at('the list.csv'), ...FAST], says: '--yes' },
          { args: ['check', at('the list.csv'), '--token', server.token], says: '--token-file' },
          { args: ['resume', at('nowhere')], says: 'nowhere' },
        ]) {
          const { code, stdout, stderr } = await sweep(args);
          expect(code, 2, `exit code of ${args[0]} (${stderr.trim()})`);
          expect(stderr.includes(says), true, `${says} in: ${stderr.trim()}`);
          expect(
            /\n\s+at /.test(stderr) || stdout.includes(server.token),
            false,
            `a clear message: ${stderr}`,
          );
        }
        const made = (await readdir(place.path)).includes('reports');
        expect(
          made && (await readdir(join(place.path, 'reports'))).length > 0,
          false,
          'a run directory',
        );
      },
    ],
  ];
}

function expect(found, wanted, what) {
  if (found !== wanted) throw new Error(`${what}: ${String(found)}, not ${String(wanted)}`);
}
