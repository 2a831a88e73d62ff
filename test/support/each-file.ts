import { afterAll } from 'vitest';
import { runAfterFile } from './after-file';

// Vitest loads this file before each test file.
afterAll(runAfterFile);
