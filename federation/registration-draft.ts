import type { Level } from './authn-context.ts';
import type { MetadataSource, ProviderSettings } from './entity-registry.ts';
import type { Names } from './presentation-check.ts';
import type { ProviderProtocol } from './provider-protocol.ts';
import type { Finding } from './registration-finding.ts';

/** A registration before it is one: as somebody uploaded, pasted or typed it. Nothing in it has been believed yet. */
export interface RegistrationDraft {
  readonly protocol: ProviderProtocol;
  /** SAML: the XML text. OIDC and ID-WSF: the JSON, as text or parsed. */
  readonly metadata: unknown;
  /** Display names given beside the metadata; they go before those in it. */
  readonly name?: Names | undefined;
  /** Attributes and purposes; left out when no contract is known yet. */
  readonly contract?: readonly string[] | undefined;
  readonly settings?: ProviderSettings | undefined;
  readonly requiredLevel?: Level | undefined;
  readonly source?: MetadataSource | undefined;
}

/** What the linter has to know of another registration. */
export interface OtherRegistration {
  readonly id: string;
  readonly protocol: ProviderProtocol;
  readonly key: string;
  readonly name: string;
  /** Fingerprints of its keys, of every use. */
  readonly keys: readonly string[];
}

/** What a contract may list. */
export interface ContractTerms {
  /** Attribute -> the purposes it may be used for; without any where none has to be agreed. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** What may be registered of bodies that hold data. */
export interface BodyTerms {
  /** Attribute types that bodies are asked for. */
  readonly types: readonly string[];
  /** Bodies lie in the region's own network, so their addresses may be private ones. */
  readonly ownNetwork: boolean;
}

export interface CheckContext {
  /** ms since 1970. */
  readonly now: number;
  /** Trial: addresses over http are allowed. */
  readonly allowHttp: boolean;
  /** Everything else that is registered. */
  readonly others?: readonly OtherRegistration[] | undefined;
  /** Id of the registration that this one updates. */
  readonly replaces?: string | undefined;
  /** It updates whatever is registered under its identifier, if anything is. */
  readonly mayReplace?: boolean | undefined;
  /** The hub's own SAML entityID. */
  readonly hubEntityId?: string | undefined;
  readonly terms?: ContractTerms | undefined;
  readonly bodies?: BodyTerms | undefined;
}

/** What one protocol's half of the linter found, and what the common half goes on with. */
export interface ReadDraft {
  /** entityID, client_id or providerID. */
  readonly key?: string | undefined;
  readonly keys: readonly DraftKey[];
  readonly findings: readonly Finding[];
  /** It is one terminal at a counter. */
  readonly counter?: boolean | undefined;
}

export interface DraftKey {
  readonly fingerprint: string;
  readonly where: string;
  readonly use: 'signing' | 'encryption' | undefined;
}
