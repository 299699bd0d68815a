import type { LookedBatch } from '../rows/look.ts';
import type { Target } from '../rows/target.ts';
import { showName } from '../words/names.ts';
import type { Candidate } from './candidates.ts';
import { describeFailure, downloadFile, stopOf, type FileSource } from './download-file.ts';
import type { RestoreCode } from './restored.ts';

export interface DestinationOptions {
  readonly source: FileSource;
  readonly look: (target: Target) => Promise<LookedBatch>;
  /** `--overwrite`: another file in the field may be replaced. */
  readonly overwrite: boolean;
}

/** What the field holds that a file would go back to. */
export type Destination =
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
      /** Was there an answer to rely on? */
      readonly confirmed: boolean;
    };

/**
 * Looks at the field right before a file is sent: an import would create a
 * missing record and replace whatever is there, without a word.
 */
export async function checkDestination(
  candidate: Candidate,
  options: DestinationOptions,
): Promise<Destination> {
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
        `record ${showName(target.record)} does not exist${look.arms?.length ? ' in this arm' : ''}, or this token may not see it; it is not created`,
        true,
      );
    case 'there':
      return compare(look.name, candidate, options);
  }
}

async function compare(
  seenName: string | undefined,
  { target, sha256 }: Candidate,
  { source, overwrite }: DestinationOptions,
): Promise<Destination> {
  const now = await downloadFile(source, target);
  if (now.kind === 'not_sent') return { kind: 'stopped' };
  const stop = stopOf(now);
  if (stop !== undefined) {
    source.control.stop(stop.stop, stop.message);
    return { kind: 'stopped' };
  }
  if (now.kind === 'file' && now.sha256 === sha256) return { kind: 'same' };
  if (overwrite) return { kind: 'free' };
  const known = now.kind === 'file' ? now.name : seenName;
  const name = known === undefined ? 'a file' : showName(known);
  if (now.kind === 'file') {
    return refuse(
      'other_file',
      `the field now holds another file (${name}); --overwrite replaces it`,
      true,
    );
  }
  return refuse(
    'not_confirmed',
    `the field holds ${name}, which could not be compared with the backup: ${describeFailure(now)}; --overwrite replaces it`,
    true,
  );
}

function refuse(
  code: (Destination & { kind: 'refused' })['code'],
  message: string,
  confirmed: boolean,
): Destination {
  return { kind: 'refused', code, message, confirmed };
}
