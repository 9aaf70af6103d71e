import {
  attributeTypes,
  type Consents,
  type ConsentType,
  type Purpose,
  verifiedIdentity,
} from '../../attribute-service/index.ts';
import type { CardAuthentication } from '../../card-auth/index.ts';
import {
  cardPin,
  cardPinBound,
  type ProviderRecord,
  type ProviderRegistry,
  passkey,
  type Registration,
} from '../../federation/index.ts';
import type { Log } from '../../lib/log.ts';
import { holderOf } from '../attributes/bootstrap.ts';
import { methodsOf } from '../authenticators/ceremonies.ts';
import type { PageFrame } from '../page-frame.ts';
import { nextStep, type SignInDemand } from '../sign-in/dispatch.ts';
import { type LiveState, liveStateOf } from './live-state.ts';
import { playedClient, previewOidc, type Refused } from './oidc-preview.ts';
import { type ReleaseFacts, type ReleaseRow, releaseRows } from './release-rows.ts';
import { previewSaml } from './saml-preview.ts';
import { openStage, type Stage, type StageOptions } from './stage.ts';
import { type Preview, releasedValues } from './values.ts';

export interface ExamineOptions extends StageOptions {
  readonly registry: ProviderRegistry;
  readonly consents: Pick<Consents, 'find'>;
  readonly log: Log;
  readonly frame: PageFrame;
}

/** What a test sign-in found. Holds values of the card's holder: for one page, and for nothing that is kept. */
export interface Examined {
  readonly live: LiveState;
  readonly preview: Preview | Refused;
  readonly rows: readonly ReleaseRow[];
  /** The party demands a passkey too; none was asked for, and it is taken as shown. */
  readonly passkeyAssumed: boolean;
  /** The holder has no pseudonym at this party yet: the one shown is an example. */
  readonly firstVisit: boolean;
  /** Fingerprint of the key that the party signs its queries with, where it is given a way to ask. */
  readonly holderKey: string | undefined;
}

export interface Case {
  /** As it is registered. */
  readonly record: ProviderRecord;
  /** What is tried: the registration, or a change that waits. */
  readonly tried: Registration;
  readonly demand: SignInDemand;
  readonly presented: CardAuthentication;
}

/** Plays the party through one sign-in with this card. */
export async function examine({ record, tried, demand, presented }: Case, options: ExamineOptions): Promise<Examined> {
  const { registry, links, now } = options;
  const assumed = passkeyAssumed(tried, presented);
  const { level, amr } = assumed ?? presented;
  const stage = await openStage(playedClient(tried), { presented, level, amr }, options);
  const asked = { ...demand, fresh: false, required: tried.requiredLevel };
  const step = nextStep(asked, { level, authenticatedAt: presented.at }, now());
  const preview = await previewOf(stage, step, options);
  const { identityAssurance } = options.settings.cardOffice;
  const { residentRef } = presented;
  const found = 'refused' in preview ? undefined : releasedValues(preview);
  const rows = found
    ? releaseRows({
        ...found,
        contract: tried.contract.attributes,
        staff: stage.staffOutcome(),
        counter: tried.counter !== undefined,
        identity: record.protocol === 'oidc' && !tried.counter && identityAssurance.enabled,
        level,
        consentFor: await consentsOf({ party: record.id, residentRef }, options),
      })
    : [];
  return {
    live: await liveStateOf(record, registry, stage.registry),
    preview,
    rows,
    passkeyAssumed: assumed !== undefined,
    firstVisit: (await links.knownPseudonym(residentRef, record.id)) === undefined,
    holderKey: found?.bootstrap ? await holderKeyOf(stage, options) : undefined,
  };
}

/**
 * A test sign-in asks for the card alone of what a service may demand; the resident's passkey is taken as given, so that
 * the page shows what the service would get. At a counter nothing but the card is there.
 */
function passkeyAssumed({ requiredLevel: level, counter }: Registration, presented: CardAuthentication) {
  const isAssumed = level === cardPinBound || level === passkey;
  return isAssumed && presented.level === cardPin && !counter ? { level, amr: methodsOf[level] } : undefined;
}

async function previewOf(
  stage: Stage,
  step: ReturnType<typeof nextStep>,
  options: ExamineOptions,
): Promise<Preview | Refused> {
  if (stage.record.protocol === 'oidc') return previewOidc(stage, options);
  if (step.step === 'respond') return previewSaml(stage, step.contextClass);
  return { protocol: 'saml', refused: 'NO_AUTHN_CONTEXT' };
}

async function holderKeyOf({ registry, record }: Stage, { keyUses }: ExamineOptions): Promise<string | undefined> {
  return (await holderOf(record, { registry, keyUses })).holderKey?.fingerprint;
}

/** The holder's real consents, looked up before the rows are made. */
async function consentsOf(
  who: { readonly party: string; readonly residentRef: string },
  { consents }: Pick<ExamineOptions, 'consents'>,
): Promise<ReleaseFacts['consentFor']> {
  const found = new Map<string, Awaited<ReturnType<Consents['find']>>>();
  const keyOf = (type: ConsentType, purpose: Purpose) => `${type.id} ${purpose}`;
  for (const type of [...attributeTypes, verifiedIdentity])
    for (const purpose of type.purposes)
      found.set(keyOf(type, purpose), await consents.find({ ...who, purpose, type: type.id }));
  return (type, purpose) => {
    const consent = found.get(keyOf(type, purpose));
    return { consent: consent?.state ?? 'none', standing: consent?.state === 'given' && consent.standing };
  };
}
