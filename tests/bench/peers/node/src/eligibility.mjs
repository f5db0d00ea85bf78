// What a submit may be refused for: everything it looks at, and every problem at once.
import { missing } from "./body.mjs";
import * as days from "./days.mjs";
import { Problem } from "./problem.mjs";
import * as table from "./table.mjs";
import { body, getAll, query, records } from "./table.mjs";

const { OPERATOR_COUNTRY: COUNTRY, OPERATOR_TIME_ZONE: ZONE } = process.env;
const OPEN = new Set(
  "submitted in_review action_required disputed notifying unreachable awaiting_customer on_hold".split(" "),
);
const [PAGE, PAGES] = [100, 5];

if (COUNTRY !== days.COUNTRY) throw new Error(`there are no holidays of ${COUNTRY}`);

/** Reads what eligibility looks at, and refuses with every problem at once. */
export async function judge(claimId, partnerId, claim, malformed, at) {
  const tenantId = claim.tenant?.id;
  const [partner, { tenant, rules }, program] = await Promise.all([
    body(`PA#${partnerId}`),
    tenantId ? tenantOf(tenantId) : { rules: {} },
    claim.program && body(`PR#${claim.program}`),
  ]);
  const facts = { partner, tenant, program, rules };
  const countries = [COUNTRY, partner?.country, tenant?.country].filter(Boolean);
  const [calendar] = await Promise.all(countries.map((country) => body(`CA#${country}`)));
  const items = (claim.items ?? []).filter((item) => item?.kind && item.id);
  let [own, blocked, overQuota] = [];
  if (partner && tenant && program) {
    [own, blocked] = await Promise.all([
      ownClaim(claimId, partnerId, tenantId, program.family, items),
      isBlocked(partnerId, tenantId, program.family, items, rules, at),
    ]);
    overQuota = await waitForQuota(partner, at);
  }
  const lacking = missing(claim, program?.item_kind, malformed);
  const errors = [...malformed, ...lacking, ...problems(claim, facts, at)];
  if (errors.length > 0) {
    throw new Problem("invalid-fields", { errors: errors.sort(([one], [other]) => (one < other ? -1 : 1)) });
  }
  if (own) throw new Problem("duplicate-claim", { claim_id: own });
  if (blocked) throw new Problem("blocked-by-customer");
  if (overQuota) throw new Problem("quota-exceeded", overQuota);
  const added = new Set((calendar?.added ?? []).map((day) => day.date));
  return { facts, dueAt: days.deadline(at, program.policy.review_start_business_days, ZONE, added) };
}

/** A tenant with its customer's standing rules, which are stored apart from it. */
async function tenantOf(id) {
  const found = await getAll([`TN#${id}`, `RU#${id}`].map((pk) => ({ pk, sk: "A" })));
  const entry = (pk) => found.find((item) => item.pk === pk)?.b;
  return { tenant: entry(`TN#${id}`), rules: entry(`RU#${id}`) ?? {} };
}

/** An open or active claim of the same partner on one of the items: named by the index, each read strongly. */
async function ownClaim(claimId, partner, tenant, family, items) {
  const values = { ":p": tenant, ":s": `${partner}#` };
  const ids = [];
  let start;
  do {
    const options = { IndexName: "tenant", Limit: 1000, ExclusiveStartKey: start };
    const answer = await query("it = :p AND begins_with(iu, :s)", values, options);
    ids.push(...answer.Items.map((item) => item.pk.slice(2)));
    start = answer.LastEvaluatedKey;
  } while (start);
  const holds = (record) => {
    if ((record.fa ?? record.pr) !== family || !(OPEN.has(record.st) || record.st === "associated")) return false;
    const marks = table.marksOf(record);
    // Undecided or active: what was dropped, declined or ended may be claimed again.
    const held = table.itemsOf(record).filter((_, no) => [0, 5].includes(marks[no][0] >> 4));
    return items.some((item) => item.kind === record.ki && held.includes(item.id));
  };
  return (await records(ids.filter((id) => id !== claimId))).find(holds)?.pk.slice(2);
}

async function isBlocked(partner, tenant, family, items, rules, at) {
  const keys = items.map(({ kind, id }) => ({ pk: `L#${tenant}#${family}#${kind}#${id}`, sk: `B#${partner}` }));
  const blocks = await getAll(keys);
  const wished = (rules.blocks ?? []).some(
    (wish) =>
      wish.partner === partner &&
      items.some((item) => item.kind === wish.kind && item.id === wish.id) &&
      at < Date.parse(wish.until),
  );
  return rules.blocked_partners?.includes(partner) || blocks.some((block) => at < block.u) || wished;
}

