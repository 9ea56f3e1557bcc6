/** What JSON can say. Bodies, inputs and outputs are of this kind. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
