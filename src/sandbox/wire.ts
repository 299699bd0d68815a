/** What happens to the connection instead of an answer. */
export type WireFault = 'reset' | 'hang' | 'garbage';

// A Response cannot say "destroy the socket", and the handler must stay
// fetch-style: the fault travels beside it, known to serve.ts alone.
const wireFaults = new WeakMap<Response, WireFault>();

export function failOnTheWire(fault: WireFault): Response {
  const response = new Response(null, { status: 599 });
  wireFaults.set(response, fault);
  return response;
}

export function wireFaultOf(response: Response): WireFault | undefined {
  return wireFaults.get(response);
}
