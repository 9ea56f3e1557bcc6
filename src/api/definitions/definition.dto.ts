/** A stored definition: the document as it was given, and what the server adds. */
export class DefinitionDto {
  name: string;
  /** 1, 2, 3 … A version never changes. */
  version: number;
  createdAt: string;
  /** Things that will not work yet, such as participants that are not known. */
  warnings?: WarningDto[];
  links: { self: string };
  [field: string]: unknown;
}

export class WarningDto {
  /** JSON pointer into the document. */
  pointer: string;
  detail: string;
}
