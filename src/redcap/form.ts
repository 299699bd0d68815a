/** What a request says, in the order in which it is sent: scalars before arrays. */
export type FormFields = Readonly<Record<string, string | readonly string[]>>;

/** PHP cuts variables beyond 1,000 (`max_input_vars`) without a word; half is a safe measure. */
export const MAX_ARRAY_VALUES = 500;
const MAX_VARIABLES = 990;

export const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * Encodes a form as browsers do, arrays as `fields[0]=…` (comma lists are not
 * reliable). Throws for more values than PHP would read: whoever asks must
 * batch.
 */
export function encodeForm(fields: FormFields): string {
  const scalars: string[] = [];
  const arrays: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') {
      scalars.push(`${encodeFormValue(name)}=${encodeFormValue(value)}`);
      continue;
    }
    if (value.length > MAX_ARRAY_VALUES) {
      throw new RangeError(`${value.length} values of ${name} in one request`);
    }
    value.forEach((one, at) => {
      arrays.push(`${encodeFormValue(`${name}[${at}]`)}=${encodeFormValue(one)}`);
    });
  }
  if (scalars.length + arrays.length > MAX_VARIABLES) {
    throw new RangeError(`${scalars.length + arrays.length} variables in one request`);
  }
  return [...scalars, ...arrays].join('&');
}

const PLAIN = /^[\w.*-]*$/;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/** One name or value; lone surrogates, which are no text, become U+FFFD in place of throwing. */
export function encodeFormValue(text: string): string {
  if (PLAIN.test(text)) return text;
  return encodeURIComponent(text.replace(LONE_SURROGATES, '\ufffd'))
    .replace(/%20/g, '+')
    .replace(/[!'()~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
