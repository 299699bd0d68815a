import type { PlanLine, Seen } from '../rows/plan-line.ts';
import type { ManifestRow } from '../rows/row.ts';
import type { Target } from '../rows/target.ts';
import type { FileFacts, GuardCode, InvalidCode } from '../rows/outcome.ts';
import type { Look } from '../rows/look.ts';
import type { ProjectModel } from '../project/model.ts';
import { AS_NUMBER, readNumber, WRITTEN_AS_NUMBER } from '../project/near.ts';
import { otherFileMessage, showName, showTwoNames } from '../words/names.ts';
import type { Fault } from './validate.ts';

/** What the plan decides of one row. */
export type Verdict =
  | {
      readonly kind: 'delete';
      readonly target: Target;
      readonly seen: Seen;
      readonly signature: boolean;
      /** What the archive of the approved check has of it. */
      readonly archived?: FileFacts;
    }
  | { readonly kind: 'already_empty'; readonly target: Target }
  | {
      readonly kind: 'invalid';
      readonly code: InvalidCode;
      readonly message: string;
      /** The record that the project has in place of one which it lacks. */
      readonly near?: string;
    }
  | {
      readonly kind: 'guard_mismatch';
      readonly code: GuardCode;
      readonly message: string;
      readonly seen: Seen;
      /** The archive of the approved check left it out: that is no change. */
      readonly leftOut?: true;
    }
  /** The archive of the approved check does not hold its file. */
  | {
      readonly kind: 'failed';
      readonly code: 'backup_failed';
      readonly message: string;
      readonly seen: Seen;
    }
  | { readonly kind: 'duplicate'; readonly of: number };

export function invalidVerdict(faults: readonly Fault[]): Verdict {
  return {
    kind: 'invalid',
    code: faults[0]?.code ?? 'missing_value',
    message: faults.map((fault) => fault.message).join('; '),
  };
}

/** Without a check every valid row is to be deleted, and nobody has seen it. */
export function unseenVerdict(target: Target): Verdict {
  return { kind: 'delete', target, seen: undefined, signature: false };
}

/** What a look saw, in the form that the journal keeps and later looks are compared with. */
export function seenBy(look: Look): Seen {
  return look.kind === 'there' ? (look.mark ?? true) : undefined;
}

/** Judges a valid row by what the look at its target says. */
export function judgeLook(
  row: ManifestRow,
  target: Target,
  signature: boolean,
  look: Look,
  model: ProjectModel,
): Verdict {
  switch (look.kind) {
    case 'gone':
      return { kind: 'already_empty', target };
    case 'no_record':
      return {
        kind: 'invalid',
        code: 'unknown_record',
        message: noRecordMessage(row, look, model),
        ...(look.near === undefined ? {} : { near: look.near }),
      };
    case 'nothing':
      if (look.moved === true) {
        return {
          kind: 'guard_mismatch',
          code: 'changed_since_check',
          message: `the project was changed while the check went on: ${look.why}; nothing is deleted`,
          seen: undefined,
        };
      }
      return { kind: 'delete', target, seen: undefined, signature };
    case 'there':
      if (row.expectFilename !== '' && look.name !== undefined) {
        if (look.name.trim() !== row.expectFilename) {
          return {
            kind: 'guard_mismatch',
            code: 'guard_filename',
            message: otherFileMessage(look.name, row.expectFilename),
            seen: seenBy(look),
          };
        }
      }
      return { kind: 'delete', target, seen: seenBy(look), signature };
  }
}

function noRecordMessage(
  row: ManifestRow,
  look: Look & { kind: 'no_record' },
  model: ProjectModel,
): string {
  if (look.arms !== undefined && look.arms.length > 0) {
    const arm = model.events.find((event) => event.name === row.event)?.arm ?? '';
    return `record ${showName(row.record)} has no data in arm ${arm}; it is in arm ${look.arms.join(', ')}`;
  }
  const lacks = (record: string): string =>
    `record ${record} does not exist, or this token may not see it (data access group)`;
  const isNumber = readNumber(row.record) !== undefined;
  if (look.near === undefined) {
    const why = isNumber ? `; ${AS_NUMBER}, perhaps shortened` : '';
    return `${lacks(showName(row.record))}${why}`;
  }
  const [record, near] = showTwoNames(row.record, look.near);
  const why = isNumber ? `: ${WRITTEN_AS_NUMBER}` : '';
  return `${lacks(record)}; the project has ${near}${why}`;
}

/** A verdict as the journal keeps it. */
export function planLine(row: ManifestRow, verdict: Verdict): PlanLine {
  switch (verdict.kind) {
    case 'delete': {
      const { target, seen, signature, archived } = verdict;
      return {
        row: row.row,
        plan: 'delete',
        ...(seen === undefined ? {} : { seen }),
        ...(target.instance === row.instance ? {} : { instance: target.instance }),
        ...(signature ? { signature: true } : {}),
        ...(archived === undefined ? {} : { archived }),
      };
    }
    case 'already_empty':
      return {
        row: row.row,
        plan: 'already_empty',
        ...(verdict.target.instance === row.instance ? {} : { instance: verdict.target.instance }),
      };
    case 'invalid':
      return { row: row.row, plan: 'invalid', code: verdict.code, message: verdict.message };
    case 'guard_mismatch': {
      const { code, message, seen, leftOut } = verdict;
      return {
        row: row.row,
        plan: 'guard_mismatch',
        code,
        message,
        ...(seen === undefined ? {} : { seen }),
        ...(leftOut === undefined ? {} : { leftOut }),
      };
    }
    case 'failed': {
      const { code, message, seen } = verdict;
      const seenPart = seen === undefined ? {} : { seen };
      return { row: row.row, plan: 'failed', code, message, ...seenPart };
    }
    case 'duplicate':
      return { row: row.row, plan: 'duplicate', of: verdict.of };
  }
}
