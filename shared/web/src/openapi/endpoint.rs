//! What is said of a route beyond its row in the table: what it takes, what it answers, what it does, and the problems
//! that do not follow from that.

use utoipa::openapi::path::HttpMethod;

use crate::openapi::shape::{
    AnswerShape, BodyShape, Endpoint, command_endpoint, read_endpoint, write_endpoint,
};
use crate::problem_code::ProblemCode;
use crate::queries;
use crate::routes::{
    AssociationsRoute, ClaimsRoute, CustomerRoute, DecisionRoute, DirectoryRoute, EvidenceRoute,
    OverviewRoute, ReviewRoute, RouteId, WebhooksRoute,
};

const LIST: [&str; 2] = ["limit", "cursor"];
/// The parameter by which a write only tells what it would do.
pub(super) const DRY_RUN: &str = "dry_run";

/// What is said of a route, for one of its methods.
pub(super) fn describe_endpoint(id: RouteId, method: &HttpMethod) -> Endpoint {
    match id {
        RouteId::Claims(route) => claims_endpoint(route),
        RouteId::Evidence(route) => evidence_endpoint(route),
        RouteId::Review(route) => review_endpoint(route),
        RouteId::Decision(route) => decision_endpoint(route, method),
        RouteId::Overview(route) => overview_endpoint(route, method),
        RouteId::Customer(route) => customer_endpoint(route),
        RouteId::Associations(route) => associations_endpoint(route),
        RouteId::Directory(route) => directory_endpoint(route),
        RouteId::Webhooks(route) => webhooks_endpoint(route),
    }
}

const fn list_endpoint(
    summary: &'static str,
    description: &'static str,
    entry: &'static str,
) -> Endpoint {
    Endpoint { query: &LIST, ..read_endpoint(summary, description, AnswerShape::List(entry)) }
}

/// A write of an entry of the directory that is always there.
const fn write_entry(
    summary: &'static str,
    description: &'static str,
    body: &'static str,
    answer: &'static str,
) -> Endpoint {
    Endpoint {
        query: &[DRY_RUN],
        optional_headers: &["If-Match"],
        ..write_endpoint(summary, description, BodyShape::Json(body), AnswerShape::Entry(answer))
    }
}

/// A write of an entry of the directory, which may be new.
const fn write_new_entry(
    summary: &'static str,
    description: &'static str,
    body: &'static str,
    answer: &'static str,
) -> Endpoint {
    Endpoint {
        answer: AnswerShape::NewEntry(answer),
        ..write_entry(summary, description, body, answer)
    }
}

const fn read_revisions(summary: &'static str, description: &'static str) -> Endpoint {
    list_endpoint(summary, description, "EntryRevisionView")
}

