// A new claim: as it is stored, and as its partner sees it.
import * as days from "./days.mjs";
import * as table from "./table.mjs";

const [SUBMITTED, PARTNER] = [2, 1];
const RULE = { section: "§3", name: "submit", says: "every guard of a submission held, so a reviewer is due" };

export function detailsOf(claim, { partner, tenant }) {
  const contact = (given) => given && { n: given.name, t: given.title, e: given.email };
  const evidence = (claim.evidence ?? []).map(({ name, sha256, acknowledged_on }, no) => ({
    i: `e${no + 1}`,
    n: name,
    h: sha256,
    a: acknowledged_on,
    s: "none",
  }));
  const fields = {
    p: partner.name,
    t: tenant.name,
    td: claim.tenant.domain,
    cc: contact(claim.customer_contact),
    tc: contact(claim.technical_contact),
    pc: contact(claim.partner_contact),
    l: claim.label,
    x: claim.external_ref,
    e: evidence.length > 0 ? evidence : undefined,
  };
  // What is absent is left out, of the digest too.
  return JSON.parse(JSON.stringify(fields));
}

export function recordOf(claimId, claim, { partner, tenant, program, rules }, details, at, dueAt, write) {
  const byTime = `${String(at).padStart(13, "0")}#${claimId}`;
  const { explicit_yes: explicit = "none" } = rules;
  return {
    pk: `C#${claimId}`,
    sk: "A",
    v: 1,
    st: "submitted",
    dh: table.detailsDigest(details.s, details.d),
    le: table.event(SUBMITTED, PARTNER, at, write),
    ip: partner.id,
    ik: byTime,
    it: tenant.id,
    iu: `${partner.id}#${byTime}`,
    iq: "submitted",
    iw: byTime,
    lo: claim.location_id,
    pr: program.id,
    pv: program.policy_version,
    fa: program.family === program.id ? undefined : program.family,
    ki: program.item_kind,
    ac: claim.activity,
    i: table.packItems(claim.items.map((item) => item.id)),
    du: dueAt,
    y: explicit === "all" || explicit.programs?.includes(program.id) ? true : undefined,
  };
}

/** The claim as its partner sees it. */
export async function viewOf(record, details) {
  const policy = await table.policyOf(record);
  const at = days.rfc3339(Number(record.ik.split("#")[0]));
  const dueAt = record.du === undefined ? null : days.rfc3339(record.du);
  const contact = (given) => (given ? { name: given.n, title: given.t, email: given.e } : null);
  const facts = {
    policy_version: record.pv,
    last_event_at: at,
    priority_at: at,
    review_start_business_days: policy.review_start_business_days,
    due_at: dueAt,
  };
  return {
    id: record.pk.slice(2),
    version: record.v,
    status: record.st,
    contested: record.co ?? false,
    program: record.pr,
    policy_version: record.pv,
    activity: record.ac,
    location_id: record.lo,
    partner: { id: record.ip, name: details.p },
    tenant: { id: record.it, domain: details.td, name: details.t },
    items: table.itemsOf(record).map((id, no) => ({ no: no + 1, kind: record.ki, id, status: "proposed" })),
    customer_contact: contact(details.cc),
    technical_contact: contact(details.tc),
    partner_contact: contact(details.pc),
    label: details.l ?? null,
    external_ref: details.x ?? null,
    evidence: (details.e ?? []).map(({ i, n, h, a, s }) => ({
      id: i,
      name: n,
      sha256: h,
      acknowledged_on: a,
      scan: s,
    })),
    created_at: at,
    submitted_at: at,
    priority_at: at,
    turn: { who: "operator", until: dueAt, on_silence: "nothing" },
    window: null,
    reasons: [],
    defence: null,
    last_event: { type: "submitted", at, actor: "partner" },
    explain: {
      rule: RULE,
      by_silence: false,
      facts: Object.entries(facts).map(([name, value]) => ({ name, value: String(value) })),
      next: `The operator's turn until ${dueAt}; silence changes nothing.`,
    },
  };
}
