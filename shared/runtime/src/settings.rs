//! What a function is told by its environment, read once, all problems reported together.
//!
//! One struct for each concern, so that a function reads only what it needs; the aliases at the end
//! say which function needs what, and the template is compared with them.

mod environment;
mod sections;

pub use environment::{
    Environment, Settings, SettingsError, parse_settings, read_settings, setting_names,
};
pub(crate) use environment::{names_authorities, service_endpoint};
pub use sections::{
    AppClientSettings, BusSettings, CursorSecretSettings, DocumentSettings, LinkSecretSettings,
    MailQueueSettings, MailSettings, MailboxSecretSettings, OverviewQueueSettings, PageSettings,
    ParkSettings, ShardQueueSettings, StackSettings, TableSettings, WebhookQueueSettings,
};

/// The settings of `claims`: those of every function with lists, and the bucket with the daily roots.
pub type Claims = (Api, DocumentSettings);
/// What each function with lists needs; the secret signs cursors, and no links.
pub type Api = (TableSettings, AppClientSettings, CursorSecretSettings);
/// The settings of `evidence`: the table, the clients of the roles, and the bucket of the documents.
pub type Evidence = (TableSettings, AppClientSettings, DocumentSettings);
/// The settings of `scan`: the table, and the bucket of the documents.
pub type Scan = (TableSettings, DocumentSettings);
/// The settings of `decision`: the table, the secret of the links, and the pages.
pub type Decision = (TableSettings, LinkSecretSettings, PageSettings);
/// The settings of `overview`: the table, the secret of the links, the pages, and the queues that `notify` reads.
pub type Overview = (TableSettings, LinkSecretSettings, PageSettings, OverviewQueueSettings);
/// The settings of `directory`: those of every function with lists, and the secret of mailboxes.
pub type Directory = (Api, MailboxSecretSettings);
/// The settings of `notify`: the table, links, pages, mails, the queues of what they are about, and the secret of
/// mailboxes.
pub type Notify = (
    TableSettings,
    LinkSecretSettings,
    PageSettings,
    MailSettings,
    MailQueueSettings,
    MailboxSecretSettings,
);
/// The settings of `delivery`: the table alone.
pub type Delivery = (TableSettings,);
/// The settings of `finalize`: the table, and the queue of the shards.
pub type Finalize = (TableSettings, ShardQueueSettings);
/// The settings of `publish`: the table, the bus, and the queue of unreadable records.
pub type Publish = (TableSettings, BusSettings, ParkSettings);

/// The settings of `sweep`: the table, the bus, and the secret of mailboxes.
pub type Sweep = (TableSettings, BusSettings, MailboxSecretSettings);
/// The settings of `webhooks`: the table, the clients of the roles, and its queues. None of them says which addresses
/// may be connected to.
pub type Webhooks = (TableSettings, AppClientSettings, WebhookQueueSettings);

/// The settings of `root`: the table, the bus, and the bucket with the daily roots.
pub type Root = (TableSettings, BusSettings, DocumentSettings);

/// The names that a function with these settings reads: the loop that serves it reads the stack's beside them.
fn all_setting_names<S: Settings>() -> Vec<&'static str> {
    setting_names::<(StackSettings, S)>()
}

/// The names of the environment that each function reads.
pub fn by_function() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("claims", all_setting_names::<Claims>()),
        ("evidence", all_setting_names::<Evidence>()),
        ("scan", all_setting_names::<Scan>()),
        ("review", all_setting_names::<Api>()),
        ("decision", all_setting_names::<Decision>()),
        ("overview", all_setting_names::<Overview>()),
        ("associations", all_setting_names::<Api>()),
        ("customer", all_setting_names::<Api>()),
        ("directory", all_setting_names::<Directory>()),
        ("notify", all_setting_names::<Notify>()),
        ("delivery", all_setting_names::<Delivery>()),
        ("finalize", all_setting_names::<Finalize>()),
        ("publish", all_setting_names::<Publish>()),
        ("sweep", all_setting_names::<Sweep>()),
        ("webhooks", all_setting_names::<Webhooks>()),
        ("root", all_setting_names::<Root>()),
    ]
}

#[cfg(test)]
mod tests {
    use domain::calendar::Zone;

    use super::*;

    const TABLE: &[&str] =
        &["TABLE_NAME", "SHARDS", "SANDBOX", "CLOSING", "OPERATOR_COUNTRY", "OPERATOR_TIME_ZONE"];

