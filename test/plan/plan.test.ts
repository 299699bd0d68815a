import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/handler.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { buildProject } from '../../src/sandbox/project.ts';
import { makeStudy } from '../sandbox/ask.ts';
import { makeModel } from '../project/builders.ts';
import { lookAt } from '../../src/project/look.ts';
import { briefly, messageOf, planAgainst, planOf } from './plan-of.ts';

const HEADER = 'record,field,event,instance,redcap_repeat_instrument,expect_filename\n';

function study(options: SandboxOptions = {}) {
  return createSandbox({ project: makeStudy(), ...options });
}

function classic() {
  return createSandbox({
    project: buildProject({
      kind: 'classic',
      forms: [
        {
          name: 'files',
          fields: [{ name: 'record_id' }, { name: 'photo', type: 'file' }, { name: 'age' }],
        },
        { name: 'imaging', repeats: true, fields: [{ name: 'scan', type: 'file' }] },
      ],
      records: [
        {
          id: '001',
          rows: [{ files: { photo: 'a.jpg' } }, { instance: 2, files: { scan: 's2.txt' } }],
        },
        { id: '002', rows: [] },
      ],
    }),
  });
}

type Table = readonly (readonly [string, string])[];

/** Plans the lines of a table, and says for each what came of it. */
async function outcomesOf(
  sandbox: ReturnType<typeof createSandbox>,
  table: Table,
  settings: Parameters<typeof planAgainst>[2] = {},
) {
  const lines = table.map(([line]) => line);
  const planned = await planAgainst(sandbox, `${HEADER}${lines.join('\n')}\n`, settings);
  const outcomes = briefly(planned).map((outcome, at) => [
    lines[at],
    outcome.slice(outcome.indexOf(' ') + 1),
  ]);
  return { ...planned, outcomes, sent: sandbox.ledger.counts().delete };
}

it('gives each code on a longitudinal project', async () => {
  const table: Table = [
    ['001,photo,base_arm_1,,,', 'delete'],
    ['001,sig,base_arm_1,,files,s.png', 'delete'],
    ['001,scan,base_arm_1,1,imaging,', 'delete'],
    ['001,scan,base_arm_1,2,,', 'already_empty'],
    ['001,scan,base_arm_1,3,,other.txt', 'guard_mismatch guard_filename'],
    ['001,report,visit_arm_1,2,,', 'delete'],
    ['B 2,photo,late_arm_2,,,', 'delete'],
    ['001,photo,base_arm_1,1,,', 'duplicate of 1'],
    [',photo,base_arm_1,,,', 'invalid missing_value'],
    ['001,pho to,base_arm_1,,,', 'invalid bad_field_name'],
    ['001,scan,base_arm_1,01,,', 'invalid bad_instance'],
    ['001,photo,base_arm_1', 'invalid ragged_row'],
    ['001,photos,base_arm_1,,,', 'invalid unknown_field'],
    ['001,age,base_arm_1,,,', 'invalid not_a_file_field'],
    ['001,photo,,,,', 'invalid event_required'],
    ['001,photo,base_arm_2,,,', 'invalid unknown_event'],
    ['001,report,base_arm_1,,,', 'invalid field_not_in_event'],
    ['001,photo,base_arm_1,,imaging,', 'invalid instrument_mismatch'],
    ['001,scan,base_arm_1,,,', 'invalid instance_required'],
    ['001,report,visit_arm_1,,,', 'invalid instance_required'],
    ['001,photo,base_arm_1,2,,', 'invalid instance_not_allowed'],
    ['1,photo,base_arm_1,,,', 'invalid unknown_record'],
    ['b 2,photo,late_arm_2,,,', 'invalid unknown_record'],
    ['001,photo,late_arm_2,,,', 'invalid unknown_record'],
  ];
  const planned = await outcomesOf(study(), table);
  expect(planned.outcomes).toEqual(table);
  expect(planned.sent).toBe(0);
  expect(messageOf(planned, 22)).toMatch(/does not exist, or this token may not see it.*has 001$/);
  expect(messageOf(planned, 23)).toMatch(/the project has B 2$/);
  expect(messageOf(planned, 24)).toBe('record 001 has no data in arm 2; it is in arm 1');
  const { byField, ...totals } = planned.totals;
  expect(totals).toEqual({
    rows: 24,
    delete: 5,
    records: 2,
    already_empty: 1,
    invalid: 16,
    guard_mismatch: 1,
    changed: 0,
    duplicate: 1,
    // A missing-data code says nothing of a file.
    unconfirmed: 1,
    unnamed: 0,
    signatures: 1,
    guarded: 1,
    archived: 0,
    twice: 0,
    failed: 0,
  });
  expect(byField).toEqual({
    photo: { delete: 2, signature: false, present: 1 },
    sig: { delete: 1, signature: true, present: 1 },
    scan: { delete: 1, signature: false, present: 2 },
    report: { delete: 1, signature: false, present: 1 },
  });
});

