import 'reflect-metadata';
import { IsInt, IsOptional, IsString } from 'class-validator';
import type { Json } from '../saga/json.js';
import { check } from './body.pipe.js';
import { AnyJson } from './docs/described.js';

class Order {
  @IsString({ message: 'must be a text' })
  name: string;

  @IsOptional()
  @IsInt({ message: 'must be a whole number' })
  version?: number;

  @AnyJson('anything', false)
  @IsOptional()
  output?: Json;
}

const problems = (value: unknown) => {
  const checked = check(Order, value);
  return 'problems' in checked ? checked.problems.map(({ pointer }) => pointer) : checked.value;
};

describe('a body that is checked', () => {
  it('may say null for what it could have left out, and then it is left out', () => {
    expect(problems({ name: 'a', version: null })).toEqual({ name: 'a', version: undefined, output: undefined });
  });

  it('keeps null where any JSON is taken', () => {
    expect(problems({ name: 'a', output: null })).toMatchObject({ output: null });
  });

  it('may say null neither for what it has to say, nor for a field that there is not', () => {
    expect(problems({ name: null })).toEqual(['/name']);
    expect(problems({ name: 'a', versoin: null })).toEqual(['/versoin']);
    expect(problems({ name: 'a', constructor: null })).toEqual(['/constructor']);
  });
});
