import { parseResilienceFile } from './resilience-file.js';

describe('reading the resilience file', () => {
  it('finds the participants, and says what has no effect yet', () => {
    const read = parseResilienceFile(`
participants:
  payment:
    endpoints: [{ url: "http://10.0.0.1:8081" }]
  inventory: { endpoints: ["http://10.0.0.2:8081"], timeout: { total: 2s } }
resilience: { circuit_breaker: { enabled: true } }
auto_heal: {}
`);
    expect(read).toMatchObject({
      participants: [
        { name: 'payment', timeout: { total: 5_000 } },
        { name: 'inventory', timeout: { total: 2_000 } },
      ],
      warnings: [{ pointer: '/auto_heal', detail: 'auto_heal is not yet applied', line: 7, column: 1 }],
    });
  });

  it.each(['', '# nothing yet\n', 'participants:\n', '{}'])('takes %j for an empty configuration', (text) => {
    expect(parseResilienceFile(text)).toEqual({ participants: [], defaults: null, warnings: [] });
  });

  it.each([
    ['a slip in a section', 'participant: {}', '/participant', 'did you mean participants?', 1, 1],
    ['an unknown section', 'a: 1\nkubernetes: {}', '/kubernetes', 'unknown section kubernetes', 2, 1],
    ['a list of participants', 'participants:\n  - payment', '/participants', 'by name', 1, 1],
    [
      'a participant without endpoints',
      'participants:\n  payment: {}',
      '/participants/payment/endpoints',
      'is missing',
      2,
      3,
    ],
    [
      'a slip in a policy',
      'participants:\n  payment:\n    endpoints: ["http://a.test"]\n    timeout:\n      totl: 1s',
      '/participants/payment/timeout/totl',
      'did you mean total?',
      5,
      7,
    ],
    [
      'a bad endpoint',
      'participants:\n  payment:\n    endpoints:\n      - http://a.test\n      - ftp://b.test',
      '/participants/payment/endpoints/1',
      'must begin with http',
      5,
      9,
    ],
    [
      'not a number',
      'participants: { p: { endpoints: ["http://a.test"], maxResponseBytes: .nan } }',
      '/participants/p/maxResponseBytes',
      'whole number',
      1,
      52,
    ],
    ['no object', '- 1', '', 'must be an object', 1, 1],
    ['broken YAML', 'participants:\n  payment: {', '', 'Flow map', 2, 13],
    ['the same name twice', 'participants: {}\nparticipants: {}', '', 'unique', 2, 1],
  ])('names the line and the column of %s', (_, text, pointer, detail, line, column) => {
    const read = parseResilienceFile(text);
    expect('problems' in read && read.problems.at(-1)).toEqual({
      pointer,
      detail: expect.stringContaining(detail) as string,
      line,
      column,
    });
  });

  it('does not unfold aliases without end', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe'].map((pair) => [pair[0], pair[1]])) {
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${of}`).join(',')}]`);
    }
    expect(parseResilienceFile(bomb.join('\n'))).toMatchObject({ problems: [{ pointer: '', line: 1 }] });
  });
});
