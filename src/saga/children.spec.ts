import { define } from '../../test/saga/definitions.js';
import { Story } from '../../test/saga/story.js';
import { stepError } from './step-error.js';

const parent = define([{ name: 'reserve' }, { name: 'deliver', saga: 'delivery' }, { name: 'bill' }]);
const chosen = { type: 'child-chosen', step: 'deliver', child: 'c1', definition: 'delivery', version: 3 } as const;
const prepared = { kind: 'prepared', output: { tracking: 7 } } as const;
const undone = { kind: 'compensated', message: 'no courier' } as const;
const error = stepError('invalid-input', 'it needs an address');
const refused = (child: string | null) => ({ type: 'child-refused', step: 'deliver', child, error }) as const;
const requested = () => new Story(parent).succeed('reserve').heed(chosen);

describe('a step that is a saga of its own', () => {
  it('has its child written down before it is started', () => {
    const saga = new Story(parent).succeed('reserve');
    expect(saga.todo()).toEqual(['choose-child deliver']);
    expect(saga.heed(chosen).todo()).toEqual(['watch-child deliver']);
  });

  it('keeps the first child when two drivers choose one each', () => {
    expect(
      requested()
        .heed({ ...chosen, child: 'c2' })
        .is('deliver').child!.id,
    ).toBe('c1');
  });

  it('is done when the child has done its steps', () => {
    const saga = requested().childEnds('deliver', prepared);
    expect(saga.is('deliver').output).toEqual({ tracking: 7 });
    expect(saga.todo()).toEqual(['call action bill #1']);
  });

  it('counts a child that was undone by itself as a no', () => {
    const saga = requested().childEnds('deliver', undone);
    expect(saga.state.reason).toMatchObject({ code: 'step-rejected' });
    expect(saga.todo()).toEqual(['call compensation reserve #1']);
  });

  it.each([
    ['chosen', new Story(parent).succeed('reserve'), null],
    ['started', requested(), 'c1'],
  ])('turns back when no child can be %s', (_, saga, child) => {
    expect(saga.heed(refused(child)).is('deliver')).toMatchObject({ status: 'rejected', error });
    expect(saga.succeed('reserve').status).toBe('compensated');
  });

  it('keeps its child when a second driver could choose none', () => {
    expect(requested().heed(refused(null)).facts).toEqual([]);
    expect(requested().cancel().heed(refused(null)).facts).toEqual([]);
  });
});

describe('turning back around a child', () => {
  it('undoes a child that is done as a whole, before the steps above it', () => {
    const saga = requested().childEnds('deliver', prepared).cancel().lost('bill', true);
    expect(saga.todo()).toEqual(['undo-child deliver']);
    expect(saga.childEnds('deliver', undone).todo()).toEqual(['call compensation reserve #1']);
  });

  it('undoes a child that is still running, and does not wait for its end', () => {
    const saga = requested().cancel();
    expect(saga.todo()).toEqual(['undo-child deliver']);
    expect(saga.childEnds('deliver', prepared).facts).toEqual([]);
    expect(saga.childEnds('deliver', undone).succeed('reserve').status).toBe('compensated');
  });

  it('has nothing to undo of a child that can not be started', () => {
    const saga = requested().cancel().heed(refused('c1'));
    expect(saga.is('deliver')).toMatchObject({ status: 'rejected', error });
    expect(saga.todo()).toEqual(['call compensation reserve #1']);
    expect(saga.succeed('reserve').status).toBe('compensated');
  });

  it('starts no child any more', () => {
    const saga = new Story(parent).succeed('reserve').cancel();
    expect(saga.is('deliver').status).toBe('skipped');
    expect(saga.heed(chosen).facts).toEqual([]);
  });

  it('is stuck when the child is past its own pivot', () => {
    const saga = requested().cancel().childEnds('deliver', { kind: 'not-undoable', message: 'it has shipped' });
    expect(saga.status).toBe('stuck');
    expect(saga.is('reserve').status).toBe('succeeded');
  });
});

describe('a child that is the pivot', () => {
  const pivotal = define([{ name: 'reserve' }, { name: 'deliver', saga: 'delivery', kind: 'pivot' }]);
  const running = () => new Story(pivotal).succeed('reserve').heed(chosen).cancel();

  it('is watched while its outcome decides which way the saga turns', () => {
    expect(running().todo()).toEqual(['watch-child deliver']);
    expect(running().childEnds('deliver', prepared).status).toBe('completed');
    expect(running().childEnds('deliver', undone).status).toBe('compensating');
  });

  it('starts no other child while it decides', () => {
    const branches = define([
      { name: 'ship', kind: 'pivot' },
      { name: 'deliver', saga: 'delivery', kind: 'retriable', after: [] },
    ]);
    const saga = new Story(branches).cancel();
    expect(saga.todo()).toEqual(['settle ship']);
    expect(saga.heed(chosen).facts).toEqual([]);
    expect(saga.succeed('ship').heed(chosen).todo()).toEqual(['watch-child deliver']);
  });

  it('is not waited for before it was chosen', () => {
    expect(new Story(pivotal).succeed('reserve').cancel().status).toBe('compensating');
  });
});

describe('a saga that is a child', () => {
  const child = () => new Story(define([{ name: 'pack' }]), { parent: { saga: 'p', step: 's', depth: 1, root: 'p' } });

  it('stays undoable when its steps are done, until its root has ended well', () => {
    const saga = child().succeed('pack');
    expect(saga.facts).toEqual(['step-succeeded', 'saga-prepared']);
    expect(saga.status).toBe('running');
    expect(saga.todo()).toEqual(['watch-parent']);
    expect(saga.heed({ type: 'parent-completed' }).status).toBe('completed');
  });

  it('is undone by its parent long after it was done, and tells so again when asked again', () => {
    const saga = child().succeed('pack').wait(3_600_000);
    saga.heed({ type: 'undo', message: 'the parent turned back' }).succeed('pack');
    expect(saga.status).toBe('compensated');
    expect(saga.heed({ type: 'undo', message: 'again' }).last).toEqual({ facts: [] });
  });

  it('refuses to be cancelled on its own once its steps are done', () => {
    expect(child().succeed('pack').cancel().last.refused).toMatchObject({ code: 'prepared-child' });
  });

  it('refuses to be undone when it is past its pivot', () => {
    const saga = new Story(define([{ name: 'ship', kind: 'pivot' }]), child().told[0] as never).succeed('ship');
    expect(saga.heed({ type: 'undo', message: 'x' }).last.refused).toMatchObject({ code: 'past-pivot' });
  });
});