fn claims_endpoint(route: ClaimsRoute) -> Endpoint {
    match route {
        ClaimsRoute::Create => Endpoint {
            headers: &["Idempotency-Key"],
            problems: &[
                ProblemCode::DuplicateClaim,
                ProblemCode::BlockedByCustomer,
                ProblemCode::QuotaExceeded,
            ],
            ..write_endpoint(
                "Submit a claim, or store a draft",
                "Submits a claim, or with `\"draft\": true` stores a draft, which a `partner_user` may do too. The same key \
                 and body again are answered with the claim as it is now and `Idempotent-Replayed: true`; a refused \
                 request does not use up its key, and the key of a stored claim never expires. A submitted claim counts \
                 for the partner's daily quota and for the quota of open claims; a draft counts for none, and meets no \
                 duplicate and no block. Afterwards it is the operator's turn to begin the review.",
                BodyShape::Json("CreateClaimBody"),
                AnswerShape::Created("ClaimView"),
            )
        },
        ClaimsRoute::Check => write_endpoint(
            "Judge a claim and store nothing",
            "Judges a claim as if it were submitted now: all that would be refused is in `errors`, and what is worth \
             knowing is in `warnings`. It takes the body of a create; `draft` is ignored. Without `items` the answer lists \
             what the partner can claim at the tenant. `contested` is told of a claim that could be submitted as it is. \
             Nothing of the claim is stored. A look at a tenant at which the \
             partner claims nothing counts once a day against `daily_check_quota`, a wrong pair of id and domain five \
             times; the customer and staff see who has looked.",
            BodyShape::Json("CreateClaimBody"),
            AnswerShape::One("CheckView"),
        ),
        ClaimsRoute::List => Endpoint {
            query: queries::CLAIMS,
            ..list_endpoint(
                "List claims, newest first",
                "A partner lists its own claims. Staff name a partner, a tenant, both or neither; with neither they list \
                 what anybody submitted. With `tenant_id` the claims are ordered by their creation, else by their last \
                 submission; with `turn=partner` by the end of the turn, the first one first. A claim that moves while \
                 pages are read may be on two of them, or be missed: begin again from time to time. To fill a page the index is \
                 read at most ten times, some hundreds of claims. A page that is short or empty while `next_cursor` is set \
                 says that nothing more was found so far: go on with the cursor. The list ends where it is `null`.",
                "ClaimView",
            )
        },
        ClaimsRoute::Counts => Endpoint {
            query: &["partner_id"],
            ..read_endpoint(
                "Count a partner's claims",
                "How many claims wait for the partner, and how many stand in each status. A partner counts its own claims; \
                 staff name a partner. Nothing of anybody else is counted.",
                AnswerShape::One("ClaimCountsView"),
            )
        },
        ClaimsRoute::Get => Endpoint {
            query: &["remarks_before"],
            optional_headers: &["If-None-Match"],
            ..read_endpoint(
                "Read a claim",
                "The claim as its reader may see it, with `explain`: why it stands where it stands, and with `remarks`: what \
                 was said. A deadline that has passed is carried out first. With `If-None-Match` the present version is \
                 answered 304 without a body.",
                AnswerShape::Claim("ClaimView"),
            )
        },
        ClaimsRoute::History => list_endpoint(
            "Read a claim's history, oldest first",
            "One entry for each version, chained by hashes, so that a reader can check that nothing was changed or left \
             out: how, is in `docs/api.md` §3.1.5. The newest version may not be archived yet and has no `hash` then.",
            "HistoryEntryView",
        ),
        ClaimsRoute::Bundle => read_endpoint(
            "Read a claim's bundle",
            "All that its reader needs to check the claim without the server: the archived entries of its history with the \
             parts that the reader may read, the policies and calendars that deadlines were counted by, and for customer \
             and staff the texts that were sent and what was reported of them. `cpor verify` checks it (`docs/api.md` \
             §3.1.5). At most 500 entries with 1.5 MB of text, and 64 texts of notices; `complete` says whether anything \
             is missing. A customer reads it of a claim that was validated.",
            AnswerShape::One("BundleView"),
        ),
        ClaimsRoute::Command(command) => command.endpoint,
    }
}

fn evidence_endpoint(route: EvidenceRoute) -> Endpoint {
    match route {
        EvidenceRoute::Add => Endpoint {
            optional_headers: &["Idempotency-Key"],
            problems: &[ProblemCode::InvalidState, ProblemCode::QuotaExceeded],
            ..write_endpoint(
                "Add evidence, and get the form for its document",
                "Adds an entry, or attaches a document to the entry that declared the same digest. Where the program asks \
                 for documents, `upload` is a form: send it as `multipart/form-data` with its fields and, after them, \
                 `file`, until `expires_at`. The document is scanned for malware and can be read once it is clean. A \
                 claim has at most 20 entries. It moves no deadline but the idle time of a draft.",
                BodyShape::Json("EvidenceUploadBody"),
                AnswerShape::Created("EvidenceUploadView"),
            )
        },
        EvidenceRoute::Get => read_endpoint(
            "Get the link to a clean document",
            "A link that saves the document as a file and ends at `expires_at`. A document that is awaited, not scanned or \
             infected has none: 404.",
            AnswerShape::One("EvidenceLinkView"),
        ),
    }
}

