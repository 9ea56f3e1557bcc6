import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { API_ROLES } from '../../config/api-key.js';
import { ApiModule } from '../api.module.js';
import { ACCESS } from './access.js';

type Controller = new (...parts: never[]) => object;

const handlers = (ApiModule.register('all').controllers as Controller[]).flatMap((controller) =>
  Object.entries(Object.getOwnPropertyDescriptors(controller.prototype))
    .filter(([, { value }]) => typeof value === 'function' && Reflect.hasMetadata(METHOD_METADATA, value as object))
    .map(([name, { value }]) => ({ name: `${controller.name}.${name}`, controller, handler: value as object })),
);

describe('access rules', () => {
  it.each(handlers)('say who may call $name', ({ controller, handler }) => {
    const rule: unknown = Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, controller);
    expect(['public', ...API_ROLES]).toContain(rule);
  });

  it('are looked at for every handler there is', () => {
    expect(handlers.length).toBeGreaterThan(20);
  });
});
