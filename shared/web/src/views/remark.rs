//! What was said in a claim.

use domain::actor::ActorKind;
use domain::event::EventType;
use domain::given_remark::GivenRemark;
use domain::history::Audience;
use domain::ids::Version;
use domain::time::format_rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Viewer;
use crate::words::{ActorWord, RemarkKindWord, ToldEventWord, Word};

/// What somebody said with an event of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RemarkView {
    /// The version of the claim that the event led to.
    pub version: u32,
    /// The moment of the event.
    #[schema(format = DateTime)]
    pub at: String,
    /// Who said it: which side.
    pub side: ActorWord,
    /// Who exactly, for the own party and for staff, as the history says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    /// What happened to the claim with it.
    #[schema(value_type = ToldEventWord)]
    pub event: &'static str,
    /// Whether it was said to the other side or noted for the operator's staff alone.
    pub kind: RemarkKindWord,
    /// What was said, 1–2,000 characters.
    pub text: String,
}

/// A page of what was said, as the claim has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShownRemarks {
    /// The remarks, newest first.
    pub remarks: Vec<RemarkView>,
    /// Before which version there are older ones.
    pub next: Option<u32>,
}

impl RemarkView {
    fn of(given: &GivenRemark, viewer: Viewer) -> Self {
        let is_named = match viewer {
            Viewer::Staff => true,
            Viewer::Partner => given.side == ActorKind::Partner,
            Viewer::Customer => given.side == ActorKind::Customer,
        };
        Self {
            version: given.version.0,
            at: format_rfc3339(given.at),
            side: Word(given.side),
            actor_id: given.actor_id.clone().filter(|_| is_named),
            event: EventType::as_str(given.event),
            kind: Word(given.remark.kind),
            text: given.remark.text.as_str().to_owned(),
        }
    }
}

impl ShownRemarks {
    /// Those of a page that the viewer may read.
    pub fn of(given: &[GivenRemark], next: Option<Version>, viewer: Viewer) -> Self {
        let audience = viewer_audience(viewer);
        let read = given.iter().filter(|own| own.is_read_by(audience));
        let remarks = read.map(|own| RemarkView::of(own, viewer)).collect();
        Self { remarks, next: next.map(|version| version.0) }
    }
}

/// As which audience a viewer reads remarks.
pub fn viewer_audience(viewer: Viewer) -> Audience {
    match viewer {
        Viewer::Staff => Audience::Staff,
        Viewer::Partner => Audience::Partner,
        Viewer::Customer => Audience::Customer,
    }
}

#[cfg(test)]
mod tests {
    use domain::remark::Remark;
    use domain::text::Comment;

    use super::*;

    fn given(event: EventType, side: ActorKind, note: bool) -> GivenRemark {
        let text = Comment::parse("Proč?").unwrap();
        GivenRemark {
            version: Version(3),
            at: "2026-12-22T14:00:00Z".parse().unwrap(),
            side,
            actor_id: Some("who".to_owned()),
            event,
            remark: if note { Remark::note(text) } else { Remark::comment(text) },
        }
    }

    /// Who reads a remark, and who is told who exactly said it.
    fn read_by(given: &GivenRemark) -> [Option<bool>; 3] {
        [Viewer::Partner, Viewer::Customer, Viewer::Staff].map(|viewer| {
            let shown = ShownRemarks::of(std::slice::from_ref(given), None, viewer);
            shown.remarks.first().map(|own| own.actor_id.is_some())
        })
    }

    #[test]
    fn each_side_reads_what_is_meant_for_it_and_who_of_its_own_people_said_it() {
        let (partner, operator, customer) =
            (ActorKind::Partner, ActorKind::Operator, ActorKind::Customer);
        for (event, side, note, readers) in [
            (EventType::InformationAnswered, partner, false, [Some(true), None, Some(true)]),
            (EventType::Rejected, operator, false, [Some(false), None, Some(true)]),
            (EventType::Validated, operator, false, [None, None, Some(true)]),
            (EventType::ContactVouched, operator, false, [None, None, Some(true)]),
            (EventType::Held, operator, true, [None, None, Some(true)]),
            (EventType::AssociationEnded, partner, false, [Some(true), Some(false), Some(true)]),
            (EventType::AssociationEnded, operator, true, [None, None, Some(true)]),
            (EventType::AssociationEnded, customer, false, [None, Some(true), Some(true)]),
        ] {
            let given = given(event, side, note);
            assert_eq!(read_by(&given), readers, "{given:?}");
        }
    }
}
