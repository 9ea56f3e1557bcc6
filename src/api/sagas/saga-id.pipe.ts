import { Injectable, type PipeTransform } from '@nestjs/common';
import { Problem } from '../errors/problem.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A saga's id from the path, in its canonical form. */
@Injectable()
export class SagaId implements PipeTransform<string, string> {
  transform(id: string): string {
    if (!UUID.test(id))
      throw new Problem(404, 'unknown-saga', 'No such saga', `${JSON.stringify(id)} is not the id of a saga`);
    return id.toLowerCase();
  }
}
