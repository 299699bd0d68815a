import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, networkInterfaces, tmpdir } from 'node:os';

/**
 * Names what the sockets of holder.ts reach. Two processes with the same name
 * find each other's sockets; where that is not certain, the names differ, and
 * whoever reads one waits. `undefined` where nothing can be said at all.
 */
export function nameMachine(platform: NodeJS.Platform = process.platform): string | undefined {
  const facts = platform === 'linux' ? linuxFacts() : otherFacts();
  if (facts === undefined) return undefined;
  return createHash('sha256').update(facts.join('\0')).digest('hex').slice(0, 24);
}

/**
 * Sockets without a file are those of a network namespace. Its number is one
 * of this boot's: a container has its own, and so has the same container made
 * anew.
 */
function linuxFacts(): readonly string[] | undefined {
  try {
    return [
      readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
      readlinkSync('/proc/self/ns/net'),
    ];
  } catch {
    return undefined;
  }
}

/** Host names are given twice, network cards are not; socket files stand in the temporary folder. */
function otherFacts(): readonly string[] | undefined {
  const cards = new Set<string>();
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { internal, mac } of addresses ?? []) if (!internal) cards.add(mac);
  }
  if (cards.size === 0) return undefined;
  return [hostname(), tmpdir(), ...[...cards].toSorted()];
}
