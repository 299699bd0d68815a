import type { Target } from '../rows/target.ts';
import type { SandboxOptions } from './options.ts';
import { refuse } from './responses.ts';
import type { Script, ScriptedAnswer } from './script.ts';

/** A server with a lock on the form: it refuses, however often it is asked. */
const refuseLocked: ScriptedAnswer = ({ form }) =>
  refuse(form, 400, 'The file cannot be deleted because the form is locked for this record');

const BASELINE = 'baseline_arm_1';

/** What the rehearsal server does to some rows of `manifests/demo.csv`; all others go well. */
const SCRIPTS: readonly Script[] = [
  ...['009', '021', '034', '050'].map((record) =>
    script(record, 'consent_file', BASELINE, [refuseLocked], true),
  ),
  // Says "done" and does nothing: only reading back shows it.
  script('039', 'consent_file', BASELINE, ['empty'], true),
  script('007', 'consent_file', BASELINE, ['503']),
  script('014', 'consent_file', BASELINE, ['reset-after']),
  script('019', 'consent_file', BASELINE, ['503', '503']),
  script('023', 'consent_file', BASELINE, ['reset-before']),
  script('027', 'consent_file', BASELINE, ['html']),
  script('031', 'consent_file', BASELINE, ['429']),
  script('035', 'consent_file', BASELINE, ['524']),
  script('043', 'consent_file', BASELINE, ['reset-after']),
  script('046', 'consent_file', BASELINE, ['503-after']),
];

/** The sandbox that `redcap-sweep demo` sweeps: no ban, quick answers, a few mishaps. */
export const demoSandboxOptions: SandboxOptions = {
  kind: 'longitudinal',
  records: 60,
  seed: 1,
  requestsPerMinute: 0,
  latencyMs: 10,
  scripts: SCRIPTS,
};

function script(
  record: string,
  field: string,
  event: string,
  answers: readonly ScriptedAnswer[],
  lasting = false,
): Script {
  const match: Target = { record, field, event, instance: '' };
  return { match, answers, lasting };
}
