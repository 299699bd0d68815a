import { drawFor } from './content.ts';
import { makeClassicRows, makeLongitudinalRows, makeRecordId } from './made-up-rows.ts';
import { buildProject, type SandboxProject } from './project.ts';
import type { FormSpec, GeneratedRecords, ProjectSpec, RecordSpec } from './spec.ts';

interface Wanted {
  readonly kind: 'classic' | 'longitudinal';
  readonly records: number;
  readonly seed: number;
}

/** The project that users rehearse against: made up, and the same for the same seed. */
export function makeDefaultProject({ kind, records, seed }: Wanted): SandboxProject {
  const spec = kind === 'classic' ? CLASSIC : LONGITUDINAL;
  const rowsAt = kind === 'classic' ? makeClassicRows : makeLongitudinalRows;
  const generated: GeneratedRecords = {
    count: records,
    idAt: makeRecordId,
    recordAt: (index): RecordSpec => {
      const id = makeRecordId(index);
      return {
        id,
        rows: rowsAt({ id, index, chance: (about) => drawFor(`${id}/${about}`, seed) }),
      };
    },
  };
  return buildProject({ ...spec, records: generated }, seed);
}

const FORMS: readonly FormSpec[] = [
  {
    name: 'enrolment',
    fields: [
      { name: 'record_id' },
      { name: 'initials', identifier: true },
      { name: 'site', type: 'radio' },
      { name: 'notes', type: 'notes' },
    ],
  },
  {
    name: 'documents',
    fields: [
      { name: 'consent_file', type: 'file', identifier: true },
      { name: 'photo', type: 'file' },
      { name: 'doc_status' },
    ],
  },
  {
    name: 'signing',
    fields: [{ name: 'signature', type: 'file', signature: true }, { name: 'signed_on' }],
  },
  {
    name: 'imaging',
    fields: [{ name: 'scan', type: 'file' }, { name: 'scan_date' }, { name: 'scan_quality' }],
    repeats: true,
  },
];

const CLASSIC: ProjectSpec = {
  kind: 'classic',
  projectId: 1001,
  title: 'Sandbox registry (classic)',
  missingDataCodes: '-999, Not done | -998, Refused',
  forms: FORMS,
};

const LONGITUDINAL: ProjectSpec = {
  kind: 'longitudinal',
  projectId: 1002,
  title: 'Sandbox imaging study (longitudinal)',
  missingDataCodes: '-999, Not done | -998, Refused',
  forms: [
    ...FORMS,
    {
      name: 'visit_report',
      fields: [{ name: 'visit_file', type: 'file' }, { name: 'visit_note' }],
    },
  ],
  events: [
    { name: 'baseline_arm_1', forms: ['enrolment', 'documents', 'signing', 'imaging'] },
    { name: 'visit_arm_1', forms: ['visit_report'], repeats: true },
    { name: 'followup_arm_1', forms: ['documents'] },
    { name: 'baseline_arm_2', forms: ['enrolment', 'documents', 'signing', 'imaging'] },
    { name: 'followup_arm_2', forms: ['documents'] },
  ],
};
