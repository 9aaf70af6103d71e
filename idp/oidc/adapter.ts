import type { Adapter, AdapterPayload } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { sha256 } from '../../lib/bytes.ts';
import { type Collection, type Storage, StorageError, type StoredRecord } from '../../storage/index.ts';

/** One record of oidc-provider. The id is a hash: a token's value cannot be read from the database. */
export interface OidcRecord extends StoredRecord {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly grantId?: string;
  readonly uid?: string;
  readonly userCode?: string;
  /** Seconds since 1970. */
  readonly consumed?: number;
}

const kebab = (model: string) => model.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
const hashOf = (model: string, id: string) => sha256(`sanuki-oidc:${model}:`, id).toString('base64url');

/** Fields whose raw values must not rest in the store; `jti` comes back from the id that was asked for. */
function withoutSecrets(payload: AdapterPayload): Record<string, unknown> {
  const { jti: _jti, ...rest } = payload;
  if (rest.session && typeof rest.session === 'object') {
    const { cookie: _cookie, ...session } = rest.session as Record<string, unknown>;
    return { ...rest, session };
  }
  return rest;
}

/** What the provider looks records up by; every index costs each write. */
function indexesOf(model: string): string[][] {
  if (model === 'DeviceCode') return [['grantId'], ['userCode']];
  if (model === 'AnonymousSession') return [['uid']];
  return grantable.has(model) ? [['grantId']] : [];
}

const grantable = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken', 'BackchannelAuthenticationRequest']);

export interface RecordsOptions {
  readonly storage: Storage;
  readonly model: string;
  /** Ends all tokens of a grant, because a code or refresh token of it was used twice. */
  readonly revokeGrant: (grantId: string) => Promise<void>;
  readonly now: () => number;
}

/** oidc-provider's adapter for one of its models over one collection. */
export function createRecords({ storage, model, revokeGrant, now }: RecordsOptions): Adapter {
  const indexes = indexesOf(model);
  const records: Collection<OidcRecord> = storage.collection<OidcRecord>({ name: `oidc-${kebab(model)}`, indexes });

  async function upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const record = recordOf(hashOf(model, id), payload, expiresIn ? now() + expiresIn * 1000 : undefined);
    try {
      await records.insert(record);
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'ALREADY_EXISTS')) throw error;
      // RFC 7523 and DPoP: a jti counts once. The provider looks before it saves; only the insert decides between processes.
      if (model === 'ReplayDetection') throw new errors.InvalidRequest('the jti was already used');
      await records.update(record.id, () => record);
    }
  }

  /** RFC 6749 4.1.2: a code used twice is refused and takes its tokens with it. */
  async function consume(id: string): Promise<void> {
    let first = false;
    const record = await records.update(hashOf(model, id), (current) => {
      first = current.consumed === undefined;
      return first ? { ...current, consumed: Math.floor(now() / 1000) } : current;
    });
    if (first) return;
    if (record?.grantId) await revokeGrant(record.grantId);
    throw new errors.InvalidGrant(`${model} already used`);
  }

  async function findBy(index: 'uid' | 'userCode', value: string): Promise<AdapterPayload | undefined> {
    const { records: found } = await records.find({ where: { [index]: value }, limit: 1 });
    return found[0] && payloadOf(found[0], undefined);
  }

  return {
    upsert,
    consume,
    async find(id) {
      const record = await records.get(hashOf(model, id));
      return record && payloadOf(record, id);
    },
    findByUid: (uid) => findBy('uid', uid),
    findByUserCode: (userCode) => findBy('userCode', userCode),
    async destroy(id) {
      await records.take(hashOf(model, id));
    },
    async revokeByGrantId(grantId) {
      if (!indexes.some(([first]) => first === 'grantId')) return;
      for (;;) {
        const { records: found } = await records.find({ where: { grantId } });
        if (found.length === 0) return;
        for (const record of found) await records.take(record.id);
      }
    },
  };
}

function recordOf(id: string, payload: AdapterPayload, expiresAt: number | undefined): OidcRecord {
  return {
    id,
    payload: withoutSecrets(payload),
    ...(payload.grantId ? { grantId: payload.grantId } : {}),
    ...(payload.uid ? { uid: payload.uid } : {}),
    ...(payload.userCode ? { userCode: payload.userCode } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function payloadOf(record: OidcRecord, id: string | undefined): AdapterPayload {
  const consumed = record.consumed === undefined ? {} : { consumed: record.consumed };
  return { ...record.payload, ...(id === undefined ? {} : { jti: id }), ...consumed };
}
