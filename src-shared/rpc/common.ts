import * as z from 'zod';

/** An absolute path on the computer that main runs on. */
export const path = z.string().min(1).max(4096);

/** A step's checkpoint name, as `-p` and `-r` take it. */
export const stepName = z.string().min(1).max(200);

/** A run's name: its journal's file name without the ending. */
export const runName = z.string().regex(/^run-[0-9-]{10,40}$/);
