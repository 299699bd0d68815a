import { count } from './counts.ts';
import { showName } from './names.ts';

const EXAMPLES = 3;
/** From here on ids are no longer told apart: a list may have a million of them. */
const COUNTED = 100_000;

/** Ids of a list that the project has with leading zeros: said once, however many there are. */
export interface LostZeros {
  /** Takes an id with its near one in the project; false where something else is different. */
  note(id: string, near: string): boolean;
  /** `38 ids of this list have lost their leading zeros: 7 is 007, …`, or nothing where there are none. */
  words(): string;
}

export function createLostZeros(): LostZeros {
  const ids = new Set<string>();
  const examples: string[] = [];
  return {
    note(id, near) {
      if (!hasLostZeros(id, near)) return false;
      if (ids.size < COUNTED && !ids.has(id)) {
        ids.add(id);
        if (examples.length < EXAMPLES) examples.push(`${showName(id)} is ${showName(near)}`);
      }
      return true;
    },
    words() {
      if (ids.size === 0) return '';
      const most = ids.size === COUNTED ? 'at least ' : '';
      const have =
        ids.size === 1 ? 'id of this list has lost its' : 'ids of this list have lost their';
      const rest = ids.size > EXAMPLES ? ' and so on' : '';
      return `${most}${count(ids.size)} ${have} leading zeros: ${examples.join(', ')}${rest}`;
    },
  };
}

function hasLostZeros(id: string, near: string): boolean {
  return near.length > id.length && near.endsWith(id) && /^0+$/.test(near.slice(0, -id.length));
}
