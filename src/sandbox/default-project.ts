import type { FormSpec, GeneratedRecords, ProjectSpec, RecordSpec, RowSpec } from './design.ts';
import { buildProject, type SandboxProject } from './project.ts';
import { drawFor } from './seeded.ts';

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
        group: GROUPS[index % GROUPS.length] ?? '',
        rows: rowsAt({ id, index, chance: (about) => drawFor(`${id}/${about}`, seed) }),
      };
    },
  };
  return buildProject({ ...spec, records: generated }, seed);
}

/** By the record's `site`. */
const GROUPS = ['site_a', 'site_b', 'site_c'];

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
    survey: true,
  },
  {
    name: 'imaging',
    fields: [{ name: 'scan', type: 'file' }, { name: 'scan_date' }, { name: 'scan_quality' }],
    repeats: true,
  },
];

const FILE_FIELDS = ['consent_file', 'photo', 'signature', 'scan'];

const CLASSIC: ProjectSpec = {
  kind: 'classic',
  projectId: 1001,
  title: 'Sandbox registry (classic)',
  missingDataCodes: '-999, Not done | -998, Refused',
  groups: GROUPS,
  forms: FORMS,
  reports: [
    { id: '201', title: 'All files', fields: ['record_id', ...FILE_FIELDS] },
    {
      id: '202',
      title: 'Consents and scans of site 1',
      fields: ['record_id', 'site', 'consent_file', 'scan'],
      filter: "[site] = '1'",
    },
  ],
};

const LONGITUDINAL: ProjectSpec = {
  kind: 'longitudinal',
  projectId: 1002,
  title: 'Sandbox imaging study (longitudinal)',
  missingDataCodes: '-999, Not done | -998, Refused',
  groups: GROUPS,
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
  reports: [
    { id: '301', title: 'All files', fields: ['record_id', ...FILE_FIELDS, 'visit_file'] },
    {
      id: '302',
      title: 'Photos at follow-up',
      fields: ['record_id', 'photo', 'doc_status'],
      events: ['followup_arm_1', 'followup_arm_2'],
    },
  ],
};

/** Which record is made, and its random numbers. */
interface Draw {
  readonly id: string;
  readonly index: number;
  /** In [0, 1): always the same for what it decides about. */
  readonly chance: (about: string) => number;
}

/** `001`, `002` …, with letters and blanks here and there, as real projects have them. */
function makeRecordId(index: number): string {
  const number = String(index + 1).padStart(3, '0');
  if (index % 20 === 12) return `P-${number}`;
  return index % 20 === 17 ? `Site B ${number}` : number;
}

function makeClassicRows(draw: Draw): RowSpec[] {
  return [makeEnrolment(draw), makeDocuments(draw, ''), makeSignature(draw), ...makeScans(draw)];
}

function makeLongitudinalRows(draw: Draw): RowSpec[] {
  const arm = draw.index % 4 === 3 ? 2 : 1;
  const baseline = `baseline_arm_${arm}`;
  const followup = `followup_arm_${arm}`;
  const atBaseline = [makeEnrolment(draw), makeDocuments(draw, ''), makeSignature(draw)];
  const rows = [...atBaseline, ...makeScans(draw)].map((row) => ({ ...row, event: baseline }));
  if (arm === 1) {
    for (let instance = 1; instance <= Math.floor(draw.chance('visits') * 3); instance++) {
      const files = { visit_file: `visit-${instance}.docx` };
      const values = { visit_note: `visit ${instance}` };
      const hasFile = draw.chance(`visit ${instance}`) < 0.9;
      rows.push({ event: 'visit_arm_1', instance, values, ...(hasFile ? { files } : {}) });
    }
  }
  if (draw.chance('followup') < 0.7) {
    rows.push({ ...makeDocuments(draw, ' at follow-up'), event: followup });
  }
  return rows;
}

function makeEnrolment({ index }: Draw): RowSpec {
  const initials = String.fromCharCode(65 + (index % 26), 65 + ((index * 7) % 26));
  return { values: { initials, site: String(1 + (index % 3)), notes: '' } };
}

function makeDocuments({ id, index, chance }: Draw, when: string): RowSpec {
  const files: Record<string, string> = {};
  const values: Record<string, string> = { doc_status: chance(`status${when}`) < 0.5 ? '1' : '2' };
  if (chance(`consent${when}`) < 0.9) files['consent_file'] = `consent ${id}${when}.pdf`;
  // Every fifteenth record holds a missing-data code where a file could be.
  if (index % 15 === 5) values['photo'] = '-999';
  else if (chance(`photo${when}`) < 0.7)
    files['photo'] = index % 9 === 4 ? 'Foto ü.jpg' : 'photo.jpg';
  return { values, files };
}

function makeSignature({ chance }: Draw): RowSpec {
  const signed = chance('signed') < 0.6;
  if (!signed) return { values: { signed_on: '' } };
  const files = { signature: 'signature_2024-03-02_1114.png' };
  return { values: { signed_on: '2024-03-02' }, files };
}

function makeScans({ chance }: Draw): RowSpec[] {
  const rows: RowSpec[] = [];
  for (let instance = 1; instance <= Math.floor(chance('scans') * 4); instance++) {
    const quality = chance(`quality ${instance}`) < 0.8 ? 'good' : 'bad';
    const values = { scan_date: `2024-03-0${instance}`, scan_quality: quality };
    const hasFile = chance(`scan ${instance}`) < 0.85;
    rows.push({
      instance,
      values,
      ...(hasFile ? { files: { scan: `scan-${instance}.txt` } } : {}),
    });
  }
  return rows;
}
