import { RefusedError } from '../errors.ts';
import { showValue } from './show-value.ts';

/** Bounds, both included. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** A whole number in decimal digits. Throws RefusedError that names the option and what is right. */
export function parseWhole(text: string, option: string, bounds: Bounds): number {
  return parseWithin(text, option, bounds, /^\d{1,15}$/, 'a whole number');
}

/** A number that may have decimals, with a point. Throws RefusedError likewise. */
export function parseDecimal(text: string, option: string, bounds: Bounds): number {
  return parseWithin(text, option, bounds, /^\d{1,15}(\.\d{1,15})?$/, 'a number');
}

function parseWithin(
  text: string,
  option: string,
  { min, max }: Bounds,
  form: RegExp,
  noun: string,
): number {
  const trimmed = text.trim();
  const value = Number(trimmed);
  if (!form.test(trimmed) || value < min || value > max) {
    throw new RefusedError(
      `${option} takes ${noun} from ${min} to ${max}, not ${showValue(text)}.`,
    );
  }
  return value;
}
