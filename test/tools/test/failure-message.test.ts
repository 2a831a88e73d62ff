import { expect, it } from 'vitest';
// @ts-expect-error -- plain Node, part of the tests' runner
import { failureMessage } from '../../../tools/test/failure-message.mjs';

const messageOf = failureMessage as (test: { failureMessages: string[]; duration: number }) => string;

const PLACE = '\n    at /check/test/a.test.ts:2:1';
const HOOK = '\n    at beforeEach (file:///check/node_modules/@vitest/runner/dist/chunk-artifact.js:719:26)';

it.each([
  ['of a test that timed out has the time', [`Error: STACK_TRACE_ERROR${PLACE}`], `timed out after 120.0 s${PLACE}`],
  [
    'of a hook that timed out has the time and the hook',
    [`Error: STACK_TRACE_ERROR${HOOK}${PLACE}`],
    `timed out after 120.0 s (its beforeEach)${HOOK}${PLACE}`,
  ],
  ['of another failure is unchanged', ['AssertionError: a', 'Error: b'], 'AssertionError: a\nError: b'],
])('the message %s', (_, failureMessages, text) => {
  expect(messageOf({ failureMessages, duration: 120_004 })).toBe(text);
});
