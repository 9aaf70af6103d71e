import type { CoverageAnswer, SourceState } from '../../attribute-service/index.ts';

/** Coverages of nobody, for tests. */
export function coverageOf(
  change: Partial<CoverageAnswer['coverages'][number]> = {},
): CoverageAnswer['coverages'][number] {
  return {
    source: 'kokuho',
    insurerNumber: '370015',
    insurerName: '高松市国民健康保険',
    symbol: '香川1',
    number: '3000999',
    branch: '01',
    relation: 1,
    certificateClass: '01',
    name: '国分 大地',
    nameKana: 'コクブ ダイチ',
    sex: 1,
    birthDate: '1990-11-30',
    qualifiedOn: '2010-02-22',
    copay: '030',
    ...change,
  };
}

export const kokuho: Pick<SourceState, 'id' | 'name'> = { id: 'kokuho', name: { ja: '高松市国保', en: 'City NHI' } };
export const kyokai: Pick<SourceState, 'id' | 'name'> = {
  id: 'kyokai',
  name: { ja: '協会けんぽ', en: 'Kyokai Kenpo' },
};
