import { randomBytes } from 'node:crypto';
import {
  type Attribute,
  ck,
  loadPkcs11Module,
  Pkcs11Error,
  type Pkcs11Module,
  resultName,
  type Ulong,
} from './pkcs11-module.ts';

export { Pkcs11Error } from './pkcs11-module.ts';

export interface TokenPlace {
  /** Path of the maker's PKCS#11 module. */
  readonly module: string;
  /** Label of the token; the slot it is in may change at a restart. */
  readonly label: string;
  /** The user PIN, asked for at each login. */
  readonly pin: () => string;
}

/** An HMAC key in the token; its octets never come out. */
export interface TokenKey {
  /** CKA_ID in hex; of keys with the same label it says which. */
  readonly id: string;
  /** HMAC-SHA-256 (FIPS 198-1), 32 bytes. */
  readonly mac: (data: Uint8Array) => Buffer;
}

/** The session is gone, not the key: the token was restarted, or another part of this process ended its sessions. */
const lost = new Set([
  'CKR_SESSION_HANDLE_INVALID',
  'CKR_SESSION_CLOSED',
  'CKR_KEY_HANDLE_INVALID',
  'CKR_OBJECT_HANDLE_INVALID',
  'CKR_USER_NOT_LOGGED_IN',
  'CKR_CRYPTOKI_NOT_INITIALIZED',
  'CKR_DEVICE_REMOVED',
  'CKR_DEVICE_ERROR',
  'CKR_TOKEN_NOT_PRESENT',
  'CKR_OPERATION_ACTIVE',
  'CKR_OPERATION_NOT_INITIALIZED',
]);

/**
 * A token with secret keys for HMAC: looks for them, makes them inside, takes such as lay in files, and uses them. One
 * session; when it is lost it is opened again, once for each call. A PIN that the token refused is not tried again:
 * tokens lock themselves after a few.
 *
 * Calls block this thread until the token has answered, so it belongs where nothing else has to go on.
 *
 * @throws Pkcs11Error naming module, token, PIN or key, each with what to do
 */