fn review_endpoint(route: ReviewRoute) -> Endpoint {
    match route {
        ReviewRoute::List => Endpoint {
            query: queries::REVIEWS,
            ..read_endpoint(
                "What waits for the operator, longest first",
                "The claims of one queue, those whose contact somebody has to vouch for, or with neither `state` nor `needs` \
                 whatever waits. Those of several states are one list by how long each has waited in its state. To fill a \
                 page the index is read at most ten times; a page that is short or empty while `next_cursor` is set says \
                 that nothing more was found so far.",
                AnswerShape::Queue,
            )
        },
        ReviewRoute::Assign => write_endpoint(
            "Say who works on a claim",
            "Staff see it in the claim and in the queue. It hinders nobody else, is no event, and moves no version. Only an \
             open claim is assigned; `null` takes it back at any time. It goes when the claim's personal data are erased.",
            BodyShape::Json("AssignBody"),
            AnswerShape::Claim("ClaimView"),
        ),
        ReviewRoute::Erase => command_endpoint(
            "Erase the personal data of a claim that is over",
            "Contacts, labels, evidence, comments, sent texts and the salts of the history are gone for good, in the table and \
             among the documents. The record and its history stay and verify. A link of the claim takes a \"no\" as before.",
            BodyShape::JsonOrNone("NoFieldsBody"),
        ),
        ReviewRoute::Act => Endpoint {
            problems: &[
                ProblemCode::InvalidState,
                ProblemCode::QuotaExceeded,
                ProblemCode::ItemBusy,
                ProblemCode::BlockedByCustomer,
                ProblemCode::ContactUnverified,
                ProblemCode::AnotherReviewerRequired,
            ],
            ..command_endpoint(
                "Act on a claim",
                "One of the actions of the operator's staff. What is wrong with the claim and not with the request has \
                 `claim_pointer` in `errors`.",
                BodyShape::Json("ReviewBody"),
            )
        },
    }
}

fn decision_endpoint(route: DecisionRoute, method: &HttpMethod) -> Endpoint {
    match route {
        DecisionRoute::Page if *method == HttpMethod::Get => Endpoint {
            query: &["lang"],
            ..read_endpoint(
                "The decision page; it decides nothing",
                "The page behind the link of a notice, for people. It shows the claim and has a form; whoever opens it, and \
                 however often, decides nothing. A link that is not one is answered with a page, or as a problem to \
                 whoever prefers JSON.",
                AnswerShape::Page,
            )
        },
        DecisionRoute::Page => Endpoint {
            problems: &[
                ProblemCode::CodeWrong,
                ProblemCode::InvalidState,
                ProblemCode::LinkRetired,
                ProblemCode::CodeLocked,
            ],
            ..write_endpoint(
                "Decide, with link and code",
                "Takes the form of the decision page: `decline` at any time after the notice, and, where the recipient is \
                 verified, `undo`, `extend` once, and `wrong_contact`. A link never says yes. Ten wrong codes lock a \
                 decision of this link for 15 minutes; `decline` is never locked. Answers a page, or JSON to whoever \
                 prefers it.",
                BodyShape::Form("DecisionForm"),
                AnswerShape::PageOr("DecisionView"),
            )
        },
        DecisionRoute::Notice => Endpoint {
            query: &["lang"],
            ..read_endpoint(
                "The true text of a notice",
                "A page with the text of the notice that has this code, and how the claim stands now: a mail that says \
                 something else is not genuine.",
                AnswerShape::Page,
            )
        },
    }
}

