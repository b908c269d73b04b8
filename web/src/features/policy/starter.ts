/** For a project without a policy: every section once, in words, and nothing that decides before somebody wants it. */
export const STARTER = `version: 1

# What a run must not have found.
gate:
  - name: no new high
    match: severity:>=high
    only: new
    message: Mend it, or accept the risk with a reason.

# Days until a finding of a severity is to be closed.
sla:
  days: { critical: 7, high: 30, medium: 90 }

# Decisions about new and changed findings; the first rule that fits decides.
triage: []
# triage:
#   - name: tests are no product
#     match: path:test/ severity:<=low
#     set: { status: false-positive, reason: test-code, comment: Only the tests use it. }
#   - name: look again in a month
#     match: severity:info
#     set: { snoozeDays: 30 }

# Who gets them; the first rule that names an account decides, labels add up.
routing: []
# routing:
#   - name: the shop team
#     match: path:shop/
#     assign: ann
#     labels: [shop]

# Decisions for which somebody has to say why.
comments: []
# comments:
#   - name: what is bad and stays
#     severities: [critical, high]
#     statuses: [false-positive, risk-accepted]
`;
