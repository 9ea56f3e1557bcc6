import { definition } from '../definition/built-saga.js';
import { isDefinitionError } from '../definition/problem.js';
import { parseDefinition } from './index.js';

const ORDER = {
  name: 'place-order',
  steps: [
    { name: 'reserve', participant: 'p', action: { path: '/a', body: "{% {'on': input.on} %}" }, compensation: 'none' },
    { name: 'cool-off', sleep: '24h' },
  ],
};

test('YAML, JSON and what a definition writes of itself are read alike', () => {
  const texts = [definition(ORDER).toYAML(), JSON.stringify(ORDER), JSON.stringify(ORDER, null, '\t')];
  for (const text of texts) expect(parseDefinition(text).toJSON()).toEqual(ORDER);
  expect(parseDefinition('name: a\nsteps: [&x { name: b, sleep: 1s }, { name: c, input: *x }]').toJSON()).toEqual({
    name: 'a',
    steps: [
      { name: 'b', sleep: '1s' },
      { name: 'c', input: { name: 'b', sleep: '1s' } },
    ],
  });
});

test.each<[text: string, line: number, pointer: string, detail: string]>([
  ['name: a\nsteps: [', 2, '', 'Flow sequence'],
  ['name: a\nname: b\nsteps: []', 2, '', 'unique'],
  ['name: a\nsteps:\n  - name: b\n   sleep: 1s', 4, '', 'Sequence item without'],
  ['{"name": "a",\n "steps": [}', 2, '', 'Flow sequence'],
  ['', 1, '', 'must be an object'],
  ['\n- a', 2, '', 'must be an object'],
  ['name: a', 1, '/steps', 'is missing'],
  ['description: x\nsteps: []\nname: 5', 3, '/name', 'must be a text'],
  ['name: a\nsteps:\n  - name: b\n  - sleep: 1s', 4, '/steps/1/name', 'must be a text'],
  ['name: a\nsteps:\n  - name: b\n    retry:\n      factor: .inf', 5, '/steps/0/retry/factor', 'no number'],
  ['name: a\nsteps: &x [*x, *x]', 2, '/steps/0', 'holds itself'],
  [`name: a\nsteps: []\na: &a [1]\nb: [${'*a, '.repeat(60)}]`, 1, '', "can't be read"],
])('%j is refused in line %i', (text, line, pointer, detail) => {
  const problems = problemsOf(text);
  expect(problems[0]).toEqual({ line, pointer, detail: expect.stringContaining(detail) as string });
});

test('the message tells the line', () => {
  expect(() => parseDefinition('name: a\nsteps: 5')).toThrow('line 2: /steps: must be a list');
});

function problemsOf(text: string): readonly unknown[] {
  try {
    parseDefinition(text);
  } catch (error) {
    if (isDefinitionError(error)) return error.problems;
    throw error;
  }
  return [];
}