export function openToken(place: TokenPlace) {
  const module = loadPkcs11Module(place.module);
  let refusedPin: Pkcs11Error | undefined;
  let session = open();
  let opened = 1;

  /** Some modules see a token that was plugged in, or came back, only after a start of their own: so once more after one. */
  function open(): Ulong {
    if (refusedPin) throw refusedPin;
    try {
      return openSession(module, place);
    } catch (error) {
      if (isRefusedPin(error)) throw error;
      // Others in this process lose their sessions by this, and open them again.
      module.call.C_Finalize(null);
      return openSession(module, place);
    }
  }

  function isRefusedPin(error: unknown): boolean {
    if (!(error instanceof Pkcs11Error && error.code === 'PKCS11_PIN_REFUSED')) return false;
    refusedPin = error;
    return true;
  }

  function inSession<T>(act: (session: Ulong) => T): T {
    try {
      return act(session);
    } catch (error) {
      if (!(error instanceof Pkcs11Error && lost.has(error.result ?? ''))) throw error;
      module.call.C_CloseSession(session);
      session = open();
      opened += 1;
      return act(session);
    }
  }

  /** The key of this label, and of this id where one is given; undefined where there is none. */
  function find(label: string, id?: string): TokenKey | undefined {
    const found = inSession((at) => handlesOf(module, at, label, id));
    if (found.length > 1)
      throw new Pkcs11Error('PKCS11_KEY_UNSAFE', `the token has several keys "${label}": leave the one that is meant`);
    const [handle] = found;
    return handle === undefined ? undefined : keyAt(label, handle, id);
  }

  /** `wanted`: the id it was asked for by; a first key has but its label. */
  function keyAt(label: string, handle: Ulong, wanted?: string): TokenKey {
    const id = inSession((at) => demandKept(module, at, handle, label));
    let [known, since] = [handle, opened];
    /** A handle is good for one login of this process. */
    const handleIn = (at: Ulong): Ulong => {
      if (since === opened) return known;
      const [again] = handlesOf(module, at, label, wanted);
      if (again === undefined)
        throw new Pkcs11Error('PKCS11_KEY_MISSING', `the key "${label}" is gone from the token "${place.label}"`);
      [known, since] = [again, opened];
      return again;
    };
    return { id, mac: (data) => inSession((at) => sign(module, at, handleIn(at), data)) };
  }

  /** Others may have its label, as when two processes make one at once. */
  function keyMadeAt(label: string, handle: Ulong): TokenKey {
    return keyAt(
      label,
      handle,
      inSession((at) => demandKept(module, at, handle, label)),
    );
  }

  /** A new key of 32 bytes, made in the token. */
  function generate(label: string): TokenKey {
    const template = [...kept(module, label), { type: ck.valueLength, value: module.ulong(32) }];
    const handle = [0 as Ulong];
    const mechanism = { mechanism: ck.genericSecretKeyGen, parameter: null, length: 0 };
    inSession((at) =>
      demand(module.call.C_GenerateKey(at, mechanism, ...counted(template), handle), `the key "${label}" was not made`),
    );
    return keyMadeAt(label, handle[0] ?? 0);
  }

  /** Takes 32 bytes that lay elsewhere; from then on they do not come out. */
  function take(label: string, secret: Uint8Array): TokenKey {
    const template = [...kept(module, label), { type: ck.value, value: secret }];
    const handle = [0 as Ulong];
    inSession((at) =>
      demand(module.call.C_CreateObject(at, ...counted(template), handle), `the key "${label}" was not taken`),
    );
    return keyMadeAt(label, handle[0] ?? 0);
  }

  /** The login stays: it is one for the whole process, whose other sessions would lose it. */
  const close = (): void => void module.call.C_CloseSession(session);

  return { find, generate, take, close };
}

export type Token = ReturnType<typeof openToken>;

const counted = (template: readonly Attribute[]) =>
  [template.map(({ type, value }) => ({ type, value, length: value.byteLength })), template.length] as const;

const no = Buffer.from([0]);
const yes = Buffer.from([1]);

/** What a key here is like: it lasts, serves for MACs and nothing else, and never leaves the token (PKCS#11 2.40, 4.9). */
function kept({ ulong }: Pkcs11Module, label: string): readonly Attribute[] {
  return [
    ...wanted(ulong, label),
    { type: ck.keyType, value: ulong(ck.genericSecret) },
    { type: ck.id, value: randomBytes(16) },
    { type: ck.private, value: yes },
    { type: ck.sensitive, value: yes },
    { type: ck.extractable, value: no },
    { type: ck.modifiable, value: no },
    { type: ck.sign, value: yes },
  ];
}

const wanted = (ulong: Pkcs11Module['ulong'], label: string): readonly Attribute[] => [
  { type: ck.class, value: ulong(ck.secretKey) },
  { type: ck.token, value: yes },
  { type: ck.label, value: Buffer.from(label) },
];

function demand(rv: number, what: string): void {
  if (rv !== 0) throw new Pkcs11Error('PKCS11_FAILED', what, { result: resultName(rv) });
}

/** Two at most: whether there is more than one is all that counts. */
function handlesOf(
  { call, ulong, ulongs, ulongsIn }: Pkcs11Module,
  session: Ulong,
  label: string,
  id?: string,
): readonly Ulong[] {
  const template = [
    ...wanted(ulong, label),
    ...(id === undefined ? [] : [{ type: ck.id, value: Buffer.from(id, 'hex') }]),
  ];
  demand(call.C_FindObjectsInit(session, ...counted(template)), 'the keys of the token cannot be looked at');
  const [handles, count] = [ulongs(2), [0]];
  const rv = call.C_FindObjects(session, handles, 2, count);
  demand(call.C_FindObjectsFinal(session), 'the keys of the token cannot be looked at');
  demand(rv, 'the keys of the token cannot be looked at');
  return ulongsIn(handles, 2).slice(0, Number(count[0]));
}