fn overview_endpoint(route: OverviewRoute, method: &HttpMethod) -> Endpoint {
    match route {
        OverviewRoute::Ask => Endpoint {
            query: &["lang"],
            ..read_endpoint(
                "The page that asks for an address",
                "A page for people: a form that asks for a link to the overview of who sees one's data.",
                AnswerShape::Page,
            )
        },
        OverviewRoute::Request => Endpoint {
            query: &["lang"],
            ..write_endpoint(
                "Ask for a link to the overview",
                "Whatever the address is, the answer is the same page after the same work. A verified contact of a tenant gets \
                 a mail with a link, three a day at most, if it has been verified for seven days.",
                BodyShape::Form("OverviewRequestForm"),
                AnswerShape::Page,
            )
        },
        OverviewRoute::Page if *method == HttpMethod::Get => Endpoint {
            query: &["lang"],
            ..read_endpoint(
                "The overview; it changes nothing",
                "The page behind a link of the overview, for people: every partner, what it sees, since when, on what basis, until \
                 when, when it last read, and what waits. The link is good for 30 minutes, and as long as its contact is a \
                 verified one.",
                AnswerShape::Page,
            )
        },
        OverviewRoute::Page => Endpoint {
            query: &["lang"],
            problems: &[ProblemCode::CodeWrong, ProblemCode::CodeLocked],
            ..write_endpoint(
                "Take away, with link and code",
                "Takes the form of the overview: it ends associations, blocks partners, and lets silence be a no. It gives nothing and \
                 takes nothing back. Twenty forms with a code, right or wrong, are taken by a link. A form that comes again \
                 does what is missing.",
                BodyShape::Form("OverviewForm"),
                AnswerShape::Page,
            )
        },
    }
}

fn customer_endpoint(route: CustomerRoute) -> Endpoint {
    let answer = |summary, description| {
        write_endpoint(
            summary,
            description,
            BodyShape::JsonOrNone("ChosenItemsBody"),
            AnswerShape::Claim("CustomerClaimView"),
        )
    };
    match route {
        CustomerRoute::Claims => Endpoint {
            query: &["status", LIST[0], LIST[1]],
            ..list_endpoint(
                "List the claims on one's tenant",
                "The claims of which a first notice is due, newest first. A page may be short or empty while `next_cursor` is \
                 set.",
                "CustomerClaimView",
            )
        },
        CustomerRoute::Ledger => list_endpoint(
            "Who sees one's data, or asks to",
            "What stands between the customer and each partner: associations with the last time that the partner read their \
             data, claims that wait for an answer, and what the customer has answered. A partner whose claims do not fit \
             on a page comes again on the next.",
            "LedgerView",
        ),
        CustomerRoute::GetRules => read_endpoint(
            "Read the standing rules",
            "What the customer has settled beforehand, with all blocks that hold now.",
            AnswerShape::Entry("RulesView"),
        ),
        CustomerRoute::PutRules => write_entry(
            "Write the standing rules",
            "What is left out stays as it is, and an empty list empties. Where the rules ask for a yes, silence is a no for \
             the claims that wait already. A partner or an item that they block is a no, before the answer, to every undecided \
             item that it names in that partner's claims, as far as the customer was notified of them.",
            "RulesBody",
            "RulesView",
        ),
        CustomerRoute::Accept => Endpoint {
            optional_headers: &["If-Match"],
            problems: &[ProblemCode::InvalidState],
            ..answer(
                "Say yes, at once",
                "The items become active without waiting for the end of the window. Left out, `items` means all that are \
                 undecided; an empty list is refused.",
            )
        },
        CustomerRoute::Decline => Endpoint {
            body: Some(BodyShape::JsonOrNone("DeclineBody")),
            ..answer(
                "Say no, at any time",
                "Undecided items are declined, active ones end at once, and a block keeps the partner from claiming them again \
                 for the policy's `block_days`. A no is never refused for coming late. Left out, `items` means all; an empty \
                 list is refused. Why, `reason_code`, may be said; the partner never reads it.",
            )
        },
        CustomerRoute::Undo => Endpoint {
            optional_headers: &["If-Match"],
            problems: &[ProblemCode::InvalidState],
            ..answer(
                "Take a no back, until the deadline",
                "The items wait for an answer again, whoever of the customer's side had said no. Near the end of the window \
                 it becomes longer. Left out, `items` means all.",
            )
        },
        CustomerRoute::Extend => Endpoint {
            optional_headers: &["If-Match"],
            problems: &[ProblemCode::InvalidState],
            ..answer(
                "Ask for more time, once",
                "The window becomes longer by the policy's `extension_business_days`. A customer has this once for a claim, for all of its items: `items` says nothing here.",
            )
        },
        CustomerRoute::Claim => Endpoint {
            query: &["remarks_before"],
            ..read_endpoint(
                "Read a claim on one's tenant",
                "What the notice says, how the claim stands, who was asked, with `receipts` what the customer has answered and \
                 how, and with `remarks` what the customer itself has said and why associations were ended. There from the \
                 first notice on.",
                AnswerShape::Claim("CustomerClaimView"),
            )
        },
        CustomerRoute::History => list_endpoint(
            "Read a claim's history, oldest first",
            "Which steps there were, without what partner and operator said to each other and without rivals. It is checked \
             as the partner's is (`docs/api.md` §3.1.5).",
            "HistoryEntryView",
        ),
        CustomerRoute::RetireLink => Endpoint {
            body: Some(BodyShape::Json("RetireLinkBody")),
            optional_headers: &["If-Match"],
            problems: &[ProblemCode::InvalidState],
            ..answer(
                "Retire the link of a recipient",
                "From then on the link takes a no and nothing else, for ever. If the window rested on that recipient, it is \
                 counted from another delivery, or the next recipient is asked.",
            )
        },
    }
}

