import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseCoverages } from '../../attribute-service/coverage-xml.ts';
import { parseDataQuery, parseDataResponse } from '../../attribute-service/dst.ts';
import { readXml } from '../../lib/xml/index.ts';
import { root } from '../root.ts';

describe('the guide for bodies that hold data', () => {
  for (const name of ['attributes.md', 'attributes.ja.md'])
    it(`shows in ${name} a query as the hub writes it and an answer as the hub reads it`, () => {
      const text = readFileSync(join(root, 'docs', name), 'utf8');
      const [query, answer] = [...text.matchAll(/```xml\n(.*?)```/gs)].map(([, xml = '']) => readXml(Buffer.from(xml)));
      if (!query || !answer) return expect.fail('two examples');
      expect(parseDataQuery(query).items.map(({ kind }) => kind)).to.deep.equal(['query']);
      const { status, data } = parseDataResponse(answer);
      const [item] = data.flatMap(({ content }) => content);
      expect(status.code).to.equal('OK');
      expect(item && parseCoverages(item).coverages).to.have.length(1);
    });
});
