/** Metric groups and values of CVSS, after the specifications at https://www.first.org/cvss/ (v2.0 guide, v3.x and v4.0). */
export type CvssVersion = '2.0' | '3.0' | '3.1' | '4.0';
export type MetricGroup = 'base' | 'temporal' | 'threat' | 'environmental' | 'supplemental';

export interface Metric {
  key: string;
  name: string;
  group: MetricGroup;
  /** Value in the vector → its meaning in words. */
  values: Readonly<Record<string, string>>;
}

/** The value that means the same as leaving the metric out. */
export function notDefined(version: CvssVersion): string {
  return version === '2.0' ? 'ND' : 'X';
}

/** A complete base vector of the version, for messages. */
export const EXAMPLE_VECTORS: Readonly<Record<CvssVersion, string>> = {
  '2.0': 'AV:N/AC:L/Au:N/C:P/I:P/A:P',
  '3.0': 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  '3.1': 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  '4.0': 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
};

const NONE_LOW_HIGH = { N: 'none', L: 'low', H: 'high' };
const REACH = { N: 'network', A: 'adjacent network', L: 'local', P: 'physical' };
const REQUIREMENT = { L: 'low', M: 'medium', H: 'high' };
const LOW_HIGH = { L: 'low', H: 'high' };

const V2: readonly Metric[] = [
  metric('AV', 'access vector', 'base', { N: 'network', A: 'adjacent network', L: 'local' }),
  metric('AC', 'access complexity', 'base', { L: 'low', M: 'medium', H: 'high' }),
  metric('Au', 'authentication', 'base', { N: 'none', S: 'single', M: 'multiple' }),
  metric('C', 'confidentiality impact', 'base', { N: 'none', P: 'partial', C: 'complete' }),
  metric('I', 'integrity impact', 'base', { N: 'none', P: 'partial', C: 'complete' }),
  metric('A', 'availability impact', 'base', { N: 'none', P: 'partial', C: 'complete' }),
  metric('E', 'exploitability', 'temporal', {
    U: 'unproven',
    POC: 'proof of concept',
    F: 'functional',
    H: 'high',
  }),
  metric('RL', 'remediation level', 'temporal', {
    OF: 'official fix',
    TF: 'temporary fix',
    W: 'workaround',
    U: 'unavailable',
  }),
  metric('RC', 'report confidence', 'temporal', { UC: 'unconfirmed', UR: 'uncorroborated', C: 'confirmed' }),
  metric('CDP', 'collateral damage potential', 'environmental', {
    N: 'none',
    L: 'low',
    LM: 'low to medium',
    MH: 'medium to high',
    H: 'high',
  }),
  metric('TD', 'target distribution', 'environmental', { N: 'none', L: 'low', M: 'medium', H: 'high' }),
  metric('CR', 'confidentiality requirement', 'environmental', REQUIREMENT),
  metric('IR', 'integrity requirement', 'environmental', REQUIREMENT),
  metric('AR', 'availability requirement', 'environmental', REQUIREMENT),
];

const V3_BASE: readonly Metric[] = [
  metric('AV', 'attack vector', 'base', REACH),
  metric('AC', 'attack complexity', 'base', LOW_HIGH),
  metric('PR', 'privileges required', 'base', NONE_LOW_HIGH),
  metric('UI', 'user interaction', 'base', { N: 'none', R: 'required' }),
  metric('S', 'scope', 'base', { U: 'unchanged', C: 'changed' }),
  metric('C', 'confidentiality impact', 'base', NONE_LOW_HIGH),
  metric('I', 'integrity impact', 'base', NONE_LOW_HIGH),
  metric('A', 'availability impact', 'base', NONE_LOW_HIGH),
];

const V3: readonly Metric[] = [
  ...V3_BASE,
  metric('E', 'exploit code maturity', 'temporal', {
    U: 'unproven',
    P: 'proof of concept',
    F: 'functional',
    H: 'high',
  }),
  metric('RL', 'remediation level', 'temporal', {
    O: 'official fix',
    T: 'temporary fix',
    W: 'workaround',
    U: 'unavailable',
  }),
  metric('RC', 'report confidence', 'temporal', { U: 'unknown', R: 'reasonable', C: 'confirmed' }),
  metric('CR', 'confidentiality requirement', 'environmental', REQUIREMENT),
  metric('IR', 'integrity requirement', 'environmental', REQUIREMENT),
  metric('AR', 'availability requirement', 'environmental', REQUIREMENT),
  ...V3_BASE.map(modified),
];

const V4_BASE: readonly Metric[] = [
  metric('AV', 'attack vector', 'base', REACH),
  metric('AC', 'attack complexity', 'base', LOW_HIGH),
  metric('AT', 'attack requirements', 'base', { N: 'none', P: 'present' }),
  metric('PR', 'privileges required', 'base', NONE_LOW_HIGH),
  metric('UI', 'user interaction', 'base', { N: 'none', P: 'passive', A: 'active' }),
  metric('VC', 'confidentiality of the vulnerable system', 'base', NONE_LOW_HIGH),
  metric('VI', 'integrity of the vulnerable system', 'base', NONE_LOW_HIGH),
  metric('VA', 'availability of the vulnerable system', 'base', NONE_LOW_HIGH),
  metric('SC', 'confidentiality of subsequent systems', 'base', NONE_LOW_HIGH),
  metric('SI', 'integrity of subsequent systems', 'base', NONE_LOW_HIGH),
  metric('SA', 'availability of subsequent systems', 'base', NONE_LOW_HIGH),
];

const V4: readonly Metric[] = [
  ...V4_BASE,
  metric('E', 'exploit maturity', 'threat', { A: 'attacked', P: 'proof of concept', U: 'unreported' }),
  metric('CR', 'confidentiality requirement', 'environmental', REQUIREMENT),
  metric('IR', 'integrity requirement', 'environmental', REQUIREMENT),
  metric('AR', 'availability requirement', 'environmental', REQUIREMENT),
  ...V4_BASE.map(modified).map(withSafety),
  metric('S', 'safety', 'supplemental', { N: 'negligible', P: 'present' }),
  metric('AU', 'automatable', 'supplemental', { N: 'no', Y: 'yes' }),
  metric('R', 'recovery', 'supplemental', { A: 'automatic', U: 'by the user', I: 'irrecoverable' }),
  metric('V', 'value density', 'supplemental', { D: 'diffuse', C: 'concentrated' }),
  metric('RE', 'vulnerability response effort', 'supplemental', { L: 'low', M: 'moderate', H: 'high' }),
  metric('U', 'provider urgency', 'supplemental', {
    Clear: 'clear',
    Green: 'green',
    Amber: 'amber',
    Red: 'red',
  }),
];

/** Metrics in the order in which a normalised vector names them. */
export const METRICS: Readonly<Record<CvssVersion, readonly Metric[]>> = {
  '2.0': V2,
  '3.0': V3,
  '3.1': V3,
  '4.0': V4,
};

function metric(key: string, name: string, group: MetricGroup, values: Record<string, string>): Metric {
  return { key, name, group, values };
}

function modified(base: Metric): Metric {
  return { ...base, key: `M${base.key}`, name: `modified ${base.name}`, group: 'environmental' };
}

/** v4.0 §4.2: the modified integrity and availability of subsequent systems know a further value, safety. */
function withSafety(one: Metric): Metric {
  if (!/^MS[CIA]$/.test(one.key)) return one;
  const values: Record<string, string> = { ...one.values, N: 'negligible' };
  return { ...one, values: one.key === 'MSC' ? values : { ...values, S: 'safety' } };
}
