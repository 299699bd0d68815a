/** How a sandbox project is described: what a REDCap designer would set up by hand, and its data. */
export interface ProjectSpec {
  readonly kind: 'classic' | 'longitudinal';
  readonly projectId?: number;
  readonly title?: string;
  /** Name of the record id field; it becomes the first field of the first form. Default `record_id`. */
  readonly recordIdField?: string;
  readonly forms: readonly FormSpec[];
  /** Longitudinal only, in order. */
  readonly events?: readonly EventSpec[];
  /** As REDCap writes them: `-999, Not done | -998, Refused`. */
  readonly missingDataCodes?: string;
  readonly inProduction?: boolean;
  readonly records?: readonly RecordSpec[] | GeneratedRecords;
}

export interface FormSpec {
  readonly name: string;
  readonly fields: readonly FieldSpec[];
  /** A repeating instrument; in longitudinal projects a list names the events where it repeats. */
  readonly repeats?: boolean | readonly string[];
}

export interface FieldSpec {
  readonly name: string;
  /** A REDCap field type; default `text`. */
  readonly type?: 'text' | 'notes' | 'radio' | 'file' | 'descriptive' | 'calc';
  readonly signature?: boolean;
  readonly identifier?: boolean;
}

export interface EventSpec {
  /** Unique event name: `baseline_arm_1`. The arm is read from its end. */
  readonly name: string;
  readonly forms: readonly string[];
  /** A repeating event. */
  readonly repeats?: boolean;
}

export interface RecordSpec {
  readonly id: string;
  readonly rows: readonly RowSpec[];
}

/** Data of one event (and instance); each value finds the row of its own form by itself. */
export interface RowSpec {
  readonly event?: string;
  readonly instance?: number;
  readonly values?: Readonly<Record<string, string>>;
  /** File field -> file name (made-up content), or name and bytes. */
  readonly files?: Readonly<Record<string, string | FileContent>>;
}

export interface FileContent {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Records that are made when they are asked for, so that 100,000 of them cost little. */
export interface GeneratedRecords {
  readonly count: number;
  idAt(index: number): string;
  recordAt(index: number): RecordSpec;
}
