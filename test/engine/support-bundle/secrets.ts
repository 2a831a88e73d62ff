/** No part of this may be left in any text of the tests. */
export const SECRET = /hunter|s3cr3t|c0rrect|h0rse|MIIE|QyNTUx/i;

/** The end of an access token. */
export const TOKEN = 's3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr3t';

/** The lines of a private key. */
export const PRIVATE_KEY = [
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  'QyNTUxOQAAACDm',
  'QyNTUxOQAAACDn==',
  '-----END OPENSSH PRIVATE KEY-----',
];
