//! One HTTPS client for all of a function's SDK clients: one pool of connections, and the authorities are
//! read once. Each SDK client would otherwise read them for itself, and once more to see whether it can.

use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::settings;

/// Amazon's five roots, from Mozilla's list: each of its services shows a certificate of theirs. A system's
/// store has some 140 more, and to read them takes a tenth of a function's start.
pub const AMAZON_ROOTS: &str = include_str!("https/amazon.pem");

/// The client. It trusts Amazon's authorities, or those that the environment names.
pub(crate) fn https_client() -> SharedHttpClient {
    let trusted = if settings::names_authorities() {
        TrustStore::empty().with_native_roots(true)
    } else {
        TrustStore::empty().with_pem_certificate(AMAZON_ROOTS)
    };
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    let client = match TlsContext::builder().with_trust_store(trusted).build() {
        Ok(context) => builder.tls_context(context).build_https(),
        Err(_) => builder.build_https(),
    };
    SharedHttpClient::new(OnDemand(client))
}

/// A client that makes its connector when the first request needs it, and not for every SDK client that is
/// made as well.
#[derive(Debug)]
struct OnDemand(SharedHttpClient);

impl HttpClient for OnDemand {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.0.http_connector(settings, components)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    use super::*;

    #[test]
    fn the_authorities_are_five_and_each_is_understood() {
        let certificates =
            CertificateDer::pem_slice_iter(AMAZON_ROOTS.as_bytes()).map(Result::unwrap);
        let (added, ignored) = RootCertStore::empty().add_parsable_certificates(certificates);
        assert_eq!((added, ignored), (5, 0));
    }
}
