import { REMOVED } from '../../src-shared/secrets';

/** Tokens that services give a prefix, so that they are found wherever they are. */
const TOKENS = [
  // GitHub, GitLab, Slack
  'gh[opsur]_\\w{20,}',
  'github_pat_\\w{20,}',
  'gl(?:pat|p?tt|[rd]t|cbt|soat|imt|ft|agent)-[\\w-]{16,}',
  'xox[a-z][.-][\\w.-]{10,}',
  'xapp-\\d-[\\w-]{10,}',
  // Package registries
  'npm_\\w{30,}',
  'pypi-AgE[\\w-]{20,}',
  'rubygems_[0-9a-f]{40,}',
  'dckr_(?:pat|oat)_[\\w-]{20,}',
  'oy2[a-z0-9]{40,}',
  'AKC[pP]\\w{50,}',
  // Clouds
  '(?:AKIA|ASIA|AKSA|ABIA|ACCA)[0-9A-Z]{16}',
  'AIza[\\w-]{35}',
  'ya29\\.[\\w.-]{10,}',
  '1//0[\\w-]{20,}',
  'GOCSPX-[\\w-]{20,}',
  'do[oprt]_v1_[0-9a-f]{30,}',
  'dapi[0-9a-f]{32}',
  'hv[sbr]\\.[\\w-]{20,}',
  'atlasv1\\.[\\w-]{20,}',
  'tskey-[\\w-]{16,}',
  'dp\\.(?:pt|st|ct|sa)\\.[\\w.-]{20,}',
  'pul-[0-9a-f]{40}',
  // Models
  'hf_[A-Za-z0-9]{20,}',
  'api_org_[A-Za-z0-9]{20,}',
  'sk[_-](?:live|test|proj|ant|or|svcacct)[\\w-]{20,}',
  'sk-[A-Za-z0-9]{32,}',
  'gsk_[A-Za-z0-9]{30,}',
  'r8_[A-Za-z0-9]{30,}',
  // Payments, mail, monitoring, project tools
  'rk_(?:live|test)_\\w{16,}',
  'whsec_[\\w+/=]{20,}',
  'sq0(?:atp|csp)-[\\w-]{20,}',
  'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{30,}',
  'SG\\.[\\w-]{16,}\\.[\\w-]{16,}',
  'xkeysib-[\\w-]{40,}',
  'gl(?:sa|c)_\\w{30,}',
  'sntry[su]_[\\w+/=-]{30,}',
  'NR(?:AK|JS|II)-\\w{20,}',
  'PMAK-[\\w-]{30,}',
  'lin_api_\\w{30,}',
  'ntn_\\w{30,}',
  'figd_[\\w-]{30,}',
  'ATATT3x[\\w=-]{30,}',
  'sbp_[0-9a-f]{40}',
  // JSON Web Tokens, and those of 1Password
  '(?:ops_)?eyJ[\\w-]{8,}(?:\\.[\\w-]*){2,4}',
  'ops_eyJ[\\w-]{20,}',
].join('|');

const TOKEN = new RegExp(`(?<![A-Za-z0-9])(?:${TOKENS})`, 'g');

/** Text without tokens that have a known prefix. */
export const withoutTokens = (text: string): string => text.replace(TOKEN, REMOVED);