it('gives each code on a classic project', async () => {
  const table: Table = [
    ['001,photo,,,,', 'delete'],
    ['002,photo,,1,,', 'already_empty'],
    ['001,scan,,2,,', 'delete'],
    ['001,scan,,1,,', 'already_empty'],
    ['002,scan,,1,,', 'already_empty'],
    ['001,photo,,,,', 'duplicate of 1'],
    [' ,photo,,,,', 'invalid missing_value'],
    ['001,9photo,,,,', 'invalid bad_field_name'],
    ['001,scan,,NA,,', 'invalid bad_instance'],
    ['001,photo,,,,,', 'invalid ragged_row'],
    ['001,foto,,,,', 'invalid unknown_field'],
    ['001,record_id,,,,', 'invalid not_a_file_field'],
    ['001,photo,base_arm_1,,,', 'invalid event_not_allowed'],
    ['001,photo,,,imaging,', 'invalid instrument_mismatch'],
    ['001,scan,,,,', 'invalid instance_required'],
    ['001,photo,,3,,', 'invalid instance_not_allowed'],
    ['003,photo,,,,', 'invalid unknown_record'],
  ];
  const planned = await outcomesOf(classic(), table);
  expect(planned.outcomes).toEqual(table);
  expect(planned.sent).toBe(0);
});

describe('--default-instance', () => {
  it('serves rows that leave out an instance that is required, and no others', async () => {
    const table: Table = [
      ['001,scan,base_arm_1,,,', 'delete'],
      ['001,photo,base_arm_1,,,', 'delete'],
      ['001,scan,base_arm_1,3,,', 'duplicate of 1'],
      ['001,scan,base_arm_1,1,,', 'delete'],
    ];
    const planned = await outcomesOf(study(), table, { defaultInstance: '3' });
    expect(planned.outcomes).toEqual(table);
    expect(planned.sent).toBe(0);
    const { rows, totals } = planned;
    expect(
      rows.map(({ verdict }) => ('target' in verdict ? verdict.target.instance : '-')),
    ).toEqual(['3', '', '-', '1']);
    expect(totals.delete).toBe(3);
  });
});

describe('duplicates', () => {
  it('are counted after the rules have put the instance right', async () => {
    const table: Table = [
      ['001,scan,base_arm_1,1,,', 'delete'],
      ['001,scan,base_arm_1,,,', 'invalid instance_required'],
      ['001,photo,base_arm_1,2,,', 'invalid instance_not_allowed'],
      // Another place than the base, so that neither shadows the other.
      ['001,photo,base_arm_1,3,,', 'invalid instance_not_allowed'],
      ['001,photo,base_arm_1,,,', 'delete'],
      ['001,photo,base_arm_1,1,,', 'duplicate of 5'],
      ['001,photo,base_arm_1,2,,', 'duplicate of 3'],
      ['9,photo,base_arm_1,,,', 'invalid unknown_record'],
      ['9,photo,base_arm_1,1,,', 'duplicate of 8'],
      ['001,nofield,base_arm_1,,,', 'invalid unknown_field'],
      ['001,nofield,base_arm_1,,,', 'duplicate of 10'],
      ['001,scan,nowhere,1,,', 'invalid unknown_event'],
      ['001,scan,nowhere,2,,', 'invalid unknown_event'],
      ['001,scan,nowhere,1,,', 'duplicate of 12'],
      // A row that is invalid in itself names no target and shadows none.
      ['001,sig,base_arm_1,x,,', 'invalid bad_instance'],
      ['001,sig,base_arm_1,,imaging,', 'invalid instrument_mismatch'],
      ['001,sig,base_arm_1,,,', 'delete'],
    ];
    const planned = await outcomesOf(study(), table);
    expect(planned.outcomes).toEqual(table);
    expect(planned.sent).toBe(0);
    expect(planned.totals).toMatchObject({ rows: 17, duplicate: 5 });
  });
});

