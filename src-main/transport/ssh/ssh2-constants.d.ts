/** The algorithms of ssh2, by their names in SSH. The package has no types for this module. */
declare module 'ssh2/lib/protocol/constants.js' {
  type Names = readonly string[];
  const constants: {
    readonly DEFAULT_KEX: Names;
    readonly SUPPORTED_KEX: Names;
    readonly DEFAULT_SERVER_HOST_KEY: Names;
    readonly SUPPORTED_SERVER_HOST_KEY: Names;
    readonly DEFAULT_CIPHER: Names;
    readonly SUPPORTED_CIPHER: Names;
    readonly DEFAULT_MAC: Names;
    readonly SUPPORTED_MAC: Names;
  };
  export default constants;
}
