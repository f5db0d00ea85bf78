//! A turn of a webhook as the function `webhooks` takes it, by its own code and settings, towards a receiver on this
//! machine: `webhook_turn <event> <port> <authority>`. Every name leads to one public address, and that address to the
//! port; the file has the one authority that is trusted. The function itself has no such values: `Connector::public`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool of the tests, which ends where it cannot go on"
)]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use chrono::Duration;
use runtime::{Clients, Invocation, clock, open_store, settings, telemetry};
use tokio::net::TcpStream;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use web::event::app_clients;
use webhooks::{Connector, Queues};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [event, port, authority] = given.as_slice() else { panic!("an event, a port, a file") };
    let event = serde_json::from_str(event).expect("an event");
    let port: u16 = port.parse().expect("a port");
    telemetry::start_logs();
    let (table, _, queues) = settings::read_settings::<settings::Webhooks>().expect("settings");
    let clients = Clients::load().await;
    let store = open_store(&clients, table).await;
    let queues = Queues::new(clients.sqs(), queues.webhooks_url, queues.reminders_url);
    let connector = connector_to(port, authority.clone());
    let app = webhooks::App::new(store, app_clients(), queues, connector);
    let now = clock::system_clock()();
    let invocation = Invocation::running_for("turn", now, Duration::seconds(60));
    let answer = webhooks::handle_event(&app, event, invocation).await.expect("an answer");
    println!("{}", serde_json::to_string(&answer).expect("JSON"));
}

fn connector_to(port: u16, authority: String) -> Connector {
    let public = IpAddr::V4(Ipv4Addr::new(8, 8, 4, 4));
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Connector::new(
        Arc::new(move |_| Box::pin(async move { Ok(vec![public]) })),
        Arc::new(move |_| Box::pin(TcpStream::connect(here))),
        Arc::new(move || {
            let mut roots = RootCertStore::empty();
            let read = CertificateDer::from_pem_file(&authority).expect("a certificate");
            roots.add(read).expect("an authority");
            roots
        }),
    )
}
