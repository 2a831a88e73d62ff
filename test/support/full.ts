/** Whether full counts run. `npm run test:full` sets the variable. */
export const isFull = process.env.SLIPWAY_FULL === '1';

/** The reason of a skip in `npm test`, or `undefined` in `npm run test:full`. */
export const onlyInFull = isFull ? undefined : 'runs in npm run test:full';
