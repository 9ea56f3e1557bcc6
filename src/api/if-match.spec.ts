import { Problem } from './errors/problem.js';
import { ifMatch } from './if-match.js';

describe('If-Match', () => {
  it.each([
    ['nothing', undefined, true],
    ['*', '*', true],
    ['its number', '"17"', true],
    ['its number among others', '"3", "17"', true],
    ['another number', '"16"', false],
    ['a number that it begins with', '"1"', false],
    ['a weak tag', 'W/"17"', false],
    ['a tag of something else', '"v17"', false],
  ])('%s', (_, header, fits) => {
    expect(ifMatch(header)(17)).toBe(fits);
  });

  it.each(['17', '"17', '', '"17" "18"', '"17",', 'w/"17"'])('is no list of tags: %j', (header) => {
    expect(() => ifMatch(header)).toThrow(Problem);
  });
});