/** A key that could be read out is none: whoever has the PIN would have the key. Returns its CKA_ID in hex. */
function demandKept({ call }: Pkcs11Module, session: Ulong, handle: Ulong, label: string): string {
  const [sensitive, extractable, id] = [Buffer.from([0]), Buffer.from([1]), Buffer.alloc(16)];
  const read = [
    { type: ck.sensitive, value: sensitive },
    { type: ck.extractable, value: extractable },
    { type: ck.id, value: id },
  ];
  demand(call.C_GetAttributeValue(session, handle, ...counted(read)), `the key "${label}" cannot be looked at`);
  if (sensitive[0] !== 1 || extractable[0] !== 0)
    throw new Pkcs11Error(
      'PKCS11_KEY_UNSAFE',
      `the key "${label}" could be read out of the token: it has to be sensitive and not extractable; make it anew`,
    );
  return id.toString('hex');
}

function sign({ call }: Pkcs11Module, session: Ulong, handle: Ulong, data: Uint8Array): Buffer {
  const mechanism = { mechanism: ck.sha256Hmac, parameter: null, length: 0 };
  demand(call.C_SignInit(session, mechanism, handle), 'the token refuses HMAC-SHA-256 with this key');
  const [mac, length] = [Buffer.alloc(32), [32]];
  demand(call.C_Sign(session, data, data.byteLength, mac, length), 'the token did not answer');
  return mac;
}

function openSession(module: Pkcs11Module, { label, pin }: TokenPlace): Ulong {
  const { call } = module;
  // CKF_OS_LOCKING_OK: several threads of one process may have it open, and the first one initializes it for all.
  const flags = { create: null, destroy: null, lock: null, unlock: null, flags: 2, reserved: null };
  const initialized = call.C_Initialize(flags);
  if (resultName(initialized) !== 'CKR_CRYPTOKI_ALREADY_INITIALIZED') demand(initialized, 'the module does not start');
  const session = [0 as Ulong];
  demand(call.C_OpenSession(slotOf(module, label), ck.rw, null, null, session), 'the token opens no session');
  const secret = Buffer.from(pin());
  const rv = call.C_Login(session[0], ck.user, secret, secret.byteLength);
  secret.fill(0);
  const result = resultName(rv);
  if (/^CKR_(USER_)?PIN_/.test(result))
    throw new Pkcs11Error(
      'PKCS11_PIN_REFUSED',
      `the token "${label}" refuses the PIN of pkcs11.pinFile: correct it before the token locks itself`,
      { result },
    );
  if (result !== 'CKR_USER_ALREADY_LOGGED_IN') demand(rv, 'the token takes no login');
  return session[0] ?? 0;
}

function slotOf({ call, ulongs, ulongsIn }: Pkcs11Module, label: string): Ulong {
  const most = 64;
  const [slots, count] = [ulongs(most), [most]];
  demand(call.C_GetSlotList(1, slots, count), 'the slots of the module cannot be listed');
  const named = ulongsIn(slots, most)
    .slice(0, Number(count[0]))
    .filter((slot) => {
      // CK_TOKEN_INFO begins with the label: 32 bytes, filled with blanks. 512 is more than it needs anywhere.
      const info = Buffer.alloc(512);
      return call.C_GetTokenInfo(slot, info) === 0 && info.toString('utf8', 0, 32).trimEnd() === label;
    });
  const [slot] = named;
  if (slot === undefined || named.length > 1)
    throw new Pkcs11Error(
      'PKCS11_TOKEN_MISSING',
      `${named.length > 1 ? 'several tokens are' : 'no token is'} called "${label}": correct pkcs11.token, and see that the device is there and initialized`,
    );
  return slot;
}
