/** What a check has found: whether it is as it should be, and what to do if not. Never holds a secret. */
export interface Finding {
  readonly check: string;
  readonly result: 'ok' | 'warn' | 'fail';
  /** One sentence. */
  readonly message: string;
}

export const ok = (check: string, message: string): Finding => ({ check, result: 'ok', message });
export const warn = (check: string, message: string): Finding => ({ check, result: 'warn', message });
export const fail = (check: string, message: string): Finding => ({ check, result: 'fail', message });

/** The words of an error, without credentials that a driver may have put into them. */
export function wordsOf(err: unknown): string {
  const { message = '', code, errors } = err as { message?: string; code?: string; errors?: readonly Error[] };
  const text = message || errors?.[0]?.message || (code ?? String(err));
  return text.replace(/:\/\/[^@\s]*@/g, '://(hidden)@');
}
