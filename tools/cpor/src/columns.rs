//! What is printed of the API's answers, and where it stands in them. A test holds each place against the contract.

/// A column, and where its value stands in an entry.
pub type Column = (&'static str, &'static str);

/// A name, and where the parts of its value stand in an answer.
pub type AnswerField = (&'static str, &'static [&'static str]);

/// A list of claims. `/items` is put together.
pub const CLAIM_LIST: [Column; 8] = [
    ("ID", "/id"),
    ("STATUS", "/status"),
    ("TURN", "/turn/who"),
    ("UNTIL", "/turn/until"),
    ("TENANT", "/tenant/name"),
    ("PROGRAM", "/program"),
    ("REF", "/external_ref"),
    ("ITEMS", "/items"),
];

/// What is shown of one claim.
pub const CLAIM_SHOWN: [AnswerField; 17] = [
    ("Claim", &["/id"]),
    ("Version", &["/version"]),
    ("Status", &["/status"]),
    ("Why", &["/explain/rule/says"]),
    ("Next", &["/explain/next"]),
    ("Program", &["/program"]),
    ("Partner", &["/partner/name"]),
    ("Tenant", &["/tenant/name", "/tenant/domain", "/tenant/id"]),
    ("Reference", &["/external_ref"]),
    ("Label", &["/label"]),
    (
        "Customer contact",
        &["/customer_contact/name", "/customer_contact/title", "/customer_contact/email"],
    ),
    (
        "Technical contact",
        &["/technical_contact/name", "/technical_contact/title", "/technical_contact/email"],
    ),
    ("Partner contact", &["/partner_contact/name", "/partner_contact/email"]),
    ("Submitted", &["/submitted_at"]),
    ("Window closes", &["/window/closes_at_local"]),
    ("Assigned to", &["/assigned_to"]),
    ("You can", &["/allowed_actions"]),
];

/// An item of a claim.
pub const ITEMS: [Column; 4] =
    [("NO", "/no"), ("KIND", "/kind"), ("ITEM", "/id"), ("STATUS", "/status")];

/// A reason of a claim.
pub const REASONS: [Column; 3] =
    [("REASON", "/code"), ("ITEM", "/item_no"), ("COMMENT", "/comment")];

/// A list of events.
pub const EVENT_LIST: [Column; 6] = [
    ("AT", "/at"),
    ("EVENT", "/type"),
    ("CLAIM", "/claim_id"),
    ("VERSION", "/version"),
    ("STATUS", "/status"),
    ("ITEMS", "/items"),
];

/// A list of programs.
pub const PROGRAM_LIST: [Column; 5] = [
    ("ID", "/id"),
    ("STATUS", "/status"),
    ("ITEMS", "/item_kind"),
    ("FAMILY", "/family"),
    ("NAME", "/name"),
];

/// What is shown of one program.
pub const PROGRAM_SHOWN: [AnswerField; 8] = [
    ("Program", &["/id"]),
    ("Name", &["/name"]),
    ("Status", &["/status"]),
    ("Family", &["/family"]),
    ("Items", &["/item_kind"]),
    ("Activities", &["/activities"]),
    ("Catalogue", &["/catalogue"]),
    ("Your locations", &["/enrolled_locations"]),
];

/// A file of claims. `/items` is put together.
pub const CLAIM_FILE: [Column; 22] = [
    ("id", "/id"),
    ("version", "/version"),
    ("status", "/status"),
    ("contested", "/contested"),
    ("external_ref", "/external_ref"),
    ("label", "/label"),
    ("program", "/program"),
    ("activity", "/activity"),
    ("location_id", "/location_id"),
    ("partner_id", "/partner/id"),
    ("partner_name", "/partner/name"),
    ("tenant_id", "/tenant/id"),
    ("tenant_domain", "/tenant/domain"),
    ("tenant_name", "/tenant/name"),
    ("items", "/items"),
    ("turn", "/turn/who"),
    ("turn_until", "/turn/until"),
    ("on_silence", "/turn/on_silence"),
    ("closes_at", "/window/closes_at"),
    ("created_at", "/created_at"),
    ("submitted_at", "/submitted_at"),
    ("priority_at", "/priority_at"),
];

/// What a line of usage has of its association.
pub const USAGE_OF_ASSOCIATION: [Column; 5] = [
    ("association_id", "/association_id"),
    ("tenant_id", "/tenant/id"),
    ("program", "/program"),
    ("item_kind", "/item/kind"),
    ("item_id", "/item/id"),
];

/// What a line of usage has of its day.
pub const USAGE_OF_DAY: [Column; 3] = [
    ("date", "/date"),
    ("active_users", "/active_users"),
    ("provisioned_seats", "/provisioned_seats"),
];
