// The message of a failed test, from Vitest's JSON report.

/**
 * A test's messages as one text. For a timeout Vitest's report (4.1) has only a placeholder and the place of the test
 * or hook, so the message is made here.
 */
export function failureMessage({ failureMessages, duration }) {
  return failureMessages
    .map((message) => {
      const hook = /^\s+at ((?:before|after)(?:Each|All)) /m.exec(message)?.[1];
      return message.replace(/^Error: STACK_TRACE_ERROR/, () =>
        [`timed out after ${((duration ?? 0) / 1000).toFixed(1)} s`, ...(hook ? [`(its ${hook})`] : [])].join(' '),
      );
    })
    .join('\n');
}
