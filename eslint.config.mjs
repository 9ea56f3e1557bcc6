import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const node = {
  AbortController: 'readonly',
  AbortSignal: 'readonly',
  Buffer: 'readonly',
  URL: 'readonly',
  URLSearchParams: 'readonly',
  clearInterval: 'readonly',
  clearTimeout: 'readonly',
  console: 'readonly',
  fetch: 'readonly',
  performance: 'readonly',
  process: 'readonly',
  queueMicrotask: 'readonly',
  setImmediate: 'readonly',
  setInterval: 'readonly',
  setTimeout: 'readonly',
  structuredClone: 'readonly',
  TextDecoder: 'readonly',
  TextDecoderStream: 'readonly',
  TextEncoder: 'readonly',
};

/** Rules that need types find more, and take most of the time. */
export function configure({ withTypes }) {
  return tseslint.config(
    {
      ignores: [
        '**/node_modules/',
        '**/dist/',
        'coverage/',
        '.skald/',
        'bench/results/',
        'test/histories/',
        'docs/.sdk/',
      ],
    },
    js.configs.recommended,
    { languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: node } },
    {
      rules: {
        eqeqeq: ['error', 'always', { null: 'ignore' }],
        'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
        'no-console': 'error',
        'no-restricted-exports': [
          'error',
          { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } },
        ],
        'object-shorthand': 'error',
        'prefer-const': 'error',
      },
    },
    {
      files: ['**/*.ts'],
      extends: [withTypes ? tseslint.configs.strictTypeChecked : tseslint.configs.strict],
      languageOptions: withTypes
        ? { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } }
        : // Nest injects by the classes that decorators note, so those imports are more than types.
          { parserOptions: { emitDecoratorMetadata: true, experimentalDecorators: true } },
      rules: {
        '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
        '@typescript-eslint/explicit-module-boundary-types': 'error',
        '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
        // Nest's modules are classes without members.
        '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
        // An index that a loop or a match has just proved is asserted; `noUncheckedIndexedAccess` is the check.
        '@typescript-eslint/no-non-null-assertion': 'off',
        '@typescript-eslint/no-dynamic-delete': 'off',
        ...(withTypes
          ? {
              '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
              // A method may be async because its interface is, and `void` may stand where nobody looks at a value.
              '@typescript-eslint/require-await': 'off',
              '@typescript-eslint/no-confusing-void-expression': 'off',
              '@typescript-eslint/no-meaningless-void-operator': 'off',
              // DTO classes carry metadata only; what travels are plain objects of their shape.
              '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
              '@typescript-eslint/no-misused-spread': 'off',
            }
          : {}),
      },
    },
    {
      // Tests look into answers whose shape is what they check.
      files: ['test/**/*.ts', '**/*.spec.ts'],
      rules: Object.fromEntries(
        ['argument', 'assignment', 'call', 'member-access', 'return'].map((what) => [
          `@typescript-eslint/no-unsafe-${what}`,
          'off',
        ]),
      ),
    },
    {
      // Programs that talk to whoever started them, and files whose consumer wants a default export.
      files: ['**/*.mjs', '**/*.cjs'],
      rules: { 'no-console': 'off', 'no-restricted-exports': 'off' },
    },
    {
      files: ['**/*.cjs'],
      languageOptions: { sourceType: 'commonjs', globals: { module: 'writable', require: 'readonly' } },
    },
    {
      files: ['**/*.spec.mjs'],
      languageOptions: {
        globals: Object.fromEntries(
          ['afterAll', 'afterEach', 'beforeAll', 'beforeEach', 'describe', 'expect', 'it', 'test'].map((name) => [
            name,
            'readonly',
          ]),
        ),
      },
    },
    prettier,
  );
}

export default configure({ withTypes: true });
