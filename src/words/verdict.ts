import { count, countOf, listWords, sizeWords } from './counts.ts';
import { settledRows, type ArchiveFacts, type Facts } from './facts.ts';

export interface Verdict {
  readonly tone: 'good' | 'attention' | 'stopped' | 'neutral';
  readonly label: string;
  readonly sentence: string;
  /** What the server or the journal says of it, in its own words. */
  readonly because: string;
}

/** How a check or a run came out, in one sentence: the same on the screen and on the page. */
export function judge(facts: Facts): Verdict {
  const verdict = judgeRun(facts);
  const { restored } = facts;
  if (restored === undefined) return verdict;
  return {
    ...verdict,
    tone: verdict.tone === 'good' ? 'neutral' : verdict.tone,
    label: `${verdict.label}; files put back since`,
    sentence: `${verdict.sentence.replace(/\.$/, '')}; ${restored.words}.`,
  };
}

function judgeRun(facts: Facts): Verdict {
  const { exitCode, refused, stop } = facts;
  if (refused !== undefined) {
    return {
      tone: 'stopped',
      label: 'Refused',
      sentence: 'Nothing was deleted: the run was refused before its first deletion.',
      because: refused,
    };
  }
  if (facts.archive !== undefined) return judgeArchive(facts, facts.archive);
  if (facts.planOnly) return judgeCheck(facts);
  switch (exitCode) {
    case 0:
      return { tone: 'good', label: 'Finished', sentence: completeSentence(facts), because: '' };
    case 1:
      return {
        tone: 'attention',
        label: 'Finished, with rows to look at',
        sentence: `${deletedWords(facts)}; ${openWords(facts)}.`,
        because: '',
      };
    case undefined:
      return judgeUnended(facts);
    default:
      return stop === undefined && exitCode === 3
        ? judgeUnended(facts)
        : judgeStop(facts, exitCode);
  }
}

function judgeCheck({ states, errors: wrong, unconfirmed, rows }: Facts): Verdict {
  const upTo = unconfirmed > 0 ? 'up to ' : '';
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
        ? `${plan}; ${count(wrong)} of ${countOf(rows, 'row')} cannot be carried out as they stand. Nothing has been deleted.`
        : `${plan}. Nothing has been deleted yet.`,
    because: '',
  };
}

function judgeArchive({ errors: wrong, rows, stop }: Facts, archive: ArchiveFacts): Verdict {
  const { files, bytes, left } = archive;
  const saved = `${countOf(files, 'file')} (${sizeWords(bytes)}) ${files === 1 ? 'is' : 'are'} saved`;
  if (left > 0) {
    const asked = stop?.code === 'limit' || stop?.code === 'stop_at';
    return {
      tone: asked ? 'neutral' : 'stopped',
      label: asked ? 'Archive stopped as asked for' : 'Archive not whole',
      sentence: `${saved}, ${count(left)} ${left === 1 ? 'is' : 'are'} still to be saved. Nothing has been deleted.`,
      because: stop?.message ?? '',
    };
  }
  const plan =
    files === 0
      ? 'There is nothing to delete, and nothing to save'
      : `${saved} in the archive. If this is approved, ${files === 1 ? 'it is' : 'they are'} deleted, each only while its bytes are those in the archive`;
  return {
    tone: wrong > 0 ? 'attention' : 'neutral',
    label: wrong > 0 ? 'Archive, with rows to look at' : 'Archive, for approval',
    sentence:
      wrong > 0
        ? `${plan}; ${count(wrong)} of ${countOf(rows, 'row')} would be left out. Nothing has been deleted.`
        : `${plan}. Nothing has been deleted yet.`,
    because: '',
  };
}

function judgeUnended(facts: Facts): Verdict {
  return {
    tone: 'stopped',
    label: 'Not finished',
    sentence: `The run is still going on, or was killed: ${progressWords(facts)}.`,
    because: '',
  };
}

function judgeStop(facts: Facts, exitCode: number): Verdict {
  const { stop, sent } = facts;
  const because = stop?.message ?? '';
  if (!sent) {
    return {
      tone: 'stopped',
      label: exitCode === 2 ? 'Stopped before the first deletion' : 'Interrupted',
      sentence: 'Nothing was deleted: the run ended before its first deletion request.',
      because,
    };
  }
  if (stop?.code === 'limit' || stop?.code === 'stop_at') {
    return {
      tone: 'neutral',
      label: 'Stopped as asked for',
      sentence: `The run stopped where it was told to: ${progressWords(facts)}.`,
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
    sentence: `The run ${verb} before its end: ${progressWords(facts)}.`,
    because,
  };
}

function completeSentence(facts: Facts): string {
  const { states, rows, goneSinceCheck: gone } = facts;
  const parts: string[] = [];
  if (states.deleted > 0) parts.push(deletedWords(facts));
  if (states.already_empty > 0) {
    parts.push(
      `${countOf(states.already_empty, 'field')} ${states.already_empty === 1 ? 'was' : 'were'} already empty${gone > 0 ? ` (${gone === states.already_empty ? '' : `${count(gone)} of them `}although the check had seen a file)` : ''}`,
    );
  }
  if (states.duplicate > 0) {
    parts.push(`${countOf(states.duplicate, 'row')} repeated an earlier one`);
  }
  const whole = rows === 1 ? 'The one row is settled' : `All ${count(rows)} rows are settled`;
  return `${whole}: ${listWords(parts)}.`;
}

/** Says that deletions were read back only where each of them was. */
function deletedWords({ states, verified, restored }: Facts): string {
  const { yes, no, skipped, '': unreached } = verified;
  if (states.deleted === 0) return 'no file was deleted';
  const files = `${countOf(states.deleted, 'file')} ${states.deleted === 1 ? 'was' : 'were'} deleted`;
  const allRead = yes >= states.deleted && no + skipped + unreached === 0;
  return allRead && restored === undefined ? `${files} and read back as gone` : files;
}

function openWords({ states, errors, rows }: Facts): string {
  const open = errors + states.not_attempted;
  return `${count(open)} of ${countOf(rows, 'row')} ${open === 1 ? 'needs' : 'need'} attention`;
}

function progressWords(facts: Facts): string {
  const settled = settledRows(facts);
  const { rows, states } = facts;
  return `${count(settled)} of ${countOf(rows, 'row')} ${settled === 1 ? 'is' : 'are'} settled, ${countOf(states.deleted, 'file')} deleted`;
}