fn associations_endpoint(route: AssociationsRoute) -> Endpoint {
    match route {
        AssociationsRoute::List => Endpoint {
            query: &["tenant_id", "partner_id", "program", "status", LIST[0], LIST[1]],
            ..list_endpoint(
                "List associations, newest claim first",
                "A partner lists its own, a customer those of its tenant; staff name a partner, a tenant, both or neither. To \
                 fill a page the index of claims is read at most ten times. A page that is short or empty while \
                 `next_cursor` is set says that nothing more was found so far: go on with the cursor.",
                "AssociationView",
            )
        },
        AssociationsRoute::Get => read_endpoint(
            "Read an association",
            "An item of a claim that became official. It stays readable after it has ended.",
            AnswerShape::One("AssociationView"),
        ),
        AssociationsRoute::End => Endpoint {
            problems: &[ProblemCode::InvalidState],
            ..write_endpoint(
                "End an association",
                "The association ends at once, and its partner reads no usage any more. Partner and operator must give a \
                 comment and say why by a code; a customer may. One that has ended already is answered as it is.",
                BodyShape::JsonOrNone("EndBody"),
                AnswerShape::One("AssociationView"),
            )
        },
        AssociationsRoute::Usage => Endpoint {
            query: &["from", "to"],
            problems: &[ProblemCode::AssociationNotActive, ProblemCode::InvalidFields],
            ..read_endpoint(
                "Read the usage of the item while active",
                "Usage and seats of exactly this item, day by day: at most 400 days, without dates the last 30. Days before \
                 the association are refused (422 `before-association`) unless the policy's `usage_history` is `all`. \
                 Counts below 5 are `null`. Each read is noted for the customer before it is answered.",
                AnswerShape::OneOrTable("UsageView"),
            )
        },
        AssociationsRoute::UsageOfMany => Endpoint {
            query: &["tenant_id", "program", "from", "to", LIST[0], LIST[1]],
            problems: &[ProblemCode::AssociationNotActive],
            ..read_endpoint(
                "Read the usage of all active associations",
                "A page of the partner's active associations, each with its usage from the first day on that may be read; one \
                 without such a day is left out. `Accept: text/csv` gets one table; the next page stands in `Link` alone. \
                 Each read is noted for its customer before it is answered.",
                AnswerShape::ListOrTable("AssociationUsageView"),
            )
        },
        AssociationsRoute::UsageOfCustomer => Endpoint {
            query: &["from", "to"],
            problems: &[ProblemCode::AssociationNotActive, ProblemCode::InvalidFields],
            ..read_endpoint(
                "Read what the partner reads of an association",
                "The same days and counts that the partner of the association may read at the moment. It is not noted as a \
                 reading of the partner's.",
                AnswerShape::OneOrTable("UsageView"),
            )
        },
    }
}

