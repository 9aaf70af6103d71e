import { randomText } from '../../lib/random.ts';
import { type RasterType, readRaster } from '../../lib/raster.ts';
import type { Seal } from '../../lib/seal.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../../storage/index.ts';
import { OfficeError } from './errors.ts';

/** Picture of a document that shows who somebody is, on the back of form 1 (R106): sealed, and gone after its time. */
export interface EvidencePicture extends StoredRecord {
  readonly application: string;
  readonly type: RasterType;
  /** Under the seal of evidence and the ids of application and picture. */
  readonly sealed: string;
  readonly addedBy: string;
  readonly at: number;
  /** ms since 1970; set by the decision. From then on nobody opens it, and the next daily round deletes it. */
  readonly deleteAt?: number | undefined;
}

export const evidenceCollection: CollectionDefinition = { name: 'card-evidence', indexes: [['application']] };
export const evidenceLimits = { bytes: 2 * 1024 * 1024, side: 4096, pictures: 6 } as const;

/** What a page lists: everything but the picture. */
export type ListedPicture = Omit<EvidencePicture, 'sealed'>;

export interface EvidenceOptions {
  readonly pictures: Collection<EvidencePicture>;
  readonly seal: Seal;
  readonly now: () => number;
}

export function createEvidence({ pictures, seal, now }: EvidenceOptions) {
  const contextOf = ({ application, id }: Pick<EvidencePicture, 'application' | 'id'>) => `${application}:${id}`;
  const isOver = ({ deleteAt = Number.POSITIVE_INFINITY }: EvidencePicture) => deleteAt <= now();

  /** Takes an upload, reduced to what is drawn: what a camera writes beside it, places among it, is not kept. */
  async function add(application: string, file: Uint8Array, addedBy: string): Promise<string> {
    if (file.length > evidenceLimits.bytes) throw tooLarge(`a picture of ${file.length} bytes`);
    const raster = readRaster(file);
    if (!raster) throw new OfficeError('EVIDENCE_REFUSED', 'no PNG, JPEG or WebP, or more than that');
    const { type, width, height, bytes } = raster;
    // A few bytes can say that they are a picture of any size: it is never opened here, and no larger one is passed on.
    if (Math.max(width, height) > evidenceLimits.side) throw tooLarge(`a picture of ${width} x ${height}`);
    if ((await list(application)).length >= evidenceLimits.pictures) throw tooLarge('more pictures than one may have');
    const id = randomText(16, 'hex');
    const sealed = seal.seal(bytes, contextOf({ application, id }));
    await pictures.insert({ id, application, type, sealed, addedBy, at: now() });
    return id;
  }

  async function list(application: string): Promise<readonly ListedPicture[]> {
    const { records } = await pictures.find({ where: { application }, limit: 100 });
    return records.filter((picture) => !isOver(picture)).map(({ sealed: _sealed, ...listed }) => listed);
  }

  /** Of this application only: an id alone opens nothing. */
  async function open(application: string, id: string): Promise<{ type: RasterType; bytes: Buffer } | undefined> {
    const picture = await pictures.get(id);
    if (!picture || picture.application !== application || isOver(picture)) return undefined;
    return { type: picture.type, bytes: seal.open(picture.sealed, contextOf(picture)) };
  }

  /** The decision was made: the time runs. The first word counts, so that a repeat does not prolong it. */
  async function schedule(application: string, deleteAt: number): Promise<void> {
    for (const { id } of (await pictures.find({ where: { application }, limit: 100 })).records)
      await pictures.update(id, (current) => ({ ...current, deleteAt: current.deleteAt ?? deleteAt }));
  }

  /** Deletes what is over; asks before each page whether it still may. Returns how many. */
  async function sweep(mayGoOn: () => Promise<boolean>): Promise<number> {
    let [deleted, after]: [number, string | undefined] = [0, undefined];
    do {
      if (!(await mayGoOn())) return deleted;
      const page = await pictures.find({ limit: 100, ...(after ? { after } : {}) });
      for (const picture of page.records) if (isOver(picture) && (await pictures.take(picture.id))) deleted += 1;
      after = page.next;
    } while (after);
    return deleted;
  }

  return { add, list, open, schedule, sweep };
}

export type Evidence = ReturnType<typeof createEvidence>;

const tooLarge = (what: string) => new OfficeError('EVIDENCE_TOO_LARGE', what);
