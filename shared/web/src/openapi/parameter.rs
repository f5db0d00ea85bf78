//! The parameters of operations: what each means, its form and its limits.

use serde_json::{Value, json};

use crate::cursor::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::openapi::schema::schema_reference;
use crate::queries::STATUS_FILTERS;
use crate::routes::{AssociationsRoute, ClaimsRoute, DirectoryRoute, RouteId};

/// The form of an id.
const ID: &str = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
/// The form of a claim's id.
const CLAIM: &str = "^[a-z2-7]{26}$";
/// The form of an association's id.
const ASSOCIATION: &str = "^[a-z2-7]{26}-[1-9][0-9]{0,2}$";

/// The form of the token of a link.
const TOKEN: &str = "^[A-Za-z0-9_-]{47,48}$";

/// The form of the token of a link to an overview.
const OVERVIEW_TOKEN: &str = "^[A-Za-z0-9_-]{63}$";

/// A parameter of the path. What is not of its form names nothing and is answered 404.
pub(super) fn path_parameter(path: &str, name: &str) -> Value {
    let (description, schema) = match name {
        "id" if path.contains("/associations/") => (
            "The association: the id of its claim, a hyphen and the number of the item.",
            json!({"type": "string", "pattern": ASSOCIATION, "example": "cbplyjelfz5a5xwmpnah5uzxk4-1"}),
        ),
        "id" if path.contains("/tenants/") => (
            "The tenant: a UUID, in any case and with or without hyphens.",
            json!({"type": "string", "format": "uuid", "example": "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01"}),
        ),
        "id" if path.contains("/partners/") => (
            "The partner, by its id.",
            json!({"type": "string", "pattern": ID, "example": "p-alpine"}),
        ),
        "id" if path.contains("/programs/") => (
            "The program, by its id.",
            json!({"type": "string", "pattern": ID, "example": "osu-m365"}),
        ),
        "id" if path.contains("/webhooks/") => (
            "The webhook, as its party names it.",
            json!({"type": "string", "pattern": ID, "example": "crm"}),
        ),
        "id" => (
            "The claim, by its id.",
            json!({"type": "string", "pattern": CLAIM, "example": "cbplyjelfz5a5xwmpnah5uzxk4"}),
        ),
        "eid" => (
            "The entry of evidence, as the claim's `evidence` has it.",
            json!({"type": "string", "pattern": "^e[1-9][0-9]*$", "example": "e1"}),
        ),
        "country" => (
            "A country of ISO 3166-1 by its two letters, in either case.",
            json!({"type": "string", "pattern": "^[A-Za-z]{2}$", "example": "CZ"}),
        ),
        "date" => (
            "The day, as `YYYY-MM-DD`.",
            json!({"type": "string", "format": "date", "example": "2026-12-30"}),
        ),
        "token" if path.starts_with("/c/") => (
            "What stands in the link of an overview behind `/c/`. It opens the overview of one tenant to one contact.",
            json!({"type": "string", "pattern": OVERVIEW_TOKEN,
                   "example": "AW88GlKdTkt6jCEKXn2bHAGq8k1nZ0pX7C3TmpOOJdQzX0Zr0aJxw3Yk4m8VtQe"}),
        ),
        "token" => (
            "What stands in the link of a notice behind `/d/`. It opens the page of one recipient of one claim.",
            json!({"type": "string", "pattern": TOKEN, "example": "ARBevCSLLnoO3sx7QH7TN1cAAQI7_CaVlO9kkijpp0urAPBC"}),
        ),
        _ => (
            "The authenticity code that a mail has; hyphens and case do not matter.",
            json!({"type": "string", "example": "7K2M9-QXP4T"}),
        ),
    };
    json!({"name": name, "in": "path", "required": true, "description": description, "schema": schema})
}

