import { oneLine } from '../words/one-line.ts';
import type { RestoreOptions } from './restore-options.ts';
import type { Candidate, RestoreCode } from './restored.ts';
import { stopOf, takeFile, tellFailure } from './take-file.ts';

/** What stands at the place that a file would go back to. */
export type Place =
  /** Nothing, or what `--overwrite` may replace. */
  | { readonly kind: 'free' }
  /** The very bytes of the backup. */
  | { readonly kind: 'same' }
  | { readonly kind: 'stopped' }
  | {
      readonly kind: 'refused';
      readonly code: RestoreCode &
        ('other_file' | 'unknown_record' | 'not_confirmed' | 'changed_since_check');
      readonly message: string;
      readonly heard: boolean;
    };

/**
 * Looks at the field right before a file is sent: an import would create a
 * missing record and replace whatever is there, without a word.
 */
export async function judgePlace(candidate: Candidate, options: RestoreOptions): Promise<Place> {
  const { target } = candidate;
  const looked = await options.look(target);
  if (looked.kind === 'stopped') return { kind: 'stopped' };
  if (looked.kind === 'unreadable') {
    if (options.source.control.reason !== undefined) return { kind: 'stopped' };
    return refuse('not_confirmed', `the field could not be looked at: ${looked.message}`, false);
  }
  const look = looked.looks[0] ?? { kind: 'nothing' as const, why: 'the look says nothing' };
  switch (look.kind) {
    case 'gone':
      return { kind: 'free' };
    case 'nothing':
      if (look.moved === true) {
        return refuse('changed_since_check', `${look.why}; nothing is put back there`, true);
      }
      return refuse('not_confirmed', `nothing tells what the field holds: ${look.why}`, true);
    case 'no_record':
      return refuse(
        'unknown_record',
        `record ${target.record} does not exist${look.arms?.length ? ' in this arm' : ''}, or this token may not see it; it is not created`,
        true,
      );
    case 'there':
      return compare(look.name, candidate, options);
  }
}

async function compare(
  seenName: string | undefined,
  { target, sha256 }: Candidate,
  { source, overwrite }: RestoreOptions,
): Promise<Place> {
  const now = await takeFile(source, target);
  if (now.kind === 'not_sent') return { kind: 'stopped' };
  const stop = stopOf(now);
  if (stop !== undefined) {
    source.control.stop(stop.stop, stop.message);
    return { kind: 'stopped' };
  }
  if (now.kind === 'file' && now.sha256 === sha256) return { kind: 'same' };
  if (overwrite) return { kind: 'free' };
  const name = oneLine((now.kind === 'file' ? now.name : seenName) ?? 'a file');
  if (now.kind === 'file') {
    return refuse(
      'other_file',
      `the field now holds another file (${name}); --overwrite replaces it`,
      true,
    );
  }
  return refuse(
    'not_confirmed',
    `the field holds ${name}, which could not be compared with the backup: ${tellFailure(now)}; --overwrite replaces it`,
    true,
  );
}

function refuse(
  code: (Place & { kind: 'refused' })['code'],
  message: string,
  heard: boolean,
): Place {
  return { kind: 'refused', code, message, heard };
}
