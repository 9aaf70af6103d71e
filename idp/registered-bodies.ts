import type { Source } from '../attribute-service/index.ts';
import type { Settings } from '../config/index.ts';
import { bodyKeyOf, type ProviderRecord, type ProviderRegistry, splitProviderId } from '../federation/index.ts';
import { HubError } from '../lib/errors.ts';
import type { Text } from '../web/index.ts';
import { commonOf, idWsfSource, type SourcesOptions } from './sources.ts';

export interface RegisteredBodiesOptions extends SourcesOptions {
  readonly settings: SourcesOptions['settings'] & Pick<Settings, 'bodiesInOwnNetwork'>;
  readonly registry: Pick<ProviderRegistry, 'approvedBodies' | 'get'>;
  /** A registered body that is not asked, and why. */
  readonly onSkipped: (body: string, reason: string) => void;
}

/**
 * Bodies that administrators registered, beside those of the settings. Read from the registry at every question, so that
 * in every process an approval counts at once and a suspended body gets no further request. Their addresses come from
 * people who need not know our networks: private ones are called only where the operator allows it.
 */
export function createRegisteredBodies({ registry, onSkipped, ...options }: RegisteredBodiesOptions) {
  const { sources: settled, bodiesInOwnNetwork } = options.settings;
  const common = commonOf(options, { allowPrivate: bodiesInOwnNetwork });
  const taken = new Set(settled.map((source) => (source.kind === 'id-wsf' ? source.providerId : source.id)));
  /** One per version of a record; a record that was removed and written anew begins its versions again. */
  const opened = new Map<string, { readonly mark: string; readonly source: Source }>();

  async function approvedFor(type: string): Promise<readonly ProviderRecord[]> {
    const bodies = await registry.approvedBodies();
    return bodies.filter(({ id, key, idWsf }) => {
      // The settings were changed after the approval: whoever stands there is the one that the operator means.
      if (taken.has(key)) onSkipped(id, 'the settings name a source of this providerID');
      return idWsf?.types.includes(type) && !taken.has(key);
    });
  }

  /** One that cannot be used must not hide what the others say. */
  function sourceOf(record: ProviderRecord): Source[] {
    const { id, version, registeredAt, updatedAt } = record;
    const mark = [registeredAt, updatedAt, version].join('.');
    const known = opened.get(id);
    if (known?.mark === mark) return [known.source];
    try {
      const source = openBody(record);
      opened.set(id, { mark, source });
      return [source];
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      onSkipped(id, error.message);
      return [];
    }
  }

  function openBody({ id, key: providerId, name, idWsf }: ProviderRecord): Source {
    if (!idWsf) throw new TypeError('a record of a body says nothing of it');
    const { address, publicKey, deadlineMs } = idWsf;
    return idWsfSource({ id, name, address, providerId, deadlineMs, publicKey: bodyKeyOf(publicKey) }, common);
  }

  const sources = async (type: string): Promise<readonly Source[]> => (await approvedFor(type)).flatMap(sourceOf);

  /** For the consent page: whom data of this type may come from. */
  const namesFor = async (type: string): Promise<readonly Text[]> => (await approvedFor(type)).map(({ name }) => name);

  /** Also of one that is suspended: what it gave before stays in the resident's history. */
  async function nameOf(id: string): Promise<Text | undefined> {
    const { protocol, key } = splitProviderId(id) ?? {};
    return protocol === 'id-wsf' && key !== undefined ? (await registry.get('id-wsf', key))?.name : undefined;
  }

  return { sources, namesFor, nameOf };
}

export type RegisteredBodies = ReturnType<typeof createRegisteredBodies>;