/// A parameter of the query. One that is unknown, given twice or not of its form is answered 400 with its name.
#[expect(clippy::too_many_lines, reason = "a row for each parameter")]
pub(super) fn query_parameter(route: RouteId, name: &str) -> Value {
    let (description, schema) = match name {
        "limit" => (
            "The most entries of a page.",
            json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": MAX_LIMIT,
                   "default": DEFAULT_LIMIT, "example": DEFAULT_LIMIT}),
        ),
        "cursor" => (
            "The `next_cursor` of the page before, of the same caller, path and filter; left out: the first page.",
            json!({"type": "string", "example": "q83vEjRWeJCrze8SNFZ4kHsicyI6IjE3In0"}),
        ),
        "after" => (
            "The `next_cursor` of the page before, of the same caller and `types`; left out: the oldest events first.",
            json!({"type": "string", "example": "q83vEjRWeJCrze8SNFZ4kHsicyI6IjE3In0"}),
        ),
        "types" => (
            "Only events of these types, with commas between; left out: of all.",
            json!({"type": "array", "minItems": 1, "uniqueItems": true, "example": ["window_opened", "window_closed"],
                   "items": schema_reference("EventType")}),
        ),
        "status" if route == RouteId::Associations(AssociationsRoute::List) => {
            ("Only associations of this status.", schema_reference("AssociationStatusView"))
        }
        "status" if route == RouteId::Directory(DirectoryRoute::Partners) => {
            ("Only partners of this status.", schema_reference("PartnerStatus"))
        }
        "status" if route == RouteId::Directory(DirectoryRoute::Tenants) => {
            ("Only tenants of this status.", schema_reference("TenantStatus"))
        }
        "status" if route == RouteId::Claims(ClaimsRoute::List) => (
            "Only claims in this status; given more than once: in any of these. `rejected:disputable` and `rejected:final` \
             are the rejected claims that can still be disputed, and the others. Drafts and discarded ones are found by \
             their partner alone.",
            json!({"type": "array", "minItems": 1, "uniqueItems": true, "example": ["action_required", "unreachable"],
                   "items": {"type": "string", "enum": STATUS_FILTERS}}),
        ),
        "status" => ("Only claims in this status.", schema_reference("ClaimStatus")),
        "turn" => (
            "`partner`: only claims that wait for their partner, as `turn.who` says. Staff name the partner.",
            json!({"type": "string", "enum": ["partner"], "example": "partner"}),
        ),
        "until_before" => (
            "Only claims whose `turn.until` is before this moment, in any offset; write `+` as `%2B`.",
            json!({"type": "string", "format": "date-time", "example": "2026-12-24T00:00:00Z"}),
        ),
        "external_ref" => (
            "Only claims with exactly this `external_ref`, 1–200 characters in any form of Unicode. Staff name the partner. \
             Claims with one reference are in no order of time.",
            json!({"type": "string", "minLength": 1, "maxLength": 200, "example": "CRM-1"}),
        ),
        "updated_since" => (
            "Only claims whose last event was at this moment or later, in any offset; write `+` as `%2B`.",
            json!({"type": "string", "format": "date-time", "example": "2026-12-22T14:00:00Z"}),
        ),
        "sort" => (
            "`created`: the newest first. `until`: what ends first comes first, with `turn=partner` alone, where it is the \
             default. Not with `external_ref`.",
            json!({"type": "string", "enum": ["created", "until"], "example": "until"}),
        ),
        "name" => (
            "What the name begins with, in either case; left out: any name.",
            json!({"type": "string", "minLength": 1, "maxLength": 200, "example": "Alpine"}),
        ),
        "domain" => (
            "Only the tenant that has this domain, in either spelling.",
            json!({"type": "string", "example": "contoso.example"}),
        ),
        "dry_run" => (
            "`true`: nothing is written, and the answer says what would follow.",
            json!({"type": "boolean", "default": false, "example": true}),
        ),
        "confirm" => (
            "What a dry run has as `confirm`: the number of claims that lose something for good, or of windows that become \
             longer. `If-Match` has to name the present entry then. A `+` behind the number may be written as `%2B`.",
            json!({"type": "string", "pattern": "^(0|[1-9][0-9]*)[+ ]?$", "example": "3"}),
        ),
        "tenant_id" => (
            "Only what is of this tenant, by its UUID.",
            json!({"type": "string", "format": "uuid", "example": "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01"}),
        ),
        "program" => (
            "Only what is of claims in this program, by its id.",
            json!({"type": "string", "pattern": ID, "example": "osu-m365"}),
        ),
        "partner_id" => (
            "Only what is of this partner. For staff alone: a partner, which sees its own, must leave it out.",
            json!({"type": "string", "pattern": ID, "example": "p-alpine"}),
        ),
        "state" => ("Only this queue; not with `needs`.", schema_reference("ReviewQueue")),
        "overdue" => (
            "`true`: only claims whose review deadline has passed. `false`: only the others.",
            json!({"type": "boolean", "example": true}),
        ),
        "assigned_to" => (
            "Only claims on which this member of the staff works; `none`: on which nobody does.",
            json!({"type": "string", "pattern": ID, "example": "reviewer-1"}),
        ),
        "needs" => (
            "What the claims need: `vouch` for those whose contact somebody has to vouch for.",
            json!({"type": "string", "enum": ["vouch"]}),
        ),
        "remarks_before" => (
            "The `remarks_next` of the answer before: the remarks are those of events before that version. Left out: the \
             newest.",
            json!({"type": "integer", "format": "int32", "minimum": 1, "example": 12}),
        ),
        "kind" => {
            ("Whether the item is a workload or a subscription.", schema_reference("ItemKind"))
        }
        "id" => (
            "The item of the tenant, by its id.",
            json!({"type": "string", "pattern": ID, "example": "teams"}),
        ),
        "from" => (
            "The first day, in the customer's zone; left out: 29 days before `to`, or the first day that can be read.",
            json!({"type": "string", "format": "date", "example": "2027-01-01"}),
        ),
        "to" => (
            "The last day, not before `from` and at most 399 days after it; left out: today.",
            json!({"type": "string", "format": "date", "example": "2027-01-30"}),
        ),
        "country" => (
            "The country whose calendar counts: two letters of ISO 3166-1, in either case.",
            json!({"type": "string", "pattern": "^[A-Za-z]{2}$", "example": "CZ"}),
        ),
        "subdivision" if route == RouteId::Directory(DirectoryRoute::DeleteDay) => (
            "The part of the country whose day it is, by its code of ISO 3166-2 with or without the country; left out: the \
             day is one of the whole country.",
            json!({"type": "string", "example": "CA"}),
        ),
        "subdivision" => (
            "A part of the country, by its code of ISO 3166-2 with or without the country; left out: a holiday of any part \
             counts.",
            json!({"type": "string", "example": "CA"}),
        ),
        "time_zone" => (
            "The zone in which days are counted, by its name in the tz database; left out: the zone of the country in which \
             the window ends last.",
            json!({"type": "string", "example": "Europe/Prague"}),
        ),
        "delivered_at" => (
            "The moment of the delivery, in any offset; write `+` as `%2B`.",
            json!({"type": "string", "format": "date-time", "example": "2026-12-22T14:00:00Z"}),
        ),
        "business_days" => (
            "How many business days the window has.",
            json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 30, "default": 5,
                   "example": 5}),
        ),
        _ => (
            "The language of the page, by its tag; left out or unknown: that of the notice.",
            json!({"type": "string", "example": "cs"}),
        ),
    };
    let is_required = matches!(name, "country" | "delivered_at" | "kind" | "id");
    let is_list = schema.get("type").is_some_and(|kind| kind == "array");
    let mut parameter = json!({"name": name, "in": "query", "required": is_required,
                               "description": description, "schema": schema});
    if let Some(members) = parameter.as_object_mut().filter(|_| is_list) {
        let explode = json!(name != "types");
        members.extend([("style".to_owned(), json!("form")), ("explode".to_owned(), explode)]);
    }
    parameter
}

/// A header of the request.
pub(super) fn header_parameter(name: &str, is_required: bool) -> Value {
    let (description, schema) = match name {
        "If-Match" => (
            "The version or revision that the caller has seen, as its `ETag` says it; a list of them, or `*` for any.",
            json!({"type": "string", "example": "\"7\""}),
        ),
        "If-None-Match" => (
            "The `ETag` that the caller has; a list of them, or `*` for any.",
            json!({"type": "string", "example": "\"7\""}),
        ),
        _ => (
            "A key of the caller's own for this request, 1–255 visible ASCII characters. The same key and body again do not \
             create twice.",
            json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$",
                   "example": "crm-1-contoso"}),
        ),
    };
    json!({"name": name, "in": "header", "required": is_required, "description": description,
           "schema": schema})
}
