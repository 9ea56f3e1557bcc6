import fc from 'fast-check';
import { define } from '../../test/saga/definitions.js';
import { Story } from '../../test/saga/story.js';
import { conditionOf } from './condition.js';
import type { Json } from './json.js';
import { compileTemplate } from './template-compiler.js';

/** Mostly of what counts as false, for that is what the rule is about. */
const { anyValue } = fc.letrec<{ anyValue: Json }>((tie) => ({
  anyValue: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, false, 0, '', {}, true, -1, 'false', { no: 0 }),
    fc.array(tie('anyValue'), { maxLength: 3 }),
  ),
}));

const deciding = (when: string, input: Json) => {
  const { definition, state } = new Story(define([{ name: 'gift', when: compileTemplate(when) }]), { input });
  return conditionOf(state, definition.steps[0]!);
};

describe('the condition of a step', () => {
  it('holds whenever JSONata would take its value for true', async () => {
    await fc.assert(
      fc.asyncProperty(anyValue, async (value) => {
        const input = { value };
        expect(await deciding('{% input.value %}', input)).toEqual(
          await deciding('{% $boolean(input.value) %}', input),
        );
      }),
    );
  });

  it('that can not be evaluated is data, like any mapping that fails', async () => {
    expect(await deciding("{% $number('seven') %}", null)).toMatchObject({
      type: 'mapping-failed',
      step: 'gift',
      operation: 'action',
      error: { code: 'mapping-error' },
    });
  });
});
