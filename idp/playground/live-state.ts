import { FederationError, type ProviderRecord, type ProviderRegistry } from '../../federation/index.ts';

/** Whether the party's requests are taken at this moment. */
export interface LiveState {
  /** Its state or the code of the refusal; undefined where it is answered. */
  readonly refused: string | undefined;
  /** Of its requests the unsigned ones are refused. */
  readonly signedOnly: boolean;
}

/** Asked of the registry that a real request meets. */
export async function liveStateOf(record: ProviderRecord, registry: ProviderRegistry): Promise<LiveState> {
  try {
    if (record.protocol === 'oidc') {
      await registry.approved('oidc', record.key);
      return { refused: undefined, signedOnly: false };
    }
    const { metadata } = await registry.samlProvider(record.key);
    return {
      refused: undefined,
      signedOnly: metadata.authnRequestsSigned || record.settings.requireSignedRequests === true,
    };
  } catch (error) {
    if (!(error instanceof FederationError)) throw error;
    return { refused: record.status === 'approved' ? error.code : record.status, signedOnly: false };
  }
}
