import { interleave, measureWell, median, ratio } from './measure.mjs';
import { held, table, times } from './table.mjs';

export const title = 'what --help and --version take, against a bare `node -e 0`';

const MOST = 1.8;

export async function measurePart({ quick, cli, against, print }) {
  const node = (...args) => measureWell(process.execPath, args, { probe: false });
  const contestants = {
    'node -e 0': () => node('-e', '0'),
    '--version': () => node(cli, '--version'),
    '--help': () => node(cli, '--help'),
    'run --help': () => node(cli, 'run', '--help'),
    ...(against === undefined
      ? {}
      : {
          '--version (other)': () => node(against, '--version'),
          '--help (other)': () => node(against, '--help'),
        }),
  };
  const results = await interleave(quick ? 7 : 25, contestants);
  const bare = results['node -e 0'];
  const cpuOf = (list) => list.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / list.length;
  print(
    table([
      ['', 'wall ms', 'CPU ms', 'times node -e 0', 'in CPU'],
      ...Object.entries(results).map(([name, list]) => [
        name,
        times(median(list.map(({ wallMs }) => wallMs)), 0),
        times(cpuOf(list), 0),
        times(ratio(list, bare, ({ wallMs }) => wallMs)),
        times(cpuOf(list) / cpuOf(bare)),
      ]),
    ]).join('\n'),
  );
  for (const name of ['--version', '--help']) {
    print(
      `  ${name}: ${held(
        ratio(results[name], bare, ({ wallMs }) => wallMs),
        MOST,
        'at most',
      )}`,
    );
  }
}
