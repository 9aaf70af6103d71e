/**
 * Storage: one contract for records (`Collection`) and one for append-only evidence (`Journal`), and the engines that
 * keep them. Owns durability, atomicity of single records, expiry and the hash chain. Does not know what the records
 * mean: folders hand in collection definitions and get collections back; the composition roots choose the engine.
 */
export * from './collection.ts';
export { type CopyOptions, type CopyReport, copyStore } from './copy.ts';
export { isUnfinishedCopy, putInService } from './copy-mark.ts';
export { openEmbeddedStorage } from './embedded.ts';
export { insertOnce } from './insert-once.ts';
export * from './journal.ts';
export { createMemoryStorage } from './memory.ts';
export { type MigrationPlan, migrateStore, planMigrations } from './migrate.ts';
export { openStorage, type StoragePlace } from './open.ts';
export { announcePresence, inUse, presentHubs } from './presence.ts';
export { openSealed, takeOver } from './sealed.ts';
