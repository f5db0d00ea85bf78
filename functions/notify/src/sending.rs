//! Mails about a claim, each handed over once to each of its addressees, however often its message comes.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::ClaimId;
use notice::mail::Mail;

use crate::App;
use crate::post::Followed;
use crate::stop::Stop;

impl App {
    /// Hands the mails about a claim over that were not handed over yet. One that is refused keeps nobody else from
    /// theirs; where the mail service takes no more, the rest is left.
    ///
    /// # Errors
    /// [`Stop::Wait`], or the first fault.
    pub(crate) async fn send_once(
        &self,
        claim: &ClaimId,
        mails: &[(Mail, Followed)],
    ) -> Result<(), Stop> {
        let mut sent: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        let mut result = Ok(());
        for (mail, followed) in mails {
            if !sent.contains_key(mail.id.as_str()) {
                let marks = self.store.mail_marks(claim, &mail.id).await?;
                sent.insert(&mail.id, marks);
            }
            if sent.get(mail.id.as_str()).is_some_and(|marks| marks.contains(&mail.addressee)) {
                continue;
            }
            match self.send_and_mark(claim, mail, *followed).await {
                Err(Stop::Wait) => return Err(Stop::Wait),
                outcome => result = result.and(outcome),
            }
        }
        result
    }

    /// The mark is put before the next mail: where the process dies between the two, that addressee alone may get the
    /// mail twice.
    async fn send_and_mark(
        &self,
        claim: &ClaimId,
        mail: &Mail,
        followed: Followed,
    ) -> Result<(), Stop> {
        self.post.send(mail, claim, followed).await?;
        Ok(self.store.mark_mail(claim, &mail.id, &mail.addressee).await?)
    }
}
