import type { Target } from '../../src/rows/target.ts';
import type { ExportRow } from '../../src/rows/look.ts';
import { repeatKind, type ProjectModel } from '../../src/project/model.ts';
import { addViolation, lastLook, type Simulation } from './simulation.ts';

/** A structure that was read within this time may be believed. */
const HOLDS_MS = 60_000;
const SLACK_MS = 1000;

type Lie = (why: string) => void;

/** Since when a row's place had been another one than the check found, at some moment; undefined: it was the same. */
export function movedSince(simulation: Simulation, row: number, at: number): number | undefined {
  const history = simulation.placeHistory.get(row) ?? [];
  const found = history[0]?.told;
  let since: number | undefined;
  for (const then of history) {
    if (then.at > at) break;
    since = then.told === found ? undefined : (since ?? then.at);
  }
  return since;
}

/** A look said "gone": its structure may have been so old, and no older. */
export function auditGone(simulation: Simulation, row: number, lie: Lie): void {
  const look = lastLook(simulation, row);
  if (look?.look.kind !== 'gone') return;
  // Where it took long, or was taken anew, the last export counts, and the structure held against it.
  const since = movedSince(simulation, row, look.endedAt);
  if (since === undefined) return;
  const ago = look.endedAt - since;
  if (ago > HOLDS_MS + SLACK_MS) lie(`a look said so ${ago} ms after the place had changed`);
  else if (look.process > 1 && since < (simulation.beganAt.get(look.process) ?? 0)) {
    lie('the place had changed before the session that looked began');
  }
}

/** Changed since the check: the place is, or was, another one, or another file was stored. */
export function auditMoved(simulation: Simulation, row: number, lie: Lie): void {
  const history = simulation.placeHistory.get(row) ?? [];
  if (history.length > 1 || simulation.scenario.approved) return;
  const from = simulation.checkBeganAt - simulation.scenario.display.lagMs;
  const found = simulation.placeOf.get(row);
  // Another event may have taken the name, and servers that tell no numbers show no difference.
  const [record = '', field = '', event = '', instance = ''] =
    simulation.keyOfRow.get(row)?.split('\n') ?? [];
  const named = simulation.scenario.places.of({ record, field, event, instance });
  const stored = [found, named].some(
    (place) => place?.files.some(({ putAt }) => putAt >= from) === true,
  );
  if (!stored && found?.missing === '') lie('nothing has changed there');
}

/** Before a row is sent: what had changed before this command read the structure must have been noticed. */
export function auditPlace(simulation: Simulation, row: number, process: number): void {
  const { environment, placeHistory, beganAt } = simulation;
  const readFrom = process === 1 ? simulation.checkBeganAt : (beganAt.get(process) ?? 0);
  const since = movedSince(simulation, row, environment.now);
  if (since !== undefined && since < readFrom) {
    addViolation(
      simulation,
      `row ${row} was sent though its place had changed before the command began`,
    );
  }
  const noticed = simulation.moved.get(row);
  if (noticed === undefined || noticed.process !== process || since === undefined) return;
  const known = environment.now - noticed.at;
  const last = placeHistory.get(row)?.at(-1)?.at ?? 0;
  if (last < noticed.at && known > SLACK_MS) {
    addViolation(
      simulation,
      `row ${row} was sent ${known} ms after its place was found to have changed`,
    );
  }
}

/** Must an export be of another structure than this model? By the contract's own list. */
export function contradicts(
  rows: readonly ExportRow[],
  { event, field, instance }: Target,
  model: ProjectModel,
): boolean {
  const form = model.fileFields[field]?.form ?? '';
  const kind = repeatKind(model, event, form);
  return rows.some((row) => {
    const name = cell(row['redcap_event_name']);
    if (model.longitudinal && model.events.every((one) => one.name !== name)) return true;
    if (model.longitudinal && name !== event) return false;
    const shownForm = cell(row['redcap_repeat_instrument']);
    const shown = cell(row['redcap_repeat_instance']);
    const holds = cell(row[field]) !== '';
    if (kind === 'none') return shown !== '' && (shownForm === '' || shownForm === form);
    if (kind === 'event') return shown === '' || shownForm === form;
    if (kind === 'form') return shown === '' && holds;
    return instance === '' && shown !== '' && (shownForm === '' || shownForm === form);
  });
}

function cell(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
