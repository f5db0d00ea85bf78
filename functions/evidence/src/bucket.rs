//! The bucket of the documents: forms by which exactly one document can be uploaded, and links by
//! which one can be fetched, for a short while.

use std::collections::BTreeMap;
use std::time::Duration;

use app::Document;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SubsecRound, Utc};
use domain::document::DocumentKind;
use domain::ids::Sha256Hash;
use domain::text::Name;
use domain::time::format_rfc3339;
use runtime::Clock;
use serde_json::{Value, json};
use web::RequestError;
use web::views::{EvidenceLinkView, UploadFormView};

/// How long a form can be sent.
const FORM_LASTS: Duration = Duration::from_mins(15);
/// How long a link can be followed.
const LINK_LASTS: Duration = Duration::from_mins(5);
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "s3";

/// The bucket, and what signs for it: the function's own credentials.
pub struct UploadBucket {
    client: Client,
    credentials: SharedCredentialsProvider,
    region: String,
    name: String,
    clock: Clock,
}

/// What a form lets through: this document, and nothing else.
pub(crate) struct Upload<'a> {
    pub(crate) document: &'a Document,
    pub(crate) content_type: &'a str,
    pub(crate) size: u64,
}

impl UploadBucket {
    /// The bucket of that name.
    pub fn new(
        client: Client,
        credentials: SharedCredentialsProvider,
        region: &str,
        name: &str,
        clock: Clock,
    ) -> Self {
        Self { client, credentials, region: region.to_owned(), name: name.to_owned(), clock }
    }

    /// The form: its content type, its size and its digest are signed with it.
    pub(crate) async fn upload_form(
        &self,
        upload: &Upload<'_>,
    ) -> Result<UploadFormView, RequestError> {
        let now = (self.clock)();
        let credentials = self.load_credentials().await?;
        let expires_at = (now + FORM_LASTS).trunc_subsecs(0);
        let fields = self.form_fields(upload, &credentials, now);
        let size = upload.size;
        let mut conditions: Vec<Value> =
            fields.iter().map(|(name, value)| json!(["eq", format!("${name}"), value])).collect();
        conditions.push(json!({"bucket": self.name}));
        conditions.push(json!(["content-length-range", size, size]));
        let policy = json!({"expiration": format_rfc3339(expires_at), "conditions": conditions});
        let policy = STANDARD.encode(policy.to_string());
        let secret = credentials.secret_access_key();
        let key = generate_signing_key(secret, now.into(), &self.region, SERVICE);
        let signature = calculate_signature(key, policy.as_bytes());
        let mut fields = fields;
        fields.insert("policy".to_owned(), policy);
        fields.insert("x-amz-signature".to_owned(), signature);
        Ok(UploadFormView {
            url: self.bucket_url().await?,
            fields,
            expires_at: format_rfc3339(expires_at),
        })
    }

    fn form_fields(
        &self,
        upload: &Upload<'_>,
        credentials: &Credentials,
        now: DateTime<Utc>,
    ) -> BTreeMap<String, String> {
        let scope = format!("{}/{}/{SERVICE}/aws4_request", now.format("%Y%m%d"), self.region);
        let Sha256Hash(digest) = upload.document.sha256;
        let mut fields = BTreeMap::from([
            ("key", upload.document.quarantine_key()),
            ("Content-Type", upload.content_type.to_owned()),
            ("x-amz-checksum-algorithm", "SHA256".to_owned()),
            ("x-amz-checksum-sha256", STANDARD.encode(digest)),
            ("x-amz-algorithm", ALGORITHM.to_owned()),
            ("x-amz-credential", format!("{}/{scope}", credentials.access_key_id())),
            ("x-amz-date", now.format("%Y%m%dT%H%M%SZ").to_string()),
        ]);
        if let Some(token) = credentials.session_token() {
            fields.insert("x-amz-security-token", token.to_owned());
        }
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The link to a clean document, which a browser saves under the evidence's id and never shows.
    pub(crate) async fn download_link(
        &self,
        document: &Document,
        name: &Name,
    ) -> Result<EvidenceLinkView, RequestError> {
        let expires_at = ((self.clock)() + LINK_LASTS).trunc_subsecs(0);
        let request = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(document.clean_key())
            .response_content_disposition(content_disposition(document, name))
            .presigned(presigning_config(LINK_LASTS)?)
            .await;
        let request: PresignedRequest = request.map_err(|_| RequestError::Unavailable)?;
        Ok(EvidenceLinkView {
            url: request.uri().to_owned(),
            expires_at: format_rfc3339(expires_at),
        })
    }

    /// The bucket's own address, as the SDK makes it for the region and the endpoint.
    async fn bucket_url(&self) -> Result<String, RequestError> {
        const OBJECT: &str = "form";
        let request = self.client.get_object().bucket(&self.name).key(OBJECT);
        let request = request.presigned(presigning_config(FORM_LASTS)?).await;
        let request = request.map_err(|_| RequestError::Unavailable)?;
        let address = request.uri().split('?').next().unwrap_or_default();
        address.strip_suffix(OBJECT).map(str::to_owned).ok_or(RequestError::Unavailable)
    }

    async fn load_credentials(&self) -> Result<Credentials, RequestError> {
        self.credentials.provide_credentials().await.map_err(|_| RequestError::Unavailable)
    }
}

fn presigning_config(lasts: Duration) -> Result<PresigningConfig, RequestError> {
    PresigningConfig::expires_in(lasts).map_err(|_| RequestError::Unavailable)
}

/// `attachment`, as `e1.pdf`: the name that the partner gave could say anything.
fn content_disposition(document: &Document, name: &Name) -> String {
    let ending =
        DocumentKind::of_file_name(name.as_str()).and_then(|kind| kind.file_endings().first());
    let ending = ending.map(|ending| format!(".{ending}")).unwrap_or_default();
    format!("attachment; filename=\"{}{ending}\"", document.id)
}

#[cfg(test)]
mod tests {
    use domain::ids::{ClaimId, EvidenceId, PartnerId, Sha256Hash};

    use super::*;

    #[test]
    fn a_document_is_saved_under_its_id_whatever_its_name_says() {
        let document = Document {
            claim: ClaimId::of(&PartnerId::parse("p-alpine").unwrap(), "k"),
            id: EvidenceId::parse("e1").unwrap(),
            sha256: Sha256Hash([0; 32]),
        };
        for (name, file) in
            [("smlouva \"č. 1\".PDF", "e1.pdf"), ("photo.jpeg", "e1.jpg"), ("order.exe", "e1")]
        {
            let expected = format!("attachment; filename=\"{file}\"");
            assert_eq!(content_disposition(&document, &Name::parse(name).unwrap()), expected);
        }
    }
}
