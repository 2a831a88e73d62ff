// Loaded first by `npm start` and the other commands. Uses only old JavaScript, so that an old Node prints this message
// and not a syntax error.
'use strict';
var OLDEST = 20;
if (Number(process.versions.node.split('.')[0]) < OLDEST) {
  process.stderr.write(
    'Slipway needs Node ' +
      OLDEST +
      ' or later; this is ' +
      process.version +
      '. Install a newer one (https://nodejs.org), or the Debian package of the designer, which brings its own.\n',
  );
  process.exit(1);
}