describe('where the repeating setup cannot be read', () => {
  const rights = { design: false };

  it('a field repeats where the export shows an instance', async () => {
    const table: Table = [
      ['001,scan,base_arm_1,,,', 'invalid instance_required'],
      ['001,scan,base_arm_1,3,,', 'delete'],
      ['001,scan,base_arm_1,2,,', 'already_empty'],
      ['001,photo,base_arm_1,,,', 'delete'],
      ['001,photo,base_arm_1,1,,', 'duplicate of 4'],
      ['001,report,visit_arm_1,,,', 'invalid instance_required'],
      ['001,report,visit_arm_1,2,,', 'delete'],
      ['001,scan,base_arm_1,1,,', 'delete'],
      ['001,scan,base_arm_1,3,,', 'duplicate of 2'],
      ['5,photo,base_arm_1,,,', 'invalid unknown_record'],
      ['5,photo,base_arm_1,1,,', 'duplicate of 10'],
      // Neither an instance nor a file: undecided.
      ['B 2,scan,base_arm_1,,,', 'invalid unknown_record'],
    ];
    const planned = await outcomesOf(study({ rights }), table);
    expect(planned.outcomes).toEqual(table);
    expect(planned.sent).toBe(0);
  });

  it('a blank instance without any file or instance to go by is undecided', async () => {
    const sandbox = study({ rights });
    sandbox.project.addRecord({ id: '3', rows: [{ event: 'base_arm_1', values: { age: '1' } }] });
    const table: Table = [
      ['3,photo,base_arm_1,,,', 'invalid instance_required'],
      ['3,scan,base_arm_1,,,', 'invalid instance_required'],
      ['3,scan,base_arm_1,1,,', 'already_empty'],
    ];
    const planned = await outcomesOf(sandbox, table);
    expect(planned.outcomes).toEqual(table);
    expect(planned.sent).toBe(0);
  });

  it('an instance that is shown wins over a file on the row that does not repeat', async () => {
    const rows = [
      { record_id: '1', redcap_event_name: 'base_arm_1', scan: 'old.dcm' },
      {
        record_id: '1',
        redcap_event_name: 'base_arm_1',
        redcap_repeat_instrument: 'imaging',
        redcap_repeat_instance: 2,
        scan: '',
      },
    ];
    const model = makeModel({ repeats: { kind: 'unknown' } });
    const planned = await planOf(`${HEADER}1,scan,base_arm_1,,,\n`, model, (targets) =>
      lookAt(() => Promise.resolve({ kind: 'rows', rows }), model, targets),
    );
    expect(briefly(planned)).toEqual(['1 invalid instance_required']);
  });

  it('--default-instance serves what is undecided or shown to repeat, duplicates included', async () => {
    const table: Table = [
      ['001,scan,base_arm_1,,,', 'delete'],
      ['001,scan,base_arm_1,3,,', 'duplicate of 1'],
      ['001,photo,base_arm_1,,,', 'delete'],
      ['001,report,visit_arm_1,,,', 'already_empty'],
    ];
    const planned = await outcomesOf(study({ rights }), table, { defaultInstance: '3' });
    expect(planned.outcomes).toEqual(table);
    expect(planned.sent).toBe(0);
    expect(
      planned.rows.map(({ verdict }) => ('target' in verdict ? verdict.target.instance : '-')),
    ).toEqual(['3', '-', '', '3']);
  });
});

describe('a token that sees little', () => {
  it('leaves rows unconfirmed where the export leaves the field out', async () => {
    const table: Table = [
      ['001,photo,base_arm_1,,,zzz.jpg', 'delete'],
      ['001,sig,base_arm_1,,,', 'delete'],
      ['7,photo,base_arm_1,,,', 'invalid unknown_record'],
    ];
    const planned = await outcomesOf(study({ rights: { hiddenFields: ['photo'] } }), table);
    expect(planned.outcomes).toEqual(table);
    expect(planned.sent).toBe(0);
    expect([planned.totals.unconfirmed, planned.blind]).toEqual([1, false]);
  });

  it('can confirm nothing where it gets hashed ids', async () => {
    const table: Table = [
      ['001,photo,base_arm_1,,,', 'delete'],
      ['001,sig,base_arm_1,,,', 'delete'],
      ['7,photo,base_arm_1,,,', 'delete'],
    ];
    const planned = await outcomesOf(study({ rights: { hashedRecords: true } }), table);
    expect(planned.outcomes).toEqual(table);
    expect(planned.sent).toBe(0);
    expect([planned.totals.unconfirmed, planned.blind]).toEqual([3, true]);
  });

  it.each([
    ['document', 1],
    ['id', 1],
    ['name', 0],
  ] as const)('counts files that are shown without a name: %s', async (fileNames, unnamed) => {
    const table: Table = [['001,photo,base_arm_1,,,', 'delete']];
    const planned = await outcomesOf(study({ fileNames }), table);
    expect(planned.outcomes).toEqual(table);
    expect(planned.sent).toBe(0);
    expect([planned.totals.unnamed, planned.totals.unconfirmed]).toEqual([unnamed, 0]);
  });
});
