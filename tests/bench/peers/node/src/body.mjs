// The body of a new claim, read so that every error is found at once, each at its JSON Pointer.

const LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const DOMAIN = `${LABEL}(\\.${LABEL})+`;

/** The code of what is wrong with a value. */
class Wrong extends Error {}

const text = (pattern, { longest = 10_000, lower = false } = {}) => {
  const fits = new RegExp(`^(?:${pattern})$`);
  return (value) => {
    if (typeof value === "string" && [...value].length > longest) throw new Wrong("too-long");
    if (typeof value !== "string" || !fits.test(value)) throw new Wrong("malformed");
    return lower ? value.toLowerCase() : value;
  };
};

function date(value) {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== value) throw new Wrong("malformed");
  return value;
}

function noDraft(value) {
  // Drafts are another job than the one that is measured.
  if (value !== false) throw new Wrong("malformed");
  return value;
}

const id = text("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
const name = text("(?=.*\\S)[^\\x00-\\x1f\\x7f-\\x9f]+", { longest: 200 });
const email = text(`[!#-'*+\\-./0-9=?A-Z^-~]{1,64}@${DOMAIN}`, { longest: 254 });
const contact = { name, title: name, email };
const CLAIM = {
  program: id,
  activity: id,
  location_id: id,
  tenant: {
    id: text("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    domain: text(DOMAIN, { longest: 253, lower: true }),
  },
  items: [25, { kind: text("workload|subscription"), id }],
  customer_contact: contact,
  technical_contact: contact,
  partner_contact: { name, email },
  label: name,
  external_ref: name,
  evidence: [20, { name, sha256: text("[0-9A-Fa-f]{64}", { lower: true }), acknowledged_on: date }],
  draft: noDraft,
};

const escaped = (field) => field.replaceAll("~", "~0").replaceAll("/", "~1");

/** The value in its shape; errors where it is not of it. `null` counts as left out. */
function read(shape, value, at, errors, required = true) {
  if (Array.isArray(shape)) return list(shape, value, at, errors);
  if (typeof shape === "function") {
    try {
      return shape(value);
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      errors.push([at, error.message]);
      return undefined;
    }
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    errors.push([at, "malformed"]);
    return undefined;
  }
  const strange = Object.keys(value).filter((field) => !Object.hasOwn(shape, field));
  errors.push(...strange.map((field) => [`${at}/${escaped(field)}`, "unknown-field"]));
  const found = {};
  for (const [field, inner] of Object.entries(shape)) {
    const given = Object.hasOwn(value, field) ? value[field] : null;
    if (given !== null) found[field] = read(inner, given, `${at}/${field}`, errors);
    else if (required) errors.push([`${at}/${field}`, "required"]);
  }
  return found;
}

function list([longest, shape], value, at, errors) {
  if (!Array.isArray(value) || value.length > longest) {
    errors.push([at, Array.isArray(value) ? "too-long" : "malformed"]);
    return [];
  }
  return value.map((entry, no) => read(shape, entry, `${at}/${no}`, errors));
}

/** What of the body could be read, and everything that could not. */
export function readClaim(body) {
  const malformed = [];
  const claim = read(CLAIM, body, "", malformed, false) ?? {};
  return { claim, malformed };
}

/** What submit still lacks; a place that could not be read is not reported twice. */
export function missing(claim, kind, malformed) {
  const { program, activity, location_id, tenant, items, customer_contact, technical_contact, partner_contact } = claim;
  const there = {
    "/program": program,
    "/activity": activity,
    "/location_id": location_id,
    "/tenant/id": tenant?.id,
    "/tenant/domain": tenant?.domain,
    "/items": items?.length,
    "/customer_contact": customer_contact,
    "/technical_contact": kind !== "subscription" || technical_contact,
    "/partner_contact": partner_contact,
  };
  const known = malformed.map(([at]) => `${at}/`);
  const isKnown = (pointer) => known.some((at) => at.startsWith(`${pointer}/`) || `${pointer}/`.startsWith(at));
  const lacking = Object.entries(there).filter(([pointer, value]) => !value && !isKnown(pointer));
  return lacking.map(([pointer]) => [pointer, "required"]);
}
