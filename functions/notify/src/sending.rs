//! Mails, each handed over once to each of its addressees, however often its message comes.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::ClaimId;
use notice::mail::Mail;
use store::{MailSubject, StoreError};

use crate::App;
use crate::mailer::MailTracking;
use crate::stop::Stop;

impl App {
    /// Hands the mails about a claim or a tenant over that were not handed over yet. One that is refused keeps nobody else from
    /// theirs; where the mail service takes no more, the rest is left.
    ///
    /// # Errors
    /// [`Stop::Wait`], or the first fault.
    pub(crate) async fn send_once(
        &self,
        about: MailSubject<'_>,
        mails: &[(Mail, MailTracking)],
    ) -> Result<(), Stop> {
        let mut sent: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        let mut result = Ok(());
        for (mail, followed) in mails {
            if !sent.contains_key(mail.id.as_str()) {
                let marks = self.store.mail_marks(about, &mail.id).await?;
                sent.insert(&mail.id, marks);
            }
            if sent.get(mail.id.as_str()).is_some_and(|marks| marks.contains(&mail.addressee)) {
                continue;
            }
            match self.send_and_mark(about, mail, *followed).await {
                Err(Stop::Wait) => return Err(Stop::Wait),
                outcome => result = result.and(outcome),
            }
        }
        result
    }

    /// Counts something about a claim, unless it was counted before for that very purpose; `false`, with nothing noted,
    /// where the count has come to its end.
    pub(crate) async fn count_once<F>(
        &self,
        claim: &ClaimId,
        purpose: &str,
        what: &str,
        count: impl FnOnce() -> F,
    ) -> Result<bool, Stop>
    where
        F: Future<Output = Result<bool, StoreError>>,
    {
        if self.store.mail_marks(MailSubject::Claim(claim), purpose).await?.contains(what) {
            return Ok(true);
        }
        let is_counted = count().await?;
        if is_counted {
            self.store.mark_mail(MailSubject::Claim(claim), purpose, what).await?;
        }
        Ok(is_counted)
    }

    /// The mark is put before the next mail: where the process dies between the two, that addressee alone may get the
    /// mail twice.
    async fn send_and_mark(
        &self,
        about: MailSubject<'_>,
        mail: &Mail,
        followed: MailTracking,
    ) -> Result<(), Stop> {
        match about {
            MailSubject::Claim(claim) => self.post.send_mail(mail, claim, followed).await?,
            MailSubject::Tenant(_) | MailSubject::Partner(_) => {
                self.post.send_directory_mail(mail).await?;
            }
        }
        Ok(self.store.mark_mail(about, &mail.id, &mail.addressee).await?)
    }
}
