/** What the pictures need of the sources: the stand-in server with the rehearsal's mishaps. */
export { demoSandboxOptions } from '../../src/sandbox/demo.ts';
export { createSandbox } from '../../src/sandbox/handler.ts';
export { serveSandbox } from '../../src/sandbox/serve.ts';