#[expect(clippy::too_many_lines, reason = "a row for each route")]
fn directory_endpoint(route: DirectoryRoute) -> Endpoint {
    match route {
        DirectoryRoute::Me => read_endpoint(
            "Who the caller is",
            "The role and the party of the caller; of a partner its locations with their programs, its quotas, and what is \
             left of them.",
            AnswerShape::One("MeView"),
        ),
        DirectoryRoute::Events => Endpoint {
            query: queries::EVENTS,
            ..read_endpoint(
                "Read what happened, oldest first",
                "The caller's feed: of a partner the events of its claims, of a customer those of the claims on its tenant \
                 from the first notice on, of staff all. An event is in it once it is 10 seconds old, for 90 days. Keep \
                 `next_cursor` when the page is dealt with, and send it as `after`: no event is missed, and one may come \
                 twice. A page may be empty or short while `more` is true.",
                AnswerShape::One("FeedView"),
            )
        },
        DirectoryRoute::Partners => Endpoint {
            query: &["name", "status", LIST[0], LIST[1]],
            ..list_endpoint(
                "List partners, by name",
                "Finds partners by the beginning of their names.",
                "PartnerEntryView",
            )
        },
        DirectoryRoute::Tenants => Endpoint {
            query: &["name", "domain", "status", LIST[0], LIST[1]],
            ..list_endpoint(
                "List tenants, by name",
                "Finds tenants by the beginning of their names, or the one that has a domain.",
                "TenantEntryView",
            )
        },
        DirectoryRoute::Programs => list_endpoint(
            "List programs, by name",
            "All programs, open and closed; for a partner with `enrolled_locations`, its locations that are enrolled in each.",
            "ProgramView",
        ),
        DirectoryRoute::PutPartner => write_new_entry(
            "Write a partner",
            "Writes the entry as a revision with its author; what is left out stays as it is. A suspended partner can neither \
             submit nor read usage, and its claims that wait are held.",
            "PartnerBody",
            "PartnerView",
        ),
        DirectoryRoute::GetPartner => read_endpoint(
            "Read a partner",
            "The partner as it is in the directory now, with the revision in `ETag`.",
            AnswerShape::Entry("PartnerView"),
        ),
        DirectoryRoute::PartnerHistory => read_revisions(
            "Read a partner's history, oldest first",
            "Everything that was ever written of the partner, with who wrote it and when.",
        ),
        DirectoryRoute::PutTenant => Endpoint {
            query: &[DRY_RUN, "confirm"],
            problems: &[ProblemCode::ConfirmationRequired],
            ..write_new_entry(
                "Write a tenant",
                "Writes the entry as a revision with its author; what is left out stays as it is. Items that a list leaves out \
                 are rejected or ended: what would end associations or reject claims needs `confirm` and the `ETag` of the \
                 present entry in `If-Match`. A domain belongs to one tenant. The customer's standing rules are kept apart \
                 and stay.",
                "TenantBody",
                "TenantView",
            )
        },
        DirectoryRoute::GetTenant => read_endpoint(
            "Read a tenant",
            "The tenant as it is in the directory now, with the revision in `ETag`.",
            AnswerShape::Entry("TenantView"),
        ),
        DirectoryRoute::TenantHistory => read_revisions(
            "Read a tenant's history, oldest first",
            "Everything that the operator ever wrote of the tenant, with who wrote it and when.",
        ),
        DirectoryRoute::Checks => list_endpoint(
            "List who has checked a tenant, by partner",
            "Which partners have looked at what they could claim at the tenant, on days on which they claimed nothing there. \
             A look is kept for 400 days; the customer finds it in the ledger.",
            "TenantCheckView",
        ),
        DirectoryRoute::GetRules => read_endpoint(
            "Read a customer's standing rules",
            "The rules as the customer has written them, with every block that holds now.",
            AnswerShape::Entry("RulesView"),
        ),
        DirectoryRoute::RulesHistory => read_revisions(
            "Read the history of a customer's standing rules, oldest first",
            "Everything that the customer ever wrote as standing rules, each time with the blocks that held then.",
        ),
        DirectoryRoute::PutProgram => write_new_entry(
            "Write a program",
            "Writes the entry as a revision with its author; what is left out stays as it is, also of the policy. A policy \
             that differs from the stored one becomes the next `policy_version`; claims keep the version of their \
             submission. A closed program takes no new claims; those that are submitted go on.",
            "ProgramBody",
            "ProgramView",
        ),
        DirectoryRoute::GetProgram => read_endpoint(
            "Read a program",
            "The program with its present policy and the versions of it, and the revision in `ETag`.",
            AnswerShape::Entry("ProgramView"),
        ),
        DirectoryRoute::ProgramHistory => read_revisions(
            "Read a program's history, oldest first",
            "Everything that was ever written of the program, each time with its policy.",
        ),
        DirectoryRoute::PutCalendar => write_entry(
            "Write the days added to a country's calendar",
            "Writes all the days that were announced since the calendar data was made; an empty list takes all of them back. \
             Open windows that a day makes longer are counted again, and none becomes shorter.",
            "CalendarBody",
            "CalendarView",
        ),
        DirectoryRoute::GetCalendar => read_endpoint(
            "Read the days added to a country's calendar",
            "The days that the operator has added. Nothing was ever added at revision 0.",
            AnswerShape::Entry("CalendarView"),
        ),
        DirectoryRoute::Calendars => list_endpoint(
            "List the calendars that something was added to",
            "The calendars of the countries to which the operator ever added a day, by country.",
            "CalendarView",
        ),
        DirectoryRoute::PutDay => write_new_entry(
            "Add one day to a country's calendar",
            "Adds a day, or gives it another name, and leaves all others as they are. Open windows that it makes longer are \
             counted again.",
            "CalendarDayBody",
            "CalendarView",
        ),
        DirectoryRoute::DeleteDay => Endpoint {
            query: &["subdivision", DRY_RUN],
            optional_headers: &["If-Match"],
            ..read_endpoint(
                "Take one day of a country's calendar back",
                "Takes a day back and leaves all others as they are. No open window becomes shorter.",
                AnswerShape::Entry("CalendarView"),
            )
        },
        DirectoryRoute::CalendarHistory => read_revisions(
            "Read the history of a country's calendar, oldest first",
            "Everything that was ever written of the calendar, with who wrote it and when.",
        ),
        DirectoryRoute::PutUsage => write_endpoint(
            "Write usage rows",
            "Stores the rows of the vendor's feed; the same item and day again overwrites. At most 500 rows a request. A row \
             of an item that the tenant does not have, or of a day that has not begun there, refuses all of them.",
            BodyShape::Json("UsageBody"),
            AnswerShape::Rows,
        ),
        DirectoryRoute::GetUsage => Endpoint {
            query: &["kind", "id", "from", "to"],
            problems: &[ProblemCode::InvalidFields],
            ..read_endpoint(
                "Read the usage that was fed of an item",
                "The counts of one item of the tenant as the feed has brought them, day by day: at most 400 days, without \
                 dates the last 30. No count is withheld, however small. An item that is not in the tenant's entry is \
                 refused (422 `item-not-in-tenant` at `/id`). It is no reading of a partner's.",
                AnswerShape::OneOrTable("FedUsageView"),
            )
        },
        DirectoryRoute::Windows => Endpoint {
            query: &["country", "subdivision", "time_zone", "delivered_at", "business_days"],
            problems: &[ProblemCode::InvalidFields],
            ..read_endpoint(
                "Explain a deadline",
                "The window that a delivery at a moment would have, with the days that the operator added and without \
                 closures of a tenant. A moment outside the years of the calendar data is 422 `out-of-range`.",
                AnswerShape::One("WindowView"),
            )
        },
        DirectoryRoute::ExtendWindows => Endpoint {
            query: &[DRY_RUN, "confirm"],
            problems: &[ProblemCode::ConfirmationRequired],
            ..write_entry(
                "Give the windows that end in an interval one business day more",
                "For an outage that keeps customers from answering: every open window that ends in the interval, and had not \
                 ended when this arrived, gets one business day of the customer's calendar more, and the customer is told. \
                 It needs `confirm`, and the `ETag` of a dry run in `If-Match`. A repeat with the same tag changes nothing; \
                 another day for the same interval is asked for with the new tag.",
                "ExtendWindowsBody",
                "OutageView",
            )
        },
        DirectoryRoute::Outages => list_endpoint(
            "List the outages for which windows became longer",
            "The outages that were announced, the newest first. One whose interval ended 90 days ago or earlier goes when \
             another one is announced.",
            "OutageView",
        ),
        DirectoryRoute::Health => read_endpoint(
            "Whether the API is there",
            "Answers once the table can be read; else 503.",
            AnswerShape::One("HealthView"),
        ),
        DirectoryRoute::OpenApi => read_endpoint(
            "This document",
            "The contract as an OpenAPI 3.1 document.",
            AnswerShape::Document,
        ),
        DirectoryRoute::GetClock => read_endpoint(
            "Read the test clock",
            "What the test clock shows. It exists only where the stack was deployed with `Sandbox=true`, else 404.",
            AnswerShape::One("ClockView"),
        ),
        DirectoryRoute::PutClock => write_endpoint(
            "Move the test clock forwards",
            "Moves the test clock to a moment or by a duration, forwards, at most 400 days a call. It exists only where the \
             stack was deployed with `Sandbox=true`, else 404.",
            BodyShape::Json("ClockBody"),
            AnswerShape::One("ClockView"),
        ),
    }
}

