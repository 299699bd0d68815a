import { describe, expect, it } from 'vitest';
import { makeDefaultProject } from '../../src/sandbox/default-project.ts';
import { buildProject } from '../../src/sandbox/project.ts';
import { makeStudy } from './ask.ts';

const SCAN = { record: '001', field: 'scan', event: 'base_arm_1', instance: '3' };

describe('buildProject', () => {
  it('lists files with their targets as the project has them', () => {
    expect([...makeStudy().files()]).toEqual([
      { target: { ...SCAN, field: 'photo', instance: '' }, fileName: 'a.jpg', signature: false },
      { target: { ...SCAN, field: 'sig', instance: '' }, fileName: 's.png', signature: true },
      { target: { ...SCAN, instance: '1' }, fileName: 's1.txt', signature: false },
      { target: SCAN, fileName: 's3.txt', signature: false },
      {
        target: { record: '001', field: 'report', event: 'visit_arm_1', instance: '2' },
        fileName: 'r.docx',
        signature: false,
      },
    ]);
  });

  it('lets others replace, add and remove', () => {
    const project = makeStudy();
    project.putFile(SCAN, 'other.txt', Uint8Array.of(1));
    expect(project.fileName(SCAN)).toBe('other.txt');
    expect(project.readFile(SCAN)?.bytes).toEqual(Uint8Array.of(1));
    expect([project.removeFile(SCAN), project.removeFile(SCAN)]).toEqual([true, false]);
    project.addRecord({ id: 'x', rows: [{ event: 'late_arm_2', files: { photo: 'p.png' } }] });
    const photo = { record: 'x', field: 'photo', event: 'late_arm_2', instance: '' };
    expect(project.hasFile(photo)).toBe(true);
    expect([project.removeRecord('x'), project.hasFile(photo)]).toEqual([true, false]);
  });

  it('makes a record in a repeating event', () => {
    const project = makeStudy();
    const target = { record: 'y', field: 'report', event: 'visit_arm_1', instance: '4' };
    project.putFile(target, 'r.docx');
    expect(project.records.find('y')?.rows.map(({ place }) => place)).toEqual([
      { event: 'visit_arm_1', instrument: '', instance: 4 },
    ]);
  });

  it('gives an event with repeating data alone a row of its own, as REDCap does', () => {
    const project = makeStudy();
    project.addRecord({
      id: 'z',
      rows: [{ event: 'base_arm_1', instance: 2, files: { scan: 's' } }],
    });
    expect(project.records.find('z')?.rows.map(({ place }) => place)).toEqual([
      { event: 'base_arm_1', instrument: '', instance: 0 },
      { event: 'base_arm_1', instrument: 'imaging', instance: 2 },
    ]);
  });

  it('puts a file in the place of a missing-data code', () => {
    const project = makeStudy();
    const photo = { record: 'B 2', field: 'photo', event: 'late_arm_2', instance: '' };
    project.putFile(photo, 'p.png');
    expect(project.records.find('B 2')?.rows[0]?.values.has('photo')).toBe(false);
  });

  it('refuses data that the project has no place for', () => {
    expect(() => {
      makeStudy().putFile({ ...SCAN, event: 'late_arm_2' }, 'x');
    }).toThrow(/no place/);
    expect(() =>
      buildProject({
        kind: 'classic',
        forms: [{ name: 'one', fields: [{ name: 'doc', type: 'file' }] }],
        records: [{ id: '1', rows: [{ instance: 2, files: { doc: 'x' } }] }],
      }),
    ).toThrow(/record '1'.*'doc'/);
  });
});

function listFiles(seed: number): string {
  return JSON.stringify([
    ...makeDefaultProject({ kind: 'longitudinal', records: 60, seed }).files(),
  ]);
}

describe('the default project', () => {
  it('is the same for the same seed and another for another', () => {
    expect(listFiles(1)).toBe(listFiles(1));
    expect(listFiles(1)).not.toBe(listFiles(2));
  });

  it.each(['classic', 'longitudinal'] as const)('has one of everything (%s)', (kind) => {
    const project = makeDefaultProject({ kind, records: 60, seed: 1 });
    const files = [...project.files()];
    const has = (test: (file: (typeof files)[number]) => boolean): boolean => files.some(test);
    expect(files.length).toBeGreaterThan(150);
    expect(has(({ signature }) => signature)).toBe(true);
    expect(has(({ target }) => Number(target.instance) > 1)).toBe(true);
    expect(has(({ target }) => target.record === '001')).toBe(true);
    expect(has(({ target }) => target.record.includes(' '))).toBe(true);
    expect(has(({ fileName }) => fileName.includes('ü'))).toBe(true);
    const codes = [...project.records.all()].flatMap(({ rows }) =>
      rows.filter(({ values }) => values.get('photo') === '-999'),
    );
    expect(codes.length).toBeGreaterThan(1);
    const arms = new Set(files.map(({ target }) => target.event.slice(-5)));
    expect([...arms].toSorted()).toEqual(kind === 'classic' ? [''] : ['arm_1', 'arm_2']);
  });

  it('keeps 100,000 records in little memory', () => {
    const before = process.memoryUsage().heapUsed;
    const project = makeDefaultProject({ kind: 'longitudinal', records: 100_000, seed: 1 });
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(60e6);
    const [last] = [...(project.records.find('100000')?.rows ?? [])];
    expect(last?.place.event).toBe('baseline_arm_2');
  });
});
