import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { fromBase64url, sha256, toBase64url } from '../lib/bytes.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../storage/index.ts';
import { CardError } from './errors.ts';

/** A computer of the card office that may ask for card keys; its private key was made there and never leaves it. */
export interface Station extends StoredRecord {
  /** Thumbprint: SHA-256 of the public key, base64url. */
  readonly id: string;
  /** Ed25519, 32 bytes, base64url. */
  readonly publicKey: string;
  readonly name: string;
  readonly state: 'proposed' | 'enrolled' | 'declined' | 'revoked';
  readonly proposedBy: string;
  readonly proposedAt: number;
  readonly decidedBy?: string | undefined;
  readonly revokedBy?: string | undefined;
}

export const stationCollection: CollectionDefinition = { name: 'issuing-station', indexes: [['state']] };

/** What the station whose key lies beside the hub is called by. */
export const localStation = 'local';

const spki = Buffer.from('302a300506032b6570032100', 'hex');
const publicKeyOf = (text: string): KeyObject =>
  createPublicKey({
    key: Buffer.concat([spki, Buffer.from(text, 'base64url')]),
    format: 'der',
    type: 'spki',
  });

/** Whose signature counts at this moment: read anew each time, so that a revoked station is out with its next request. */
export function createStationKeys({
  stations,
  local,
}: {
  readonly stations?: Pick<Collection<Station>, 'get'> | undefined;
  readonly local?: KeyObject | undefined;
}) {
  async function keyOf(id: string): Promise<KeyObject | undefined> {
    if (id === localStation) return local;
    const station = await stations?.get(id);
    return station?.state === 'enrolled' ? publicKeyOf(station.publicKey) : undefined;
  }

  /** STATION_REFUSED: unknown, not enrolled, revoked, or not its signature. */
  async function demandSigned(id: string, octets: Uint8Array, signature: Uint8Array): Promise<void> {
    const key = await keyOf(id);
    if (!key || signature.byteLength !== 64 || !verify(null, octets, key, signature))
      throw new CardError('STATION_REFUSED', 'no enrolled issuing station signed this request');
  }

  return { demandSigned };
}

/**
 * Enrolment: proposed at the station by one person, agreed to by another who compares the thumbprint; one person ends
 * it. A key that was declined or revoked never comes back: the station makes another one.
 */
export function createStations({
  stations,
  now,
}: {
  readonly stations: Collection<Station>;
  readonly now: () => number;
}) {
  async function propose(publicKey: string, name: string, by: string): Promise<Station> {
    const octets = fromBase64url(publicKey);
    if (octets?.length !== 32) throw new CardError('STATION_MALFORMED', 'the public key of a station has 32 bytes');
    const id = toBase64url(sha256(octets));
    const station: Station = { id, publicKey, name, state: 'proposed', proposedBy: by, proposedAt: now() };
    if (!(await insertOnce(stations, station))) throw new CardError('STATION_DECIDED', 'this key was proposed before');
    return station;
  }

  async function decide(id: string, agreed: boolean, by: string): Promise<Station> {
    return change(id, (station) => {
      if (station.state !== 'proposed') throw new CardError('STATION_DECIDED', 'this station was decided about');
      if (station.proposedBy === by)
        throw new CardError('SECOND_PERSON_NEEDED', 'nobody agrees to a station that they proposed');
      return { ...station, state: agreed ? 'enrolled' : 'declined', decidedBy: by };
    });
  }

  const revoke = (id: string, by: string): Promise<Station> =>
    change(id, (station) => {
      if (station.state !== 'enrolled') throw new CardError('STATION_DECIDED', 'this station is not enrolled');
      return { ...station, state: 'revoked', revokedBy: by };
    });

  async function change(id: string, how: (station: Station) => Station): Promise<Station> {
    const station = await stations.update(id, how);
    if (!station) throw new CardError('STATION_DECIDED', 'there is no such station');
    return station;
  }

  const list = async () => (await stations.find({ limit: 200 })).records;

  return { propose, decide, revoke, list, get: (id: string) => stations.get(id) };
}

export type Stations = ReturnType<typeof createStations>;
