/**
 * The hub: HTTP, sessions, the sign-in flow and the endpoints of both protocols; the composition root. Owns the one SSO
 * session that SAML and OIDC share, interactions, guards and audit. Protocol rules live in `federation`, the credential
 * in `card-auth`, release decisions in `attribute-service`; this folder wires them and turns outcomes into HTTP.
 */
export { type Administrators, openAdministrators } from './admin/administrators.ts';
export { type Cases, openCases } from './admin/cases.ts';
export { proposed } from './admin/draft.ts';
export { readCode as readTraceCode } from './admin/explain-routes.tsx';
export { isRole, roles } from './admin/roles.ts';
export { openCardOfficeBeside, openKeyCompromise } from './card/office.ts';
export { importToToken, lookAtToken, makeInToken, type TokenKeyState } from './card-key-ceremony.ts';
export { cardKeyServiceOn } from './card-key-service.ts';
export { openCardKeys, openStationKey } from './card-keys.ts';
export { openDataFolder, secretFile, storeFile } from './data-folder.ts';
export { openFederation, openGround, storePlaceOf } from './ground.ts';
export { cardKeyPlaceOf, startKeyService } from './key-service.ts';
export { serveKeysOnSocket } from './key-service-socket.ts';
export { startHub } from './main.ts';
export { openEventFeedBeside } from './office/event-feed.ts';
export { openApplicationImport } from './office/import-beside.ts';
export { programmeOf } from './programme.ts';
export {
  auditMove,
  type KeyUseName,
  keyUseNames,
  openCardKeyRotation,
  type RotatingKey,
  rotatingKeys,
} from './rotating-keys.ts';
export { bodyTermsOf, settledBodies } from './sources.ts';
export { explain as explainTrace, isOwnPage } from './traces/explanation.ts';
export { openTraces } from './traces/open.ts';
export { stepLine } from './traces/step-words.ts';
export { isTraceCode } from './traces/trace.ts';
