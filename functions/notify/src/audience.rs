//! Who is written to about a claim, and what must be known to write.

use chrono::{DateTime, Utc};
use domain::claim::{Claim, Status};
use domain::context::Place;
use domain::directory::Tenant;
use domain::eligibility::{Recipient, recipients};
use domain::ids::{ClaimId, NoticeNo};
use domain::program::{Policy, Program};
use notice::mail::Envelope;
use notice::{Deadline, Directory, Language, Notice, Operator};
use store::{Moment, StoreError};

use crate::App;
use crate::event::Told;

/// The claim as it is now, and the people of its notice.
pub(crate) struct Audience {
    pub(crate) claim: Claim,
    pub(crate) policy: Policy,
    pub(crate) place: Place,
    pub(crate) recipients: Vec<Recipient>,
    tenant: Tenant,
    program: Program,
}

impl Audience {
    /// `None` where there is nobody to write to: no such claim, or no contact.
    pub(crate) async fn of(
        app: &App,
        id: &ClaimId,
        moment: Moment,
    ) -> Result<Option<Self>, StoreError> {
        let store = &app.store;
        let Some(mut claim) = store.claim(id, moment).await? else { return Ok(None) };
        store.name_added_days(&mut claim).await?;
        let policy = store.policy_of(&claim).await?;
        let tenant = store.tenant(&claim.subject.tenant).await?;
        let program = store.program(&claim.subject.program).await?;
        let contact = claim.details.customer_contact.clone();
        let (Some(tenant), Some(program), Some(contact)) = (tenant, program, contact) else {
            return Ok(None);
        };
        let place = store.customer_place(&tenant, &policy).await?;
        let recipients = recipients(&contact, &tenant, claim.refused_contacts);
        Ok(Some(Self { claim, policy, place, recipients, tenant, program }))
    }

    /// Whether the claim waits to see this very notice delivered, or answered: the delivery to one
    /// recipient leaves another's mail due.
    pub(crate) fn awaits(&self, told: &Told) -> bool {
        let waits = matches!(self.claim.status(), Status::Notifying | Status::AwaitingCustomer);
        waits && self.claim.notice == told.notice
    }

    pub(crate) fn notice(&self, operator: &Operator, no: NoticeNo, deadline: Deadline) -> Notice {
        let directory =
            Directory { tenant: &self.tenant, program: &self.program, policy: &self.policy };
        Notice::of(&self.claim, no, &directory, operator, deadline)
    }

    /// The envelope of a mail to one of the recipients, dated by what it tells.
    pub(crate) fn envelope<'a>(
        &self,
        app: &'a App,
        recipient: &'a Recipient,
        at: DateTime<Utc>,
    ) -> Envelope<'a> {
        Envelope {
            sender: app.post.sender(),
            to: &recipient.email,
            reply_to: &app.operator.contact,
            language: Language::of_locale(self.tenant.language()),
            at,
        }
    }
}