/** Why one more claim does not fit, with the seconds to wait where waiting helps; nothing where it fits. */
async function waitForQuota(partner, at) {
  const today = days.localDate(at, partner.time_zone);
  const since = String(days.firstInstant(today, partner.time_zone)).padStart(13, "0");
  const options = { IndexName: "partner", Select: "COUNT", Limit: partner.daily_claim_quota + PAGE };
  const answer = await query("ip = :p AND ik >= :since", { ":p": partner.id, ":since": since }, options);
  if (answer.Count >= partner.daily_claim_quota) {
    const tomorrow = days.firstInstant(days.nextDay(today), partner.time_zone);
    return { retryAfter: Math.floor((tomorrow - at) / 1000) };
  }
  return (await hasOpen(partner.id, partner.open_claim_quota)) ? {} : undefined;
}

/** Whether the partner has that many open claims among its newest; a few pages tell. */
async function hasOpen(partner, quota) {
  let [open, start] = [0];
  for (let page = 0; page < PAGES; page++) {
    const options = { IndexName: "partner", ScanIndexForward: false, Limit: PAGE, ExclusiveStartKey: start };
    const answer = await query("ip = :p", { ":p": partner }, options);
    start = answer.LastEvaluatedKey;
    if (!start && open + answer.Items.length < quota) return false;
    const found = await records(answer.Items.map((item) => item.pk.slice(2)));
    open += found.filter((record) => OPEN.has(record.st)).length;
    if (open >= quota || !start) break;
  }
  return open >= quota;
}

/** What is there and not eligible, against the directory as it is now. */
function problems(claim, facts, at) {
  const { partner, tenant, program, rules } = facts;
  const errors = [];
  if (partner?.status !== "active") errors.push(["", "partner-suspended"]);
  const location = partner?.locations.find((own) => own.id === claim.location_id);
  if (claim.location_id && claim.program && !location?.programs.includes(claim.program)) {
    errors.push(["/location_id", "location-not-enrolled"]);
  }
  if (claim.program && !program) errors.push(["/program", "program-unknown"]);
  if (program?.status === "closed") errors.push(["/program", "program-closed"]);
  if (program && claim.activity && !program.activities.includes(claim.activity)) {
    errors.push(["/activity", "activity-not-allowed"]);
  }
  if (claim.tenant?.id && tenant?.status !== "active") {
    errors.push(["/tenant/id", "tenant-unknown"]);
  } else if (tenant && claim.tenant.domain && !tenant.domains.includes(claim.tenant.domain)) {
    errors.push(["/tenant/domain", "tenant-domain-mismatch"]);
  }
  errors.push(...itemProblems(claim.items ?? [], tenant, program));
  const email = claim.customer_contact?.email;
  if (email && tenant && !isReachable(email, tenant, rules)) {
    errors.push(["/customer_contact/email", "customer-unreachable"]);
  }
  return partner ? [...errors, ...evidenceProblems(claim.evidence ?? [], facts, at)] : errors;
}

function itemProblems(items, tenant, program) {
  const seen = new Set();
  const problem = ({ kind, id }) => {
    const found = tenant?.items.find((item) => item.kind === kind && item.id === id && item.state !== "ended");
    const listed = !program || program.catalogue.includes(kind === "workload" ? id : found?.product);
    if (seen.has(`${kind} ${id}`)) return ["", "duplicate"];
    seen.add(`${kind} ${id}`);
    if (program && program.item_kind !== kind) return ["/kind", "item-kind-wrong"];
    if (tenant && !found) return ["/id", "item-not-in-tenant"];
    return found && !(found.claimable && listed) ? ["/id", "item-not-claimable"] : undefined;
  };
  return items.flatMap((item, no) => {
    const [field, code] = (item?.kind && item.id && problem(item)) || [];
    return code ? [[`/items/${no}${field}`, code]] : [];
  });
}

/** Somebody must be there whose mail can open a window. */
function isReachable(email, tenant, rules) {
  const own = tenant.domains.includes(email.slice(email.lastIndexOf("@") + 1).toLowerCase());
  return own || tenant.contacts.some((contact) => contact.verified) || rules.contacts?.length > 0;
}

function evidenceProblems(evidence, { partner, program }, at) {
  const today = days.localDate(at, partner.time_zone);
  const oldest = days.monthsBefore(today, program?.policy.evidence_max_age_months ?? 12);
  const code = (on) => (on > today ? "evidence-rejected" : on < oldest ? "evidence-too-old" : undefined);
  const told = evidence.map((entry, no) => [`/evidence/${no}/acknowledged_on`, code(entry?.acknowledged_on)]);
  return told.filter(([, wrong]) => wrong);
}
