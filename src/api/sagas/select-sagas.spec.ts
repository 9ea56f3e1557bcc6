import { Problem } from '../errors/problem.js';
import { selectionIn } from './select-sagas.dto.js';

function problemsIn(document: unknown): unknown {
  try {
    selectionIn(document);
  } catch (err) {
    if (err instanceof Problem) return err.more;
    throw err;
  }
  return undefined;
}

describe('a filter of sagas in a JSON body', () => {
  it('means what the same filter means in a query', () => {
    const filter = {
      status: ['stuck', 'running'],
      definition: 'place-order',
      version: 3,
      tags: { tier: 'gold', 'a.b': 'x' },
      error: 'abc',
      retrying: true,
      paused: false,
      troubleBefore: '2026-11-23T12:00:00Z',
      startedAfter: '2026-11-22T00:00:00Z',
    };
    expect(selectionIn(filter)).toEqual({
      ...filter,
      troubleBefore: Date.parse(filter.troubleBefore),
      startedAfter: Date.parse(filter.startedAfter),
    });
  });

  it('may be written with the texts of a query, as a command line does', () => {
    expect(selectionIn({ status: 'stuck', version: '3', retrying: 'true', 'tag.tier': 'gold' })).toEqual({
      status: ['stuck'],
      version: 3,
      retrying: true,
      tags: { tier: 'gold' },
    });
  });

  it('fits every saga when it is empty', () => {
    expect(selectionIn({})).toEqual({});
  });

  it.each([
    [{ status: 'broken' }, '/filter/status'],
    [{ status: [1] }, '/filter/status'],
    [{ colour: 'red' }, '/filter/colour'],
    [{ limit: 10 }, '/filter/limit'],
    [{ version: 0 }, '/filter/version'],
    [{ step: ['a', 'b'] }, '/filter/step'],
    [{ tags: { 'a/b': 1 } }, '/filter/tags/a~1b'],
    [{ tags: 'gold' }, '/filter/tags'],
    [{ step: {} }, '/filter/step'],
    [{ startedAfter: 'yesterday' }, '/filter/startedAfter'],
    [[], '/filter'],
    [null, '/filter'],
  ])('names what is wrong in %j', (filter, pointer) => {
    expect(problemsIn(filter)).toMatchObject({ errors: [{ pointer }] });
  });
});
