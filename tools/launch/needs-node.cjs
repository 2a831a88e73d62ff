// Loaded first by `npm start` and the like, and written in the JavaScript of old: a Node that is too old must say so, not stumble over syntax.
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
