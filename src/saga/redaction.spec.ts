import { parsed } from '../../test/saga/documents.js';
import { failed, rejected, Story, succeeded } from '../../test/saga/story.js';
import { attentionOf } from './attention.js';
import { Redaction, redactedFacts, redactedText } from './redaction.js';
import { stepError } from './step-error.js';
import { REDACTED } from './sensitive-pointers.js';

const CARD = '4111-1111-1111-1111';
const TOKEN = 'tok_Zx81-secret';
const input = { card: CARD, customer: { email: 'anna@example.org', name: 'Anna' }, guests: [{ passport: 'P1234567' }] };

const call = (name: string, more: object = {}) => ({
  ...{ name, participant: name, action: { path: '/a' }, compensation: { path: '/c' } },
  ...more,
});
const marked = parsed({
  name: 'place-order',
  sensitive: ['/card', '/customer/email', '/guests/*/passport'],
  steps: [call('pay', { sensitive: ['/token'] }), { name: 'wait', signal: 'go', sensitive: ['/pin'] }, call('ship')],
});
const lived = () =>
  new Story(marked, { input, businessKey: `order of ${CARD}`, tags: { mail: 'anna@example.org' } })
    .reply('pay', failed('none'))
    .wait(60_000)
    .reply('pay', succeeded({ token: TOKEN, echo: `paid with ${CARD}`, fee: 3 }))
    .heed({ type: 'signal', signal: 'go', payload: { pin: 'PIN-9021', by: 'Anna' } });

describe('what a definition marks as sensitive', () => {
  it('is blanked where the marks point, for input, outputs and signals', () => {
    const story = lived();
    const redaction = Redaction.of(story.state)!;
    expect(redaction.input(input)).toEqual({
      card: REDACTED,
      customer: { email: REDACTED, name: 'Anna' },
      guests: [{ passport: REDACTED }],
    });
    expect(redaction.stepOutput('pay', story.is('pay').output)).toMatchObject({ token: REDACTED, fee: 3 });
    expect(redaction.stepOutput('wait', story.is('wait').output)).toEqual({ pin: REDACTED, by: 'Anna' });
  });

  it('is blanked too where it turns up without a mark', () => {
    const redaction = Redaction.of(lived().state)!;
    expect(redaction.stepOutput('ship', { label: `for ${CARD}`, [TOKEN]: 1 })).toEqual({
      label: `for ${REDACTED}`,
      [REDACTED]: 1,
    });
    expect(redaction.output({ receipt: TOKEN.toUpperCase() })).toEqual({ receipt: REDACTED });
  });

  it('is in none of the facts that everybody may see, and nothing else of them is lost', () => {
    const { state, told } = lived();
    const shown = redactedFacts(state, told);
    const text = JSON.stringify(shown);
    for (const secret of [CARD, TOKEN, 'anna@example.org', 'P1234567', 'PIN-9021']) expect(text).not.toContain(secret);
    expect(shown.map(({ type }) => type)).toEqual(told.map(({ type }) => type));
    expect(text).toContain('Anna');
  });

  it('is not even recorded in messages, and the fingerprint of an error knows nothing of it', () => {
    const say = (text: string) =>
      new Story(marked, { input: { ...input, card: text } }).reply('pay', {
        kind: 'rejected',
        error: stepError('http-402', `card ${text} is stolen`),
        call: { endpoint: 'http://pay', status: 402, ms: 3, excerpt: `{"card":"${text}"}` },
      });
    const [one, other] = [say(CARD), say('5500-0000-0000-0004')];
    expect(one.told.at(-3)).toMatchObject({
      error: { message: `card ${REDACTED} is stolen` },
      call: { excerpt: `{"card":"${REDACTED}"}` },
    });
    expect(JSON.stringify(one.told.slice(1))).not.toContain(CARD);
    expect(one.is('pay').error!.fingerprint).toBe(other.is('pay').error!.fingerprint);
  });

  it('is kept out of reasons that people and participants give', () => {
    const refused = { status: 'rejected', reason: `no: ${CARD}` } as const;
    const story = new Story(marked, { input }).callback('pay', refused);
    expect(story.state.reason!.message).toBe(`pay: no: ${REDACTED}`);
    const cancelled = new Story(marked, { input }).heed({
      type: 'order',
      order: { verb: 'cancel' },
      reason: `${CARD} was stolen`,
    });
    expect(JSON.stringify(cancelled.told.slice(1))).not.toContain(CARD);
    expect(redactedText(story.state, `why ${CARD}?`)).toBe(`why ${REDACTED}?`);
  });

  it('does not call for attention by its value', () => {
    const story = lived().reply('ship', { ...failed('none'), error: stepError('http-500', TOKEN) } as never);
    expect(attentionOf(story.state)).toMatchObject({ step: 'ship', message: REDACTED });
  });

  it('goes on to the participants as it is', () => {
    const { state } = lived();
    expect(state.input).toEqual(input);
    expect(state.steps[0]!.output).toMatchObject({ token: TOKEN });
  });

  it('may be said as a part of the saga: /input and /output', () => {
    const definition = parsed({ name: 's', sensitive: ['/input/card', '/output/total'], steps: [call('a')] });
    const redaction = Redaction.of(new Story(definition, { input }).state)!;
    expect(redaction.input(input)).toMatchObject({ card: REDACTED });
    expect(redaction.output({ total: 17, sum: `${CARD}!` })).toEqual({ total: REDACTED, sum: `${REDACTED}!` });
  });

  it('is everything, where the mark is the whole', () => {
    const definition = parsed({ name: 's', sensitive: [''], steps: [call('a')] });
    expect(Redaction.of(new Story(definition, { input }).state)!.input(input)).toBe(REDACTED);
  });

  it('is nothing without a mark: then nothing changes', () => {
    const plain = parsed({ name: 's', steps: [call('a'), call('b')] });
    const { state, told } = new Story(plain, { input }).succeed('a').reply('b', rejected);
    expect(Redaction.of(state)).toBeNull();
    expect(redactedFacts(state, told)).toBe(told);
  });
});
