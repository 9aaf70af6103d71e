import { FederationError, type ProviderRecord, type ProviderRegistry } from '../../federation/index.ts';

/** Whether the party's requests are taken at this moment. */
export interface LiveState {
  /** Its state or the code of the refusal; undefined where it is answered. */
  readonly refused: string | undefined;
  /** Of its requests the unsigned ones are refused. */
  readonly signedOnly: boolean;
}

type Registry = Pick<ProviderRegistry, 'samlProvider' | 'approved'>;

/** Asked of the registry that a real request meets; what is tried stands on the stage's. */
export async function liveStateOf(record: ProviderRecord, live: Registry, stage: Registry): Promise<LiveState> {
  return { refused: await refusalOf(record, live), signedOnly: await takesSignedOnly(record, stage) };
}

async function refusalOf({ protocol, key, status }: ProviderRecord, registry: Registry): Promise<string | undefined> {
  try {
    await (protocol === 'oidc' ? registry.approved('oidc', key) : registry.samlProvider(key));
    return undefined;
  } catch (error) {
    if (!(error instanceof FederationError)) throw error;
    return status === 'approved' ? error.code : status;
  }
}

async function takesSignedOnly({ protocol, key }: ProviderRecord, registry: Registry): Promise<boolean> {
  if (protocol === 'oidc') return false;
  const { record, metadata } = await registry.samlProvider(key);
  return metadata.authnRequestsSigned || record.settings.requireSignedRequests === true;
}