    fn good(name: &str) -> Option<String> {
        let text = match name {
            "TABLE_NAME" => "cpor",
            "SHARDS" => "16",
            "SANDBOX" => "false",
            "CLOSING" => "batch",
            "OPERATOR_COUNTRY" => "CZ",
            "OPERATOR_TIME_ZONE" => "Europe/Prague",
            "PUBLIC_BASE_URL" => "https://cpor.example/",
            "OPERATOR_CONTACT" => "help@vendor.example",
            "OPERATOR_NAME" => "Vendor Ltd.",
            "BRAND_COLOR" => "#14507d",
            "PARTNERS_CLIENT" | "CUSTOMERS_CLIENT" => "client",
            _ => return None,
        };
        Some(text.to_owned())
    }

    #[test]
    fn a_complete_environment_is_read() {
        let (table, pages) = parse_settings::<(TableSettings, PageSettings)>(&good).unwrap();
        assert_eq!((table.name.as_str(), table.shards, table.sandbox), ("cpor", 16, false));
        assert_eq!(table.operator.zone, Zone::Known("Europe/Prague".parse().unwrap()));
        assert_eq!(table.operator.calendar.country().as_str(), "CZ");
        assert_eq!(pages.base_url, "https://cpor.example", "links add their own slash");
        assert_eq!(pages.operator_name.as_str(), "Vendor Ltd.");
    }

    #[test]
    fn the_operators_name_is_honest_text_of_at_most_60_characters() {
        let with = |name: &str| {
            let name = name.to_owned();
            let settings = move |asked: &str| {
                if asked == "OPERATOR_NAME" { Some(name.clone()) } else { good(asked) }
            };
            parse_settings::<PageSettings>(&settings)
                .map(|page| page.operator_name.as_str().to_owned())
        };
        assert_eq!(with(&"ž".repeat(60)), Ok("ž".repeat(60)));
        assert_eq!(with(" Vendor & Sons "), Ok("Vendor & Sons".to_owned()));
        for name in ["ž".repeat(61), " ".to_owned(), "A\nB".to_owned(), "A\u{202e}B".to_owned()] {
            let error = with(&name).unwrap_err().to_string();
            assert_eq!(error, "wrong settings: OPERATOR_NAME is not a name of 1 to 60 characters");
        }
        assert!(with("").unwrap_err().to_string().contains("OPERATOR_NAME is missing"));
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let bad = |name: &str| match name {
            "SHARDS" => Some("65".to_owned()),
            "SANDBOX" => Some("maybe".to_owned()),
            "CLOSING" => Some("never".to_owned()),
            "OPERATOR_TIME_ZONE" => Some("Europe/Nowhere".to_owned()),
            "CURSOR_SECRET_ID" => Some(String::new()),
            other => good(other),
        };
        let error = parse_settings::<Api>(&bad).unwrap_err().to_string();
        assert_eq!(
            error,
            "wrong settings: SHARDS is not a number from 1 to 64; SANDBOX is neither true nor \
             false; CLOSING is neither batch nor single; OPERATOR_TIME_ZONE is not a name of the time zone database; OPERATORS_CLIENT is missing; CURSOR_SECRET_ID is \
             missing"
        );
    }

    #[test]
    fn a_function_reads_what_it_needs_and_nothing_else() {
        let mailboxes = vec!["MAILBOX_SECRET_ID"];
        let listing = [setting_names::<Api>(), mailboxes.clone()].concat();
        assert_eq!(setting_names::<Directory>(), listing);
        let clients = ["PARTNERS_CLIENT", "OPERATORS_CLIENT", "CUSTOMERS_CLIENT"];
        assert_eq!(setting_names::<Api>(), [TABLE, &clients, &["CURSOR_SECRET_ID"]].concat());
        let own =
            ["SECRET_ID", "PUBLIC_BASE_URL", "OPERATOR_CONTACT", "OPERATOR_NAME", "BRAND_COLOR"];
        assert_eq!(setting_names::<Decision>(), [TABLE, &own].concat());
        assert_eq!(setting_names::<Publish>(), [TABLE, &["BUS_NAME", "PARK_QUEUE_URL"]].concat());
        let of_mails =
            ["SENDER_ADDRESS", "CONFIGURATION_SET", "NOTICES_QUEUE_URL", "REMINDERS_QUEUE_URL"];
        let of_overviews = ["OVERVIEWS_QUEUE_URL", "NOTICES_QUEUE_URL"];
        let of_links = [TABLE, &own].concat();
        assert_eq!(setting_names::<Overview>(), [of_links.clone(), of_overviews.into()].concat());
        let of_mails = [of_links, of_mails.into(), mailboxes].concat();
        assert_eq!(setting_names::<Notify>(), of_mails);
        assert_eq!(setting_names::<Finalize>(), [TABLE, &["SHARD_QUEUE_URL"]].concat());
        let of_webhooks = ["WEBHOOKS_QUEUE_URL", "REMINDERS_QUEUE_URL"];
        assert_eq!(setting_names::<Webhooks>(), [TABLE, &clients, &of_webhooks].concat());
    }
}
