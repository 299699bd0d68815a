/**
 * What a project is, as far as the rules need it. Plain JSON: it stands in the
 * journal's first line, so that `resume` and `report` judge as the run did.
 */
export interface ProjectModel {
  readonly id: string;
  readonly title: string;
  /** REDCap's version, or '' where the server does not give it. */
  readonly redcapVersion: string;
  /** `undefined`: the server does not say. */
  readonly production?: boolean | undefined;
  /** When it went to production, as the server writes it; absent where it never did. */
  readonly productionTime?: string;
  readonly longitudinal: boolean;
  readonly recordIdField: string;
  /** Codes that stand for "missing" in any field; such a value says nothing of a file. */
  readonly missingCodes: readonly string[];
  readonly fileFields: Readonly<Record<string, FileField>>;
  /** The other variables: "not a file field" is not "unknown". */
  readonly otherFields: readonly string[];
  /** Empty in classic projects. */
  readonly events: readonly ProjectEvent[];
  /** Forms of each event; empty in classic projects. */
  readonly eventForms: Readonly<Record<string, readonly string[]>>;
  readonly repeats: Repeats;
  /** What could not be read, in plain words for the plan. */
  readonly notes: readonly string[];
}

export interface FileField {
  readonly form: string;
  readonly signature: boolean;
  /** As people see it on the form; absent where the server does not give one. */
  readonly label?: string;
}

export interface ProjectEvent {
  readonly name: string;
  readonly arm: string;
  /** As people see it; several arms may have an event of one label. */
  readonly label?: string;
  /** Stays where an event is renamed; absent where the server does not give it. */
  readonly id?: string;
}

/**
 * What repeats. `unknown`: the setup could not be read (it needs the Design
 * right), so that only an export can show an instance.
 */
export type Repeats =
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'known';
      /** Events that repeat as a whole; classic projects have none. */
      readonly events: readonly string[];
      /** Forms that repeat in an event; the event is '' in classic projects. */
      readonly forms: readonly { readonly event: string; readonly form: string }[];
    };

export type RepeatKind = 'none' | 'event' | 'form' | 'unknown';

/** How a form repeats in an event. */
export function repeatKind(model: ProjectModel, event: string, form: string): RepeatKind {
  const { repeats } = model;
  if (repeats.kind !== 'known') return repeats.kind;
  if (repeats.events.includes(event)) return 'event';
  return repeats.forms.some((one) => one.event === event && one.form === form) ? 'form' : 'none';
}

export function armOf(model: ProjectModel, event: string): string | undefined {
  return model.events.find((one) => one.name === event)?.arm;
}