fn webhooks_endpoint(route: WebhooksRoute) -> Endpoint {
    match route {
        WebhooksRoute::List => read_endpoint(
            "List the webhooks of the caller's party",
            "All of them, 20 at the most, without their secrets.",
            AnswerShape::One("WebhooksView"),
        ),
        WebhooksRoute::Put => Endpoint {
            optional_headers: &["If-Match"],
            problems: &[ProblemCode::QuotaExceeded],
            ..write_endpoint(
                "Create a webhook, or write it anew",
                "From its creation on each event of the caller's feed (`GET /v1/events`) is sent to the address, one after the \
                 other, as *Standard Webhooks* has it. The answer that creates it has `secret`, told this once. Written \
                 anew, a webhook keeps its secret and its place in the feed, and one that was disabled begins again. A \
                 party has 20 at the most.",
                BodyShape::Json("WebhookBody"),
                AnswerShape::NewEntry("WebhookView"),
            )
        },
        WebhooksRoute::Get => read_endpoint(
            "Read a webhook",
            "Where events are sent, and whether that succeeds. The secret is not told.",
            AnswerShape::Entry("WebhookView"),
        ),
        WebhooksRoute::Delete => Endpoint {
            optional_headers: &["If-Match"],
            ..read_endpoint(
                "Delete a webhook",
                "Nothing is sent any more but what is on its way. Answers what was deleted.",
                AnswerShape::One("WebhookView"),
            )
        },
        WebhooksRoute::Test => Endpoint {
            problems: &[ProblemCode::QuotaExceeded],
            ..read_endpoint(
                "Send a message that is no event",
                "Sends a message of type `test` at once, signed as every other, and answers what became of it. It changes \
                 neither the place in the feed nor the status. The next test is possible after ten seconds.",
                AnswerShape::One("DeliveryView"),
            )
        },
        WebhooksRoute::Rotate => read_endpoint(
            "Make the secret anew",
            "Answers the new secret, told this once. For 24 hours, or until it is made anew again, messages are signed with \
             the secret before as well.",
            AnswerShape::One("WebhookSecretView"),
        ),
        WebhooksRoute::Replay => write_endpoint(
            "Send events again",
            "Puts the place in the feed back, or forwards, to a moment: what was written from then on is sent, again or for \
             the first time. The feed has the events of 90 days. A failing webhook is tried at once.",
            BodyShape::Json("ReplayBody"),
            AnswerShape::Entry("WebhookView"),
        ),
        WebhooksRoute::Deliveries => read_endpoint(
            "List the last attempts to deliver",
            "At most 100 attempts of the last seven days, the newest first: status, duration and kind of error, never what was \
             answered.",
            AnswerShape::One("DeliveriesView"),
        ),
    }
}
