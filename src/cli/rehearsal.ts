/** The two commands that serve the stand-in REDCap: one part of the program, loaded where it is used. */
export { demo } from './demo.ts';
export { sandbox } from './sandbox.ts';
