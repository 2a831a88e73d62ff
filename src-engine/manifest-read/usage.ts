/** The usage text of `ManifestRead` (contract 5.3), for both clients. */
export const MANIFEST_READ_USAGE = `Usage:
    ManifestRead [-d] [-r] [-k] <socket> [<nodepath or key> ...]
    ManifestRead [-h|-?]
      -d  show the protocol's messages on standard output
      -h  show this text
      -k  requests are keys of key_value_pairs
      -r  print the request before each value
`;
