import * as z from 'zod';
import { bootEvent, mediaList, type BootEvent, type MediaList } from '../../src-shared/rpc/media';
import { readAnswer } from '../hosts/read-answer';

// What the engine's `--json` documents hold of finished files. Fields that the app does not know are left out.

const checksum = z.object({ sha256: z.string() });

/** What `media` lists. */
export const readMedia = (answer: unknown): MediaList => readAnswer(mediaList, answer);
/** What `media --checksum` found. */
export const readChecksum = (answer: unknown): z.output<typeof checksum> => readAnswer(checksum, answer);
/** A line of `boot-test`. */
export const readBootEvent = (answer: unknown): BootEvent => readAnswer(bootEvent, answer);
