import { softwareCardKeys } from '../../card-auth/card-keys.ts';
import { itIsACardKeyService } from './card-key-service-suite.ts';
import { itHasVersions } from './card-key-versions-suite.ts';

describe('the card key service', () => itIsACardKeyService(softwareCardKeys));
itHasVersions(softwareCardKeys, /^[A-Za-z0-9_-]{80}$/);
