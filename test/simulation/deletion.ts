import type { Target } from '../../src/rows/target.ts';
import type { TransportResult } from '../../src/redcap/transport.ts';
import type { DeleteCase } from './server-cases.ts';
import type { Places, StoredFile } from './places.ts';
import type { Chance } from './random.ts';
import type { Display } from './shown.ts';
import type { Environment } from './environment.ts';

/** One deletion request as the wire saw it. */
export interface Deletion {
  readonly target: Target;
  readonly process: number;
  readonly leftAt: number;
  readonly serverCase: DeleteCase;
  /** A connection that was made: the request may have arrived. */
  sent: boolean;
  answered: TransportResult | undefined;
  answeredAt: number | undefined;
  removed: { readonly file: StoredFile; readonly at: number } | undefined;
}

export interface ServerOptions {
  readonly environment: Environment;
  readonly chance: Chance;
  readonly places: Places;
  readonly display: Display;
}

export function targetOf(form: URLSearchParams): Target {
  return {
    record: form.get('record') ?? '',
    field: form.get('field') ?? '',
    event: form.get('event') ?? '',
    instance: form.get('repeat_instance') ?? '',
  };
}

export function shortly({ record, field, event, instance }: Target): string {
  const where = event === '' ? '' : `@${event}`;
  return `${record}/${field}${where}${instance === '' ? '' : `#${instance}`}`;
}
