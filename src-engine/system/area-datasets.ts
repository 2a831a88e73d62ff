/**
 * The ZFS datasets of build areas that are mounted only for a time: the data of a line, and views of checkpoints. An
 * extended regular expression that Perl and grep read alike.
 */
export const AREA_DATASETS = '/(build_data|[.]slipway-view-[^/]*)$';
