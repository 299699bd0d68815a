import { countOf, formatCount, listWords } from './format.ts';
import { settledRows, type Page } from './page.ts';
import { restoreWords } from './restore-words.ts';

export interface Verdict {
  readonly tone: 'good' | 'attention' | 'stopped' | 'neutral';
  readonly label: string;
  readonly sentence: string;
  /** What the server or the journal says of it, in its own words. */
  readonly because: string;
}

/** The page in one sentence. */
export function judge(page: Page): Verdict {
  const verdict = judgeRun(page);
  const putBack = restoreWords(page);
  if (putBack === undefined) return verdict;
  return {
    ...verdict,
    tone: verdict.tone === 'good' ? 'neutral' : verdict.tone,
    label: `${verdict.label}; files put back since`,
    sentence: `${verdict.sentence.replace(/\.$/, '')}; ${putBack}.`,
  };
}

function judgeRun(page: Page): Verdict {
  const { view, exitCode } = page.context;
  if (view.refused !== undefined) {
    return {
      tone: 'stopped',
      label: 'Refused',
      sentence: 'Nothing was deleted: the run was refused before its first deletion.',
      because: view.refused,
    };
  }
  if (page.planOnly) return judgeCheck(page);
  switch (exitCode) {
    case 0:
      return { tone: 'good', label: 'Complete', sentence: completeSentence(page), because: '' };
    case 1:
      return {
        tone: 'attention',
        label: 'Finished, with rows to look at',
        sentence: `${deletedWords(page)}; ${openWords(page)}.`,
        because: '',
      };
    case undefined:
      return judgeUnended(page);
    default:
      return view.stop === undefined && exitCode === 3
        ? judgeUnended(page)
        : judgeStop(page, exitCode);
  }
}

function judgeCheck({ states, figures, rows }: Page): Verdict {
  const wrong = figures.reports.error;
  const upTo = figures.counts.unconfirmed > 0 ? 'up to ' : '';
  const files = upTo + countOf(states.would_delete, 'file');
  const plan =
    states.would_delete === 0
      ? 'There is nothing to delete'
      : `If this is approved, ${files} would be deleted`;
  return {
    tone: wrong > 0 ? 'attention' : 'neutral',
    label: wrong > 0 ? 'Check, with rows to correct' : 'Check, for approval',
    sentence:
      wrong > 0
        ? `${plan}; ${formatCount(wrong)} of ${countOf(rows, 'row')} cannot be carried out as they stand. Nothing has been deleted.`
        : `${plan}. Nothing has been deleted yet.`,
    because: '',
  };
}

function judgeUnended(page: Page): Verdict {
  return {
    tone: 'stopped',
    label: 'Not finished',
    sentence: `The run is still going on, or was killed: ${progressWords(page)}.`,
    because: '',
  };
}

function judgeStop(page: Page, exitCode: number): Verdict {
  const { view } = page.context;
  const because = view.stop?.message ?? '';
  if (!view.sent) {
    return {
      tone: 'stopped',
      label: exitCode === 2 ? 'Stopped before the first deletion' : 'Interrupted',
      sentence: 'Nothing was deleted: the run ended before its first deletion request.',
      because,
    };
  }
  if (view.stop?.code === 'limit' || view.stop?.code === 'stop_at') {
    return {
      tone: 'neutral',
      label: 'Stopped as asked for',
      sentence: `The run stopped where it was told to: ${progressWords(page)}.`,
      because,
    };
  }
  const [label, verb] =
    exitCode === 130 || exitCode === 143
      ? ['Interrupted', 'was interrupted']
      : exitCode === 70
        ? ['Ended by a fault', 'was ended by a fault of the program']
        : ['Stopped', 'stopped'];
  return {
    tone: 'stopped',
    label,
    sentence: `The run ${verb} before its end: ${progressWords(page)}.`,
    because,
  };
}

function completeSentence(page: Page): string {
  const { states, rows } = page;
  const gone = page.figures.counts.goneSinceCheck;
  const parts: string[] = [];
  if (states.deleted > 0) parts.push(deletedWords(page));
  if (states.already_empty > 0) {
    parts.push(
      `${countOf(states.already_empty, 'field')} ${states.already_empty === 1 ? 'was' : 'were'} already empty${gone > 0 ? ` (${gone === states.already_empty ? '' : `${formatCount(gone)} of them `}although the check had seen a file)` : ''}`,
    );
  }
  if (states.duplicate > 0) {
    parts.push(`${countOf(states.duplicate, 'row')} repeated an earlier one`);
  }
  const whole = rows === 1 ? 'The one row is settled' : `All ${formatCount(rows)} rows are settled`;
  return `${whole}: ${listWords(parts)}.`;
}

/** Says that deletions were read back only where each of them was. */
function deletedWords({ states, figures, context }: Page): string {
  const { yes, no, skipped, '': unreached } = figures.verified;
  if (states.deleted === 0) return 'no file was deleted';
  const files = `${countOf(states.deleted, 'file')} ${states.deleted === 1 ? 'was' : 'were'} deleted`;
  const allRead = yes >= states.deleted && no + skipped + unreached === 0;
  return allRead && context.view.restores.length === 0 ? `${files} and read back as gone` : files;
}

function openWords({ states, figures, rows }: Page): string {
  const open = figures.reports.error + states.not_attempted;
  return `${formatCount(open)} of ${countOf(rows, 'row')} ${open === 1 ? 'needs' : 'need'} attention`;
}

function progressWords(page: Page): string {
  const settled = settledRows(page);
  return `${formatCount(settled)} of ${countOf(page.rows, 'row')} ${settled === 1 ? 'is' : 'are'} settled, ${countOf(page.states.deleted, 'file')} deleted`;
}
