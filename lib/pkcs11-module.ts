import { createRequire } from 'node:module';
import { HubError, type Outcome } from './errors.ts';

const outcomes = {
  PKCS11_MODULE_UNUSABLE: 'missing',
  PKCS11_TOKEN_MISSING: 'missing',
  PKCS11_PIN_REFUSED: 'denied',
  PKCS11_KEY_MISSING: 'missing',
  PKCS11_KEY_UNSAFE: 'denied',
  PKCS11_FAILED: 'unavailable',
} as const satisfies Record<string, Outcome>;

/** Refusals around a token; the message says what to do, and which CKR_ value the module gave. */
export class Pkcs11Error extends HubError<keyof typeof outcomes> {
  /** What the module answered, by name, as `CKR_PIN_INCORRECT`. */
  readonly result: string | undefined;

  constructor(
    code: keyof typeof outcomes,
    message: string,
    { result, ...options }: ErrorOptions & { result?: string } = {},
  ) {
    super(code, outcomes[code], result === undefined ? message : `${message} [${result}]`, options);
    this.result = result;
  }
}

/** A CK_ULONG, and every handle: bigint where it is beyond the integers of a double. */
export type Ulong = number | bigint;

/** CK_ATTRIBUTE; the length is that of the value. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array;
}

/** PKCS#11 2.40, pkcs11t.h. */
export const ck = {
  rw: 6, // CKF_RW_SESSION | CKF_SERIAL_SESSION
  user: 1,
  secretKey: 4,
  genericSecret: 0x10,
  genericSecretKeyGen: 0x350,
  sha256Hmac: 0x251,
  class: 0x00,
  token: 0x01,
  private: 0x02,
  label: 0x03,
  value: 0x11,
  keyType: 0x100,
  id: 0x102,
  sensitive: 0x103,
  sign: 0x108,
  valueLength: 0x161,
  extractable: 0x162,
  modifiable: 0x170,
} as const;

const results: ReadonlyMap<number, string> = new Map([
  [0x02, 'CKR_HOST_MEMORY'],
  [0x03, 'CKR_SLOT_ID_INVALID'],
  [0x05, 'CKR_GENERAL_ERROR'],
  [0x06, 'CKR_FUNCTION_FAILED'],
  [0x07, 'CKR_ARGUMENTS_BAD'],
  [0x11, 'CKR_ATTRIBUTE_SENSITIVE'],
  [0x12, 'CKR_ATTRIBUTE_TYPE_INVALID'],
  [0x13, 'CKR_ATTRIBUTE_VALUE_INVALID'],
  [0x30, 'CKR_DEVICE_ERROR'],
  [0x31, 'CKR_DEVICE_MEMORY'],
  [0x32, 'CKR_DEVICE_REMOVED'],
  [0x54, 'CKR_FUNCTION_NOT_SUPPORTED'],
  [0x60, 'CKR_KEY_HANDLE_INVALID'],
  [0x62, 'CKR_KEY_SIZE_RANGE'],
  [0x63, 'CKR_KEY_TYPE_INCONSISTENT'],
  [0x68, 'CKR_KEY_FUNCTION_NOT_PERMITTED'],
  [0x70, 'CKR_MECHANISM_INVALID'],
  [0x71, 'CKR_MECHANISM_PARAM_INVALID'],
  [0x82, 'CKR_OBJECT_HANDLE_INVALID'],
  [0x90, 'CKR_OPERATION_ACTIVE'],
  [0x91, 'CKR_OPERATION_NOT_INITIALIZED'],
  [0xa0, 'CKR_PIN_INCORRECT'],
  [0xa1, 'CKR_PIN_INVALID'],
  [0xa2, 'CKR_PIN_LEN_RANGE'],
  [0xa3, 'CKR_PIN_EXPIRED'],
  [0xa4, 'CKR_PIN_LOCKED'],
  [0xb0, 'CKR_SESSION_CLOSED'],
  [0xb1, 'CKR_SESSION_COUNT'],
  [0xb3, 'CKR_SESSION_HANDLE_INVALID'],
  [0xb5, 'CKR_SESSION_READ_ONLY'],
  [0xd0, 'CKR_TEMPLATE_INCOMPLETE'],
  [0xd1, 'CKR_TEMPLATE_INCONSISTENT'],
  [0xe0, 'CKR_TOKEN_NOT_PRESENT'],
  [0xe1, 'CKR_TOKEN_NOT_RECOGNIZED'],
  [0xe2, 'CKR_TOKEN_WRITE_PROTECTED'],
  [0x100, 'CKR_USER_ALREADY_LOGGED_IN'],
  [0x101, 'CKR_USER_NOT_LOGGED_IN'],
  [0x102, 'CKR_USER_PIN_NOT_INITIALIZED'],
  [0x104, 'CKR_USER_ANOTHER_ALREADY_LOGGED_IN'],
  [0x150, 'CKR_BUFFER_TOO_SMALL'],
  [0x190, 'CKR_CRYPTOKI_NOT_INITIALIZED'],
  [0x191, 'CKR_CRYPTOKI_ALREADY_INITIALIZED'],
]);

export const resultName = (rv: number): string => results.get(rv) ?? `CKR 0x${rv.toString(16)}`;

type Koffi = typeof import('koffi');
type Spec = Parameters<Koffi['sizeof']>[0];

