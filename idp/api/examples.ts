import type { BodyName } from './operation.ts';

const library = {
  protocol: 'oidc',
  client_id: 'library',
  name: { ja: '架空図書館', en: 'Example library' },
  attributes: ['displayName'],
  metadata: { redirect_uris: ['https://library.example/callback'], token_endpoint_auth_method: 'client_secret_basic' },
} as const;

/** Bodies that can be sent as they stand. */
export const bodyExamples: Readonly<Record<BodyName, object>> = {
  Check: { declarations: [library] },
  Declaration: library,
  StopCode: { code: '1234 5678 9012 3452' },
  Events: {
    events: [
      { id: '2026-000123', kind: 'move', resident: 'R-10293', at: '2026-11-20T00:00:00+09:00', leftArea: true },
      { id: '2026-000124', kind: 'death', resident: 'R-55012', at: '2026-11-21T00:00:00+09:00' },
    ],
  },
  Ruling: { outcome: 'approved', comment: '電話で鍵の指紋を確かめた' },
};

export const idExample = 'oidc:library';
export const tagExample = '"Zm9yLXRoZS1leGFtcGxl"';
export const keyExample = '"5f0c0a52-6f0e-4b7e-9d0d-2f5f3c1b7a10"';
