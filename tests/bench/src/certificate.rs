//! A certificate for the loopback address, and the authority that the functions are told to trust.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use runtime::AMAZON_ROOTS;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// Makes both anew; the authority's certificate goes into `folder`, for a trust store.
pub fn issue(folder: &Path) -> (TlsAcceptor, PathBuf) {
    let authority_key = KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
    authority.distinguished_name.push(DnType::CommonName, "authority of the benchmark");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).expect("an authority");
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("a key");
    let names = ["localhost", "127.0.0.1"].map(str::to_owned);
    let mut own = CertificateParams::new(names).expect("parameters");
    own.distinguished_name.push(DnType::CommonName, "localhost");
    let own = own.signed_by(&key, &issuer).expect("a certificate");
    // Among those that a function trusts on Lambda, which are read there, too.
    let path = folder.join("authorities.pem");
    std::fs::write(&path, format!("{AMAZON_ROOTS}\n{}", root.pem()))
        .expect("a written certificate");
    let private = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], private)
        .expect("a server's configuration");
    (TlsAcceptor::from(Arc::new(config)), path)
}