/** Loaded only where settings name a token: the package is optional, and most installations need none. */
function loadKoffi(): Koffi {
  try {
    return createRequire(import.meta.url)('koffi') as Koffi;
  } catch (cause) {
    throw new Pkcs11Error(
      'PKCS11_MODULE_UNUSABLE',
      'the package koffi, which calls PKCS#11 modules, is not there: run "npm install" without --omit=optional, on a platform it supports',
      { cause },
    );
  }
}

/** Places in CK_FUNCTION_LIST (pkcs11f.h), whose first member is a version; only what is used here. */
const places = {
  C_Initialize: 0,
  C_Finalize: 1,
  C_GetSlotList: 4,
  C_GetTokenInfo: 6,
  C_OpenSession: 12,
  C_CloseSession: 13,
  C_Login: 18,
  C_CreateObject: 20,
  C_GetAttributeValue: 24,
  C_FindObjectsInit: 26,
  C_FindObjects: 27,
  C_FindObjectsFinal: 28,
  C_SignInit: 42,
  C_Sign: 43,
  C_GenerateKey: 58,
} as const;
type FunctionName = keyof typeof places;

/** The layouts as this platform's modules have them: packed to one byte on Windows, naturally aligned elsewhere. */
function layoutsOf(koffi: Koffi) {
  const packed = process.platform === 'win32';
  const struct = packed ? koffi.pack : koffi.struct;
  const attribute = struct({ type: 'ulong', value: 'void *', length: 'ulong' });
  const mechanism = struct({ mechanism: 'ulong', parameter: 'void *', length: 'ulong' });
  const initialize = struct({
    create: 'void *',
    destroy: 'void *',
    lock: 'void *',
    unlock: 'void *',
    flags: 'ulong',
    reserved: 'void *',
  });
  const [attributes, mechanismRef] = [koffi.pointer(attribute), koffi.pointer(mechanism)];
  const out = (type: string) => koffi.out(koffi.pointer(type));
  const signatures = {
    C_Initialize: [koffi.pointer(initialize)],
    C_Finalize: ['void *'],
    C_GetSlotList: ['uint8_t', 'void *', koffi.inout(koffi.pointer('ulong'))],
    C_GetTokenInfo: ['ulong', 'void *'],
    C_OpenSession: ['ulong', 'ulong', 'void *', 'void *', out('ulong')],
    C_CloseSession: ['ulong'],
    C_Login: ['ulong', 'ulong', 'void *', 'ulong'],
    C_CreateObject: ['ulong', attributes, 'ulong', out('ulong')],
    C_GetAttributeValue: ['ulong', 'ulong', attributes, 'ulong'],
    C_FindObjectsInit: ['ulong', attributes, 'ulong'],
    C_FindObjects: ['ulong', 'void *', 'ulong', out('ulong')],
    C_FindObjectsFinal: ['ulong'],
    C_SignInit: ['ulong', mechanismRef, 'ulong'],
    C_Sign: ['ulong', 'void *', 'ulong', 'void *', koffi.inout(koffi.pointer('ulong'))],
    C_GenerateKey: ['ulong', mechanismRef, attributes, 'ulong', out('ulong')],
  } satisfies Record<FunctionName, Spec[]>;
  return { offset: packed ? 2 : koffi.sizeof('void *'), signatures };
}

/** What nothing refers to is unloaded, and functions that came out of a list refer to nothing: so modules stay. */
const libraries = new Set<ReturnType<Koffi['load']>>();

/**
 * A PKCS#11 module: its functions by name, called with plain values; what they return is a CK_RV. The functions are
 * taken from C_GetFunctionList, the one name that every module exports (PKCS#11 2.40, 3.3).
 *
 * @throws Pkcs11Error PKCS11_MODULE_UNUSABLE
 */
export function loadPkcs11Module(path: string) {
  const koffi = loadKoffi();
  const { offset, signatures } = layoutsOf(koffi);
  const list: unknown[] = [null];
  try {
    const library = koffi.load(path);
    const rv = library.func('C_GetFunctionList', 'ulong', [koffi.out('void **')])(list);
    if (rv !== 0) throw new Error(resultName(rv));
    libraries.add(library);
  } catch (cause) {
    throw new Pkcs11Error(
      'PKCS11_MODULE_UNUSABLE',
      `${path} is no PKCS#11 module that can be loaded here: correct pkcs11.module, and install the maker's driver`,
      { cause },
    );
  }
  const pointers = koffi.decode(list[0], offset, koffi.array('void *', places.C_GenerateKey + 1)) as unknown[];
  const named = Object.entries(places).map(([name, place]) => [
    name,
    koffi.decode(pointers[place], koffi.proto('ulong', signatures[name as FunctionName])),
  ]);
  const call = Object.fromEntries(named) as Readonly<Record<FunctionName, (...given: unknown[]) => number>>;
  const ulongSize = koffi.sizeof('ulong');

  return {
    call,
    /** So many CK_ULONGs of a buffer that a function filled. */
    ulongsIn: (buffer: Uint8Array, count: number) =>
      koffi.decode(buffer, koffi.array('ulong', count, 'Array')) as readonly Ulong[],
    ulongs: (count: number) => Buffer.alloc(count * ulongSize),
    ulong: (value: number): Buffer => {
      const bytes = Buffer.alloc(ulongSize);
      bytes.writeUInt32LE(value);
      return bytes;
    },
  };
}

export type Pkcs11Module = ReturnType<typeof loadPkcs11Module>;
