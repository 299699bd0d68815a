import { join } from 'node:path';
import { nameOf, type OptionSpec } from '../config/options.ts';
import { hideTokens } from '../config/show-value.ts';
import { RefusedError } from '../errors.ts';
import { readFirstLine } from '../journal/glimpse.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { MANIFEST_FILE } from '../run-directory/manifest-copy.ts';
import { quotePath } from '../words/quote.ts';
import { COMMANDS, COMMON_OPTIONS } from './commands.ts';
import type { RunFlags } from './run-flags.ts';

/** What people type who know other tools; hidden from help, so that nobody looks for it here. */
export const DRY_RUN = '--dry-run';

/** Options of a check that saves files: more than a dry run is asked for. */
const OF_ARCHIVES: ReadonlySet<string> = new Set(['--backup', '--limit', '--stop-at']);

/**
 * `run --dry-run`: refused with the check that does it, the user's own options
 * kept where a check has them. Throws RefusedError where the approved check
 * cannot be read.
 */
export async function refuseDryRun(
  manifest: string | undefined,
  flags: RunFlags,
): Promise<RefusedError> {
  const check = COMMANDS.find(({ name }) => name === 'check');
  const options = [...(check?.options ?? []), ...COMMON_OPTIONS];
  const given = options
    .filter((option) => !OF_ARCHIVES.has(nameOf(option)))
    .flatMap((option) => argumentsOf(option, flags));
  const list = await listOf(manifest, flags);
  const command = ['redcap-sweep check', ...list, ...given].join(' ');
  return new RefusedError(
    `There is no ${DRY_RUN}: a check does that. It shows what a run would do, and deletes nothing:\n  ${hideTokens(command)}`,
  );
}

/** The manifest, or the approved check's own copy with its columns. */
async function listOf(
  manifest: string | undefined,
  { approved }: RunFlags,
): Promise<readonly string[]> {
  if (approved === undefined) {
    return [manifest === undefined ? '<manifest>' : manifest === '-' ? '-' : quotePath(manifest)];
  }
  const { columns, options } = await readFirstLine(join(approved, JOURNAL_FILE));
  const { defaultInstance } = options;
  return [
    quotePath(join(approved, MANIFEST_FILE)),
    ...Object.entries(columns).map(
      ([name, header]) => `--column ${quotePath(`${name}=${header}`)}`,
    ),
    ...(typeof defaultInstance !== 'string' ? [] : [`--default-instance ${defaultInstance}`]),
  ];
}

function argumentsOf(option: OptionSpec, flags: RunFlags): readonly string[] {
  const name = nameOf(option);
  const value: unknown = flags[keyOf(name) as keyof RunFlags];
  if (value === true) return [name];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((one) => (typeof one === 'string' ? [`${name} ${quoteValue(one)}`] : []));
}

function quoteValue(value: string): string {
  return value.startsWith('-') ? `'${value}'` : quotePath(value);
}

/** The name under which the command line gives an option, as in `expectProject`. */
function keyOf(name: string): string {
  return name.slice(2).replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}
