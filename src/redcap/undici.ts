/**
 * The two parts of undici that this program is built on. Its index loads
 * fetch, WebSocket, caches and mocks as well: some 40 ms and 8 MB for each
 * command that connects. package.json names the exact version for that, and
 * since what `lanes.ts` and `exchange.ts` rely on is told nowhere but in its
 * source.
 */
import buildConnector from 'undici/lib/core/connect.js';
import Client from 'undici/lib/dispatcher/client.js';

export { buildConnector, Client };
