import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../saga/json.js';

@Entity({ schema: 'skald', name: 'definitions' })
export class DefinitionRecord {
  @PrimaryColumn({ type: 'text' })
  name: string;

  @PrimaryColumn({ type: 'int' })
  version: number;

  @Column({ type: 'text' })
  hash: string;

  @Column({ type: 'json' })
  source: JsonObject;

  @Column({ type: 'timestamptz', name: 'created_at', insert: false, update: false })
  createdAt: Date;
}

@Entity({ schema: 'skald', name: 'participants' })
export class ParticipantRecord {
  @PrimaryColumn({ type: 'text' })
  name: string;

  /** `null`: deleted; the row stays so that every process hears of it. */
  @Column({ type: 'json', nullable: true })
  spec: object | null;

  /** A bigint, so a string to the driver. */
  @Column({ type: 'bigint' })
  revision: string;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt: Date;
}

@Entity({ schema: 'skald', name: 'settings' })
export class SettingRecord {
  @PrimaryColumn({ type: 'text' })
  key: string;

  @Column({ type: 'text' })
  value: string;
}
