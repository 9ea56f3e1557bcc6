export { parseDefinition } from './parse-definition.js';
