/** What a code means to the person who has to act: what it is, and what to do about it. */
export type Words = readonly [title: string, toDo: string];
