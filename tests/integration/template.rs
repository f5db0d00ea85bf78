//! The template and the code say the same: routes, names of the environment, time limits, permissions
//! and the table.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::EventType;
use runtime::fields::metric;
use serde_json::{Value, json};
use support::engine;
use support::template::{functions, listed, mail_queues_of, resources, statements, template};
use web::routes::{Auth, ROUTES};

mod logs;
mod loops;
mod operations;
mod queues;

/// Route, function and authorization, and whether it is there in a sandbox only.
type RouteRow = (String, String, bool, bool);

fn routes_of_the_template(template: &Value) -> BTreeSet<RouteRow> {
    let function_of = |integration: &str| {
        let uri = &template["Resources"][integration]["Properties"]["IntegrationUri"]["!GetAtt"];
        let logical = uri.as_str().unwrap().trim_end_matches(".Arn").to_owned();
        functions(template).into_iter().find(|one| one.1 == logical).unwrap().0
    };
    resources(template, "AWS::ApiGatewayV2::Route")
        .map(|(_, route)| {
            let properties = &route["Properties"];
            let target = properties["Target"]["!Sub"].as_str().unwrap();
            let integration = target.trim_start_matches("integrations/${").trim_end_matches('}');
            let jwt = properties["AuthorizationType"] == "JWT";
            assert_eq!(jwt, properties["AuthorizerId"] == json!({"!Ref": "Authorizer"}));
            let key = properties["RouteKey"].as_str().unwrap().to_owned();
            (key, function_of(integration), jwt, route["Condition"] == "IsSandbox")
        })
        .collect()
}

#[test]
fn the_templates_routes_are_the_codes_routes() {
    let code: BTreeSet<RouteRow> = ROUTES
        .iter()
        .map(|route| {
            let key = format!("{} {}", route.method, route.path);
            let jwt = matches!(route.auth, Auth::Jwt);
            let sandbox = key.contains("/v1/sandbox/");
            (key, route.function.to_owned(), jwt, sandbox)
        })
        .collect();
    assert_eq!(routes_of_the_template(template()), code);
}

#[test]
fn a_backup_of_the_table_keeps_what_was_erased_for_thirty_five_days_at_the_most() {
    let tables: Vec<_> = resources(template(), "AWS::DynamoDB::Table").collect();
    assert_eq!(tables.len(), 1);
    for (name, table) in tables {
        let backup = &table["Properties"]["PointInTimeRecoverySpecification"];
        assert_eq!(backup["PointInTimeRecoveryEnabled"], json!(true), "{name}");
        // Left out, it is 35.
        assert_eq!(backup["RecoveryPeriodInDays"].as_u64().unwrap_or(35), 35, "{name}");
    }
    let other = |own: &Value| own["Type"].as_str().unwrap().starts_with("AWS::Backup::");
    assert!(!template()["Resources"].as_object().unwrap().values().any(other), "no other backup");
}

#[test]
fn the_openapi_document_describes_the_codes_routes_and_no_others() {
    let document = web::openapi::build_document();
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let names = methods.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            names.into_iter().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let routes = ROUTES.iter().flat_map(|route| {
        let methods = if route.method == "ANY" { vec!["GET", "POST"] } else { vec![route.method] };
        methods.into_iter().map(|method| format!("{method} {}", route.path))
    });
    assert_eq!(described, routes.collect());
}

#[test]
fn every_function_gets_the_environment_it_reads_and_no_other() {
    let template = template();
    let names = |value: &Value| {
        let variables = value["Environment"]["Variables"].as_object();
        variables.into_iter().flat_map(|names| names.keys().cloned()).collect::<BTreeSet<_>>()
    };
    let common = names(&template["Globals"]["Function"]);
    let given: BTreeMap<String, BTreeSet<String>> = functions(template)
        .into_iter()
        .map(|(function, _, properties)| (function, &common | &names(properties)))
        .collect();
    let read: BTreeMap<String, BTreeSet<String>> = runtime::settings::by_function()
        .into_iter()
        .map(|(function, names)| {
            (function.to_owned(), names.into_iter().map(str::to_owned).collect())
        })
        .collect();
    assert_eq!(given, read);
}

#[test]
fn the_operators_name_has_its_limits_and_the_colour_of_nobody_elses_choice_can_be_read() {
    let parameters = &template()["Parameters"];
    let name = &parameters["OperatorName"];
    assert_eq!((name["MinLength"].as_u64(), name["MaxLength"].as_u64()), (Some(1), Some(60)));
    assert!(name.get("Default").is_none(), "every deploy says who writes");
    let color = parameters["BrandColor"]["Default"].as_str().unwrap();
    assert!(notice::Brand::new(color, None).is_ok(), "{color}");
    for function in ["DecisionFunction", "NotifyFunction", "OverviewFunction"] {
        let variables =
            &template()["Resources"][function]["Properties"]["Environment"]["Variables"];
        assert_eq!(variables["OPERATOR_NAME"], json!({"!Ref": "OperatorName"}));
        assert_eq!(variables["BRAND_COLOR"], json!({"!Ref": "BrandColor"}));
    }
}

#[test]
fn only_who_signs_and_opens_links_holds_their_secret() {
    let holders = |secret: &str| -> BTreeSet<String> {
        let reads = |(function, statement): (String, Value)| {
            let named = listed(&statement["Resource"]).contains(&json!({"!Ref": secret}));
            named.then(|| {
                assert_eq!(statement["Action"], "secretsmanager:GetSecretValue");
                function
            })
        };
        permissions().into_iter().filter_map(reads).collect()
    };
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(holders("LinkSecret"), named(&["decision", "notify", "overview"]));
    let listing = ["claims", "review", "associations", "customer", "directory"];
    assert_eq!(holders("CursorSecret"), named(&listing));
    assert_eq!(holders("MailboxSecret"), named(&["directory", "notify", "sweep"]));
    let secrets =
        permissions().into_iter().filter(|(_, one)| one.to_string().contains("secretsmanager"));
    assert_eq!(secrets.count(), 9, "and nobody reads another secret");
}

#[test]
fn a_secret_is_generated_as_it_was_at_first_since_another_way_would_make_another_secret() {
    let generated = json!({"SecretStringTemplate": r#"{"current": "1"}"#, "GenerateStringKey": "1",
        "PasswordLength": 64, "ExcludePunctuation": true});
    let secrets = resources(template(), "AWS::SecretsManager::Secret");
    let found = secrets.map(|(name, one)| (name, &one["Properties"]["GenerateSecretString"]));
    let names = ["LinkSecret", "CursorSecret", "MailboxSecret"];
    let expected = names.map(|name| (name, &generated));
    assert_eq!(found.collect::<BTreeMap<_, _>>(), BTreeMap::from(expected));
}

#[test]
fn only_webhooks_reads_secrets_of_webhooks_and_no_setting_says_where_it_may_connect() {
    let holders: BTreeSet<String> = permissions()
        .into_iter()
        .filter(|(_, statement)| {
            let keys = &statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
            let covers =
                |key: &str| "WS#".starts_with(key.trim_end_matches('*')) || key.starts_with("WS#");
            listed(keys).iter().filter_map(Value::as_str).any(covers)
        })
        .map(|(function, _)| function)
        .collect();
    assert_eq!(holders, BTreeSet::from(["webhooks".to_owned()]));
    let function = &template()["Resources"]["WebhooksFunction"]["Properties"];
    let variables = function["Environment"]["Variables"].as_object().unwrap();
    let names: Vec<_> = variables.keys().map(String::as_str).collect();
    let queues_and_clients = [
        "CUSTOMERS_CLIENT",
        "OPERATORS_CLIENT",
        "PARTNERS_CLIENT",
        "REMINDERS_QUEUE_URL",
        "WEBHOOKS_QUEUE_URL",
    ];
    assert_eq!(names, queues_and_clients);
    assert!(function.get("VpcConfig").is_none(), "it stands in no private network");
}

fn timeouts() -> BTreeMap<String, i64> {
    let template = template();
    let common = template["Globals"]["Function"]["Timeout"].as_i64().unwrap();
    functions(template)
        .into_iter()
        .map(|(function, _, properties)| {
            (function, properties["Timeout"].as_i64().unwrap_or(common))
        })
        .collect()
}

#[test]
fn the_decision_function_ends_long_before_the_smallest_grace() {
    let smallest_grace_s =
        (0..=200).find(|seconds| is_permitted_grace(*seconds)).expect("a permitted grace");
    assert_eq!((timeouts()["decision"], smallest_grace_s), (20, 60));
    // Two seconds of the clock check either way, and a second of the date's resolution.
    assert!(timeouts()["decision"] + 5 < i64::from(smallest_grace_s));
    // A sweep waits for an undo as long as one may be under way, with the seconds by which clocks may differ.
    for function in ["decision", "customer", "overview"] {
        assert!(timeouts()[function] + 10 < store::UNDO_UNDER_WAY.num_seconds(), "{function}");
    }
}

fn is_permitted_grace(grace_seconds: u32) -> bool {
    let policy = domain::program::Policy { grace_seconds, ..domain::program::Policy::default() };
    policy.out_of_bounds().is_empty()
}

#[test]
fn no_function_that_may_write_timers_runs_for_more_than_a_minute() {
    let template = template();
    for (function, timeout_s) in timeouts() {
        let may = statements(template, &function).iter().any(|statement| {
            listed(&statement["Action"]).contains(&json!("dynamodb:PutItem"))
                && statement["Condition"].to_string().contains("\"T#*\"")
        });
        assert!(!may || timeout_s <= 60, "{function} may run for {timeout_s} s");
    }
}

/// The names of the metrics of ours that alarms hear, each in the dimension of its stack.
fn alarmed() -> BTreeSet<&'static str> {
    let alarms = resources(template(), "AWS::CloudWatch::Alarm").map(|(_, one)| &one["Properties"]);
    let ours = alarms.filter(|one| one["Namespace"] == "cpor");
    let stack = json!([{"Name": "stack", "Value": {"!Ref": "AWS::StackName"}}]);
    let heard = |alarm: &'static Value| {
        assert_eq!(alarm["Dimensions"], stack, "{alarm}");
        alarm["MetricName"].as_str().unwrap()
    };
    ours.map(heard).collect()
}

#[test]
fn every_metric_has_an_alarm_and_every_alarm_its_metric_whichever_function_counts_it() {
    let counted = metric::ALARMED.into_iter().chain(["refused_decisions"]);
    assert_eq!(
        alarmed(),
        counted.collect(),
        "what functions count, and what is counted out of a log"
    );
    let variables = &template()["Globals"]["Function"]["Environment"]["Variables"];
    assert_eq!(variables["STACK"], json!({"!Ref": "AWS::StackName"}));
}

#[test]
fn every_row_of_a_map_is_a_resource_of_the_loop_that_reads_the_map() {
    let template = template();
    let made = [
        ("OwnAlarms", "Alarm"),
        ("AwsAlarms", "Alarm"),
        ("MailAlarms", "Alarm"),
        ("Clients", "Client"),
        ("Rules", "RulePermission"),
    ];
    let maps = template["Mappings"].as_object().unwrap().keys().map(String::as_str);
    let others = ["Accounts", "DeadLetters", "Queues"];
    let loops = made.iter().map(|(map, _)| *map).chain(others).collect::<BTreeSet<_>>();
    assert_eq!(maps.collect::<BTreeSet<_>>(), loops);
    for (map, kind) in made {
        for row in template["Mappings"][map].as_object().unwrap().keys() {
            assert!(template["Resources"].get(format!("{row}{kind}")).is_some(), "{map}: {row}");
        }
    }
}

#[test]
fn the_mail_service_refuses_addresses_that_bounced_and_reports_everything_that_is_acted_on() {
    let template = template();
    let mail = &template["Resources"]["Mail"]["Properties"];
    assert_eq!(mail["SuppressionOptions"]["SuppressedReasons"], json!(["BOUNCE"]));
    let reported = &template["Resources"]["MailEventDestination"]["Properties"]["EventDestination"];
    let reported = listed(&reported["MatchingEventTypes"]);
    for kind in ["delivery", "bounce", "complaint", "reject", "renderingFailure"] {
        assert!(reported.contains(&json!(kind)), "{kind}");
    }
}

#[test]
fn notify_sends_from_the_senders_address_alone_by_identities_that_cover_it() {
    let statements = statements(template(), "notify");
    let sends = |one: &&Value| one["Action"].to_string().contains("ses:");
    let sending: Vec<_> = statements.iter().filter(sends).collect();
    assert_eq!(sending.len(), 1);
    let from = json!({"StringEquals": {"ses:FromAddress": {"!Ref": "SenderAddress"}}});
    assert_eq!(sending[0]["Condition"], from);
    let ses = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:";
    let own_domain = json!({"!Select": [1, {"!Split": ["@", {"!Ref": "SenderAddress"}]}]});
    let domain = json!({"!If": ["HasSenderIdentity", {"!Ref": "SenderIdentity"}, own_domain]});
    let recipients = json!({"!Sub": format!("{ses}identity/*")});
    let expected = json!([
        {"!Sub": format!("{ses}identity/${{SenderAddress}}")},
        {"!Sub": [format!("{ses}identity/${{Domain}}"), {"Domain": domain}]},
        {"!If": ["IsSandbox", recipients, {"!Ref": "AWS::NoValue"}]},
        {"!Sub": format!("{ses}configuration-set/${{Mail}}")},
    ]);
    assert_eq!(sending[0]["Resource"], expected);
}

#[test]
fn notices_and_answers_to_a_customer_go_before_everything_else_and_each_event_into_one_queue() {
    let queues = |kind: &str, actor: &str| mail_queues_of(&json!({"type": kind, "actor": actor}));
    for event in EventType::ALL.iter().filter(|event| event.makes_notice_due()) {
        assert_eq!(queues(event.as_str(), "operator"), ["notices"], "{event:?}");
    }
    for kind in ["items_declined", "decline_undone", "items_accepted", "window_extended"] {
        assert_eq!(queues(kind, "customer"), ["notices"], "{kind}");
    }
    for kind in
        ["window_closed", "reminder_due", "partner_mail_due", "association_ended", "rejected"]
    {
        assert_eq!(queues(kind, "system"), ["reminders"], "{kind}");
    }
    for kind in ["withdrawn", "rejected"] {
        assert_eq!(queues(kind, "operator"), ["reminders"], "{kind}");
    }
    for event in EventType::ALL {
        for actor in ["partner", "operator", "customer", "system"] {
            assert!(queues(event.as_str(), actor).len() <= 1, "{event:?} of {actor}");
        }
    }
    assert_eq!(queues("erased", "operator"), [""; 0]);
}

#[test]
fn what_no_entry_names_is_deleted_after_seven_days_and_scan_hears_of_every_edit_and_erasure() {
    let resources = &template()["Resources"];
    let rules = &resources["Documents"]["Properties"]["LifecycleConfiguration"]["Rules"];
    let unnamed = listed(rules).into_iter().find(|rule| rule["Id"] == "unnamed").unwrap();
    assert_eq!(unnamed["ExpirationInDays"], 7);
    let unscanned = listed(rules).into_iter().find(|rule| rule["Id"] == "quarantine").unwrap();
    assert_eq!(
        (&unscanned["Prefix"], &unscanned["ExpirationInDays"]),
        (&json!("quarantine/"), &json!(7))
    );
    assert_eq!(unnamed["Prefix"], "clean/", "nothing else is tagged");
    assert_eq!(unnamed["TagFilters"], json!([{"Key": "named", "Value": "no"}]));
    let rule = &resources["DocumentsRule"]["Properties"];
    let told = [EventType::Edited, EventType::Erased].map(EventType::as_str);
    let pattern = json!({"source": ["cpor"], "detail-type": told});
    assert_eq!(rule["EventPattern"], pattern);
    assert_eq!(rule["Targets"][0]["Arn"]["!GetAtt"], "ScanQueue.Arn");
}

/// The mappings of queues: the queue, the function that reads it, and how.
fn readers() -> Vec<(&'static str, String, &'static Value)> {
    let template = template();
    let sources = resources(template, "AWS::Lambda::EventSourceMapping");
    let of_a_queue = sources.filter_map(|(_, source)| {
        let properties = &source["Properties"];
        let queue = properties["EventSourceArn"]["!GetAtt"].as_str()?.strip_suffix(".Arn")?;
        let logical = properties["FunctionName"]["!Ref"].as_str()?;
        let functions = functions(template);
        let function = functions.iter().find(|one| one.1 == logical).unwrap().0.clone();
        Some((queue, function, properties))
    });
    of_a_queue.collect()
}

#[test]
fn a_queue_hides_its_messages_for_six_times_as_long_as_their_function_runs() {
    let template = template();
    assert!(!readers().is_empty());
    for (queue, function, _) in readers() {
        let properties = &template["Resources"][queue]["Properties"];
        let hidden_s = properties["VisibilityTimeout"].as_i64().unwrap();
        assert!(hidden_s >= 6 * timeouts()[&function], "{queue}: {hidden_s} s for {function}");
        let dead_letters = &properties["RedrivePolicy"]["deadLetterTargetArn"]["!GetAtt"];
        let dead_letters = dead_letters.as_str().unwrap().trim_end_matches(".Arn");
        let alarm = format!("{dead_letters}Alarm");
        assert!(template["Resources"].get(&alarm).is_some(), "{queue}: {alarm}");
    }
}

/// A number where the account has its usual concurrency. In a new account it is 2, or none.
fn usual(value: &Value, new_account: &Value) -> u64 {
    let choice = value["!If"].as_array().unwrap();
    assert_eq!((&choice[0], &choice[1]), (&json!("HasLittleConcurrency"), new_account));
    choice[2].as_u64().unwrap()
}

#[test]
fn all_readers_streams_and_reservations_leave_a_hundred_of_the_accounts_concurrency() {
    // One for each thousand write units a second that the table takes: as many as for ten million closes in minutes.
    const SHARDS_OF_THE_STREAM: u64 = 40;
    let template = template();
    for (queue, _, properties) in readers() {
        let cap = usual(&properties["ScalingConfig"]["MaximumConcurrency"], &json!(2));
        let row = queue.trim_end_matches("Queue");
        assert_eq!(template["Mappings"]["Queues"][row]["Cap"], cap, "{queue}");
    }
    // Of all rows, also of a queue that no reader has yet.
    let rows = template["Mappings"]["Queues"].as_object().unwrap().values();
    let caps: u64 = rows.map(|row| row["Cap"].as_u64().unwrap()).sum();
    let streams: u64 = resources(template, "AWS::Lambda::EventSourceMapping")
        .filter(|(_, one)| one["Properties"]["EventSourceArn"]["!GetAtt"] == "Table.StreamArn")
        .map(|(_, one)| one["Properties"]["ParallelizationFactor"].as_u64().unwrap_or(1))
        .map(|factor| factor * SHARDS_OF_THE_STREAM)
        .sum();
    let reserved = functions(template).into_iter().filter_map(|(function, _, properties)| {
        let reserved = properties.get("ReservedConcurrentExecutions")?;
        Some((function, usual(reserved, &json!({"!Ref": "AWS::NoValue"}))))
    });
    let reserved: BTreeMap<String, u64> = reserved.collect();
    let expected = [("customer".to_owned(), 100), ("decision".to_owned(), 200)];
    assert_eq!(reserved, expected.into(), "whoever says no is the last to suffer");
    let account = template["Parameters"]["AccountConcurrency"]["Default"].as_str().unwrap();
    let account: u64 = account.parse().unwrap();
    let taken = caps + streams + reserved.values().sum::<u64>();
    assert_eq!((taken, account), (716, 1000));
    assert!(taken + 100 <= account, "what Lambda wants unreserved, for the functions of the API");
}

#[test]
fn a_report_that_the_queue_does_not_take_waits_among_its_dead_letters() {
    let template = template();
    let subscription = &template["Resources"]["MailEventSubscription"]["Properties"];
    let dead_letters = json!({"deadLetterTargetArn": {"!GetAtt": "DeliveryDeadLetters.Arn"}});
    assert_eq!(subscription["RedrivePolicy"], dead_letters);
    for queue in ["DeliveryQueue", "DeliveryDeadLetters"] {
        let policy = &template["Resources"][format!("{queue}Policy")]["Properties"];
        assert_eq!(policy["Queues"], json!([{"!Ref": queue}]));
        let statement = &policy["PolicyDocument"]["Statement"][0];
        assert_eq!(statement["Principal"], json!({"Service": "sns.amazonaws.com"}));
        assert_eq!(statement["Resource"], json!({"!GetAtt": format!("{queue}.Arn")}));
        let topic = json!({"ArnEquals": {"aws:SourceArn": {"!Ref": "MailEvents"}}});
        assert_eq!(statement["Condition"], topic);
    }
}

/// The name in a reference to a resource's ARN.
fn of_arn(value: &Value) -> Option<&str> {
    value["!GetAtt"].as_str()?.strip_suffix(".Arn")
}

#[test]
fn only_the_rules_of_a_queue_fill_it_and_what_it_does_not_take_waits_among_its_dead_letters() {
    let mut fill: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (rule, one) in resources(template(), "AWS::Events::Rule") {
        for target in one["Properties"]["Targets"].as_array().unwrap() {
            let to = of_arn(&target["Arn"]).and_then(|name| name.strip_suffix("Queue"));
            let Some(queue) = to else { continue };
            let rest = of_arn(&target["DeadLetterConfig"]["Arn"]);
            assert_eq!(rest, Some(format!("{queue}DeadLetters").as_str()), "{rule}");
            fill.entry(queue).or_default().insert(rule);
        }
    }
    let expected: [(&str, &[&str]); 3] = [
        ("Notices", &["NoticesRule"]),
        ("Reminders", &["RemindersRule"]),
        ("Scan", &["DocumentsRule", "ScanRule"]),
    ];
    let expected = expected.map(|(queue, rules)| (queue, rules.iter().copied().collect()));
    assert_eq!(fill, BTreeMap::from(expected));
    for (queue, rules) in fill {
        let names = ["Queue", "DeadLetters"].map(|kind| format!("{queue}{kind}"));
        let policy = &template()["Resources"][format!("{queue}QueuesPolicy")]["Properties"];
        let queues = names.each_ref().map(|name| json!({"!Ref": name}));
        assert_eq!(policy["Queues"], json!(queues));
        let statements = policy["PolicyDocument"]["Statement"].as_array().unwrap();
        let [statement] = statements.as_slice() else { panic!("{queue}: one statement") };
        assert_eq!(statement["Principal"], json!({"Service": "events.amazonaws.com"}));
        assert_eq!(statement["Action"], "sqs:SendMessage");
        let arns = names.each_ref().map(|name| json!({"!GetAtt": format!("{name}.Arn")}));
        assert_eq!(statement["Resource"], json!(arns));
        let senders = listed(&statement["Condition"]["ArnEquals"]["aws:SourceArn"]);
        let senders: BTreeSet<_> = senders.iter().filter_map(of_arn).collect();
        assert_eq!(senders, rules, "{queue}");
    }
}

#[test]
fn a_scan_may_be_asked_for_again_and_scan_reads_its_queue_and_sends_into_none() {
    let may = |action: &str| -> Vec<Value> {
        let all = statements(template(), "scan").into_iter();
        let with = all.filter(|one| listed(&one["Action"]).contains(&json!(action)));
        with.map(|one| one["Resource"].clone()).collect()
    };
    let under = |prefix: &str| json!({"!Sub": format!("${{Documents.Arn}}/{prefix}/*")});
    assert_eq!(may("s3:PutObject"), [under("quarantine"), under("clean")]);
    assert_eq!(may("sqs:ReceiveMessage"), [json!({"!GetAtt": "ScanQueue.Arn"})]);
    assert_eq!(may("sqs:SendMessage"), Vec::<Value>::new());
    let function = &template()["Resources"]["ScanFunction"]["Properties"];
    assert!(function.get("DeadLetterQueue").is_none(), "nothing invokes it without the queue");
    for (_, permission) in resources(template(), "AWS::Lambda::Permission") {
        assert_ne!(permission["Properties"]["FunctionName"], json!({"!Ref": "ScanFunction"}));
    }
}

/// Actions and resources of every statement of every function, as texts.
fn permissions() -> Vec<(String, Value)> {
    let template = template();
    let names: Vec<String> = functions(template).into_iter().map(|one| one.0).collect();
    names
        .into_iter()
        .flat_map(|name| {
            let statements = statements(template, &name);
            statements.into_iter().map(move |statement| (name.clone(), statement))
        })
        .collect()
}

#[test]
fn no_permission_has_a_wildcard_or_scans() {
    for (function, statement) in permissions() {
        for action in listed(&statement["Action"]) {
            let action = action.as_str().unwrap();
            assert!(!action.contains('*') && action.contains(':'), "{function}: {action}");
            assert!(
                !action.ends_with("Scan") && action != "dynamodb:PartiQLSelect",
                "{function}: {action}"
            );
        }
        for resource in listed(&statement["Resource"]) {
            // Of a bucket, everything under a prefix is named, and nothing more. Whom a sandbox writes to is not known.
            let outside =
                if resource["!If"][0] == "IsSandbox" { &resource["!If"][2] } else { &resource };
            let text = outside.to_string().replace("/quarantine/*", "").replace("/clean/*", "");
            let text = text.replace("${Documents.Arn}/roots/*", "");
            assert!(!text.contains('*'), "{function}: {text}");
        }
    }
}

#[test]
fn one_machine_cannot_use_up_the_decision_page_and_what_nobody_needs_often_is_slow() {
    let template = template();
    let (_, stage) = resources(template, "AWS::ApiGatewayV2::Stage").next().unwrap();
    let properties = &stage["Properties"];
    let limits = |route: &str| {
        let settings = &properties["RouteSettings"][route];
        let parameter = settings["ThrottlingRateLimit"]["!Ref"].as_str().unwrap();
        assert_eq!(settings["ThrottlingBurstLimit"]["!Ref"], parameter, "{route}");
        template["Parameters"][parameter]["Default"].as_u64().unwrap()
    };
    let usual = properties["DefaultRouteSettings"]["ThrottlingRateLimit"].as_u64().unwrap();
    assert!(limits("ANY /d/{token}") == 1000 && usual < 1000);
    assert_eq!(limits("GET /n/{code}"), 200);
    for route in ["GET /c", "POST /c", "ANY /c/{token}"] {
        assert_eq!(limits(route), 50, "{route}");
    }
    let open = ROUTES.iter().filter(|route| !matches!(route.auth, Auth::Jwt));
    let pages = ["/d/", "/n/", "/c"];
    let rest = open.filter(|route| !pages.iter().any(|start| route.path.starts_with(start)));
    for route in rest {
        assert_eq!(limits(&format!("{} {}", route.method, route.path)), 10, "{}", route.path);
    }
}

#[test]
fn refused_requests_for_decision_pages_and_overviews_are_counted_out_of_the_access_log() {
    let template = template();
    let filter = &template["Resources"]["RefusedDecisions"]["Properties"];
    assert_eq!(filter["LogGroupName"], json!({"!Ref": "ApiLogGroup"}));
    let pattern = r#"{ ($.status = "429") && (($.route = "ANY /d/{token}") || ($.route = "ANY /c/{token}")) }"#;
    assert_eq!(filter["FilterPattern"], pattern);
    let pages = ROUTES.iter().filter(|route| route.path.ends_with("/{token}"));
    let pages: Vec<_> = pages.map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(pages.len(), pattern.matches("$.route").count());
    assert!(pages.iter().all(|page| pattern.contains(page)), "by each of them customers answer");
    let counted = json!([{"MetricNamespace": "cpor", "MetricName": "refused_decisions",
        "MetricValue": "1", "Dimensions": [{"Key": "stack", "Value": "$.stack"}]}]);
    assert_eq!(filter["MetricTransformations"], counted);
    for name in ["status", "route", "stack"] {
        assert!(access_log().get(name).is_some(), "{name}");
    }
}

/// A line of the gateway's log, with its variables.
fn access_log() -> Value {
    let (_, stage) = resources(template(), "AWS::ApiGatewayV2::Stage").next().unwrap();
    let format = &stage["Properties"]["AccessLogSettings"]["Format"]["!Sub"];
    serde_json::from_str(format.as_str().unwrap()).unwrap()
}

#[test]
fn the_access_log_names_route_caller_and_subject_never_the_path_and_no_function_reads_it() {
    let line = access_log();
    assert_eq!(line["route"], "$context.routeKey");
    assert_eq!(line["address"], "$context.identity.sourceIp");
    assert_eq!(line["subject"], "$context.authorizer.claims.sub");
    assert!(
        !line.to_string().to_lowercase().contains("path"),
        "the path of a decision is its token"
    );
    assert!(line.as_object().unwrap().keys().all(|name| !name.contains('.')));
    let group = &template()["Resources"]["ApiLogGroup"]["Properties"];
    assert_eq!(group["LogGroupName"]["!Sub"], "/aws/vendedlogs/${AWS::StackName}-api");
    assert_eq!(group["RetentionInDays"], 30);
    for (function, statement) in permissions() {
        let actions = listed(&statement["Action"]);
        let of_logs = actions.iter().any(|one| one.as_str().unwrap().starts_with("logs:"));
        let writes = json!(["logs:CreateLogStream", "logs:PutLogEvents"]);
        let own = json!({"!GetAtt": format!("{function}LogGroup.Arn")});
        let only_its_own = statement["Action"] == writes && statement["Resource"] == own;
        assert!(!of_logs || only_its_own, "{function}: {statement}");
    }
}

#[test]
fn the_account_is_never_locked_out_of_its_keys_and_the_bucket_takes_no_request_without_tls() {
    let template = template();
    let root = json!({"AWS": {"!Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}});
    for (name, key) in resources(template, "AWS::KMS::Key") {
        let account = &key["Properties"]["KeyPolicy"]["Statement"][0];
        assert_eq!((&account["Principal"], &account["Action"]), (&root, &json!("kms:*")), "{name}");
    }
    let policy = &template["Resources"]["DocumentsPolicy"]["Properties"];
    let statement = &policy["PolicyDocument"]["Statement"][0];
    assert_eq!((&statement["Effect"], &statement["Principal"]), (&json!("Deny"), &json!("*")));
    assert_eq!(statement["Condition"], json!({"Bool": {"aws:SecureTransport": "false"}}));
    let whole = json!([{"!GetAtt": "Documents.Arn"}, {"!Sub": "${Documents.Arn}/*"}]);
    assert_eq!(statement["Resource"], whole);
}

#[test]
fn a_daily_root_is_put_once_and_nobody_writes_it_over_or_deletes_it() {
    let template = template();
    let roots = json!({"!Sub": "${Documents.Arn}/roots/*"});
    let policy = &template["Resources"]["DocumentsPolicy"]["Properties"]["PolicyDocument"];
    let denied = listed(&policy["Statement"]);
    let new_alone = json!({"Sid": "NewRoots", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
        "Resource": roots, "Condition": {"Null": {"s3:if-none-match": "true"}}});
    let kept = json!({"Sid": "KeptRoots", "Effect": "Deny", "Principal": "*",
        "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"], "Resource": roots});
    assert_eq!(denied[1..], [new_alone, kept], "whoever asks, an administrator too");
    let bucket = &template["Resources"]["Documents"]["Properties"];
    assert_eq!(bucket["VersioningConfiguration"]["Status"], "Enabled");
    for rule in listed(&bucket["LifecycleConfiguration"]["Rules"]) {
        let prefix = rule["Prefix"].as_str().unwrap();
        assert!(["quarantine/", "clean/"].contains(&prefix), "{rule}");
    }
    for (function, statement) in permissions() {
        let actions = listed(&statement["Action"]);
        for resource in listed(&statement["Resource"]) {
            if resource == roots {
                let permitted = match function.as_str() {
                    "root" => vec![json!("s3:GetObject"), json!("s3:PutObject")],
                    "claims" => vec![json!("s3:GetObject")],
                    other => panic!("{other} has nothing to do with roots"),
                };
                assert_eq!(actions, permitted, "{function}");
            }
            let whole = ["${Documents.Arn}/*", "${Documents.Arn}/ro*"];
            assert!(resource["!Sub"].as_str().is_none_or(|arn| !whole.contains(&arn)));
        }
        let lists = actions.contains(&json!("s3:ListBucket"));
        if lists && ["root", "claims"].contains(&function.as_str()) {
            let prefix = json!({"StringEquals": {"s3:prefix": "roots/"}});
            assert_eq!(statement["Condition"], prefix, "{function} sees no names of documents");
        }
    }
    let wakes = &template["Resources"]["RootRule"]["Properties"];
    assert_eq!(wakes["ScheduleExpression"], "rate(1 hour)", "the alarm counts by hours");
    let alarm = &template["Resources"]["RootLateAlarm"]["Properties"];
    assert_eq!((&alarm["Period"], &alarm["Threshold"]), (&json!(3600), &json!(86400)));
    assert_eq!(alarm["TreatMissingData"], "breaching");
}

#[test]
fn every_permission_on_the_table_names_leading_keys() {
    for (function, statement) in permissions() {
        let table = listed(&statement["Resource"]).contains(&json!({"!GetAtt": "Table.Arn"}));
        let keys = &statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
        assert!(!table || keys.is_array(), "{function}: {statement}");
    }
}

/// The statements by which a function may write to the table.
fn writing_statements(function: &str) -> Vec<Value> {
    let reads = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem"];
    let writes = |action: &Value| {
        let action = action.as_str().unwrap_or_default();
        action.starts_with("dynamodb:") && !reads.contains(&action)
    };
    let all = statements(template(), function).into_iter();
    let on_the_table = all.filter(|one| one["Resource"]["!GetAtt"] == "Table.Arn");
    on_the_table.filter(|one| listed(&one["Action"]).iter().any(writes)).collect()
}

fn writes_to_the_table(function: &str) -> bool {
    !writing_statements(function).is_empty()
}

/// The partition keys that a function may write, by their beginnings.
fn written_by(function: &str) -> Vec<String> {
    let writing = writing_statements(function);
    assert_eq!(writing.len(), 1, "{function}: one statement holds what a transaction may name");
    let keys = &writing[0]["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
    listed(keys).iter().filter_map(|key| key.as_str().map(str::to_owned)).collect()
}

#[test]
fn each_role_writes_the_items_that_its_code_writes_and_no_other() {
    let claims = ["C#*", "T#*", "L#*", "B#*"];
    let own: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("customer", ["RU#*"].as_slice()),
        ("overview", &["RU#*", "Q#*"]),
        ("sweep", &["MB#*"]),
        ("claims", &["Q#*"]),
        ("review", &["Q#*", "Z#*"]),
        ("finalize", &["S", "X#*", "Z#*", "CA#recounts"]),
        ("evidence", &["Q#*"]),
        ("notify", &["N#*", "Q#*", "G", "G#*", "MB#*"]),
        ("scan", &["E#*"]),
    ]);
    for (function, ..) in functions(template()) {
        let expected = match function.as_str() {
            "directory" => vec!["TN#*", "PA#*", "PR#*", "CA#*", "DM#*", "MB#*", "U#*", "S"],
            "publish" => vec!["C#*", "F#*", "CF#*"],
            "webhooks" => vec!["W#*", "WS#*", "WD#*"],
            "root" => {
                assert!(!writes_to_the_table("root"), "it reads alone");
                continue;
            }
            other => [claims.as_slice(), own.get(other).copied().unwrap_or_default()].concat(),
        };
        assert_eq!(written_by(&function), expected, "{function}");
    }
}

#[test]
fn the_tables_definition_is_the_stores() {
    let template = template();
    let (_, table) = resources(template, "AWS::DynamoDB::Table").next().unwrap();
    let ours = engine::table();
    let sorted = |value: &Value| {
        let mut all: Vec<String> = listed(value).iter().map(Value::to_string).collect();
        all.sort();
        all
    };
    let properties = &table["Properties"];
    for part in ["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes"] {
        assert_eq!(sorted(&properties[part]), sorted(&ours[part]), "{part}");
    }
    assert_eq!(properties["StreamSpecification"]["StreamViewType"], "NEW_AND_OLD_IMAGES");
    assert_eq!(properties["TimeToLiveSpecification"]["AttributeName"], "expires");
}

#[test]
fn the_archives_filter_lets_claims_and_reminders_through_and_never_what_the_archive_writes() {
    let template = template();
    let (_, source) = resources(template, "AWS::Lambda::EventSourceMapping")
        .find(|(_, one)| one["Properties"]["EventSourceArn"]["!GetAtt"] == "Table.StreamArn")
        .unwrap();
    let filters = source["Properties"]["FilterCriteria"]["Filters"].as_array().unwrap();
    assert_eq!(filters.len(), 1);
    let pattern: Value = serde_json::from_str(filters[0]["Pattern"].as_str().unwrap()).unwrap();
    let expected = json!({
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "C#"}]}, "sk": {"S": ["A", {"prefix": "M#"}]}}},
    });
    assert_eq!(pattern, expected);
}

#[test]
fn a_revision_of_the_directory_wakes_neither_archive_nor_sweep() {
    let template = template();
    let sources = resources(template, "AWS::Lambda::EventSourceMapping");
    let on_the_stream: Vec<_> = sources
        .filter(|(_, one)| one["Properties"]["EventSourceArn"]["!GetAtt"] == "Table.StreamArn")
        .collect();
    assert_eq!(on_the_stream.len(), 2);
    for (name, source) in on_the_stream {
        for filter in listed(&source["Properties"]["FilterCriteria"]["Filters"]) {
            let pattern: Value = serde_json::from_str(filter["Pattern"].as_str().unwrap()).unwrap();
            for permitted in listed(&pattern["dynamodb"]["Keys"]["sk"]["S"]) {
                let beginning = permitted["prefix"].as_str().or(permitted.as_str()).unwrap();
                let lets_through = beginning.starts_with("H#") || "H#000001".starts_with(beginning);
                assert!(!lets_through, "{name}: {permitted}");
            }
        }
    }
}

#[test]
fn what_holds_data_or_keys_outlives_its_stack_save_where_the_deploy_that_makes_it_fails() {
    let keys = ["DocumentKey", "QueueKey", "LinkSecret", "CursorSecret", "MailboxSecret"];
    let kept = [keys.as_slice(), &["Table", "Documents", "UserPool"]].concat();
    for (name, resource) in template()["Resources"].as_object().unwrap() {
        let policy = resource["DeletionPolicy"].as_str();
        let expected = kept.contains(&name.as_str()).then_some("RetainExceptOnCreate");
        if resource["Type"] == "AWS::Logs::LogGroup" {
            assert_eq!(policy, Some("Delete"), "{name}");
        } else {
            assert_eq!(policy, expected, "{name}");
            let replaced = resource["UpdateReplacePolicy"].as_str();
            assert_eq!(replaced, expected.map(|_| "Retain"), "{name}");
        }
    }
}

#[test]
fn table_and_people_are_protected_unless_a_first_deploy_or_a_sandbox_says_no() {
    let template = template();
    let protected = &template["Conditions"]["IsProtected"]["!And"];
    let outside = json!({"!Equals": [{"!Ref": "Sandbox"}, "false"]});
    assert_eq!(protected, &json!([outside, {"!Equals": [{"!Ref": "Protected"}, "true"]}]));
    assert_eq!(template["Parameters"]["Protected"]["Default"], "true");
    let of = |name: &str, property: &str| &template["Resources"][name]["Properties"][property];
    let table = of("Table", "DeletionProtectionEnabled");
    assert_eq!(table, &json!({"!If": ["IsProtected", true, false]}));
    let people = of("UserPool", "DeletionProtection");
    assert_eq!(people, &json!({"!If": ["IsProtected", "ACTIVE", "INACTIVE"]}));
}

#[test]
fn outside_a_sandbox_a_domain_is_required_and_shuts_the_generated_address() {
    let template = template();
    let rule = &template["Rules"]["OutsideSandbox"];
    assert_eq!(rule["RuleCondition"], json!({"!Equals": [{"!Ref": "Sandbox"}, "false"]}));
    let domain = json!({"!Not": [{"!Equals": [{"!Ref": "DomainName"}, ""]}]});
    assert_eq!(rule["Assertions"][0]["Assert"], domain);
    assert_eq!(template["Conditions"]["HasDomain"], domain);
    let of = |name: &str| &template["Resources"][name]["Properties"];
    let shut = &of("Api")["DisableExecuteApiEndpoint"];
    assert_eq!(shut, &json!({"!If": ["HasDomain", true, false]}));
    let mapping = json!({"ApiId": {"!Ref": "Api"}, "DomainName": {"!Ref": "Domain"}, "Stage": {"!Ref": "Stage"}});
    assert_eq!(of("DomainMapping"), &mapping, "all paths: a mapping without a key is the root");
}

/// A property of a side's app client.
fn of_client<'a>(client: &str, property: &'a str) -> &'a Value {
    let name = format!("{client}Client");
    &template()["Resources"][name]["Properties"][property]
}

#[test]
fn everybody_signs_in_with_a_second_factor_unless_a_sandbox_says_otherwise() {
    let template = template();
    let factor = &template["Parameters"]["SecondFactor"];
    assert_eq!(factor["Default"], "ON");
    assert_eq!(factor["AllowedValues"], json!(["ON", "OPTIONAL"]));
    let pool = &template["Resources"]["UserPool"]["Properties"];
    assert_eq!(pool["MfaConfiguration"], json!({"!Ref": "SecondFactor"}));
    assert_eq!(pool["EnabledMfas"], json!(["SOFTWARE_TOKEN_MFA"]));
    let rule = &template["Rules"]["OutsideSandbox"];
    let asserted = rule["Assertions"].as_array().unwrap().iter().map(|one| &one["Assert"]);
    let required = json!({"!Equals": [{"!Ref": "SecondFactor"}, "ON"]});
    assert_eq!(asserted.filter(|one| **one == required).count(), 1);
}

#[test]
fn a_token_is_good_for_a_quarter_of_an_hour_and_staff_sign_in_again_after_twelve_hours() {
    for (client, hours) in [("Operators", 12), ("Partners", 24), ("Customers", 24)] {
        let units =
            json!({"IdToken": "minutes", "AccessToken": "minutes", "RefreshToken": "hours"});
        assert_eq!(of_client(client, "TokenValidityUnits"), &units);
        let id_token = json!({"!If": ["IsSandbox", 720, 15]});
        assert_eq!(of_client(client, "IdTokenValidity"), &id_token);
        assert_eq!(of_client(client, "AccessTokenValidity"), 15);
        assert_eq!(of_client(client, "RefreshTokenValidity"), hours, "{client}");
        assert_eq!(
            of_client(client, "WriteAttributes"),
            &json!(["name"]),
            "nobody writes who it is"
        );
    }
}

#[test]
fn the_hosted_sign_in_gives_codes_to_this_machine_alone_and_only_where_it_is_wanted() {
    let wanted = |value: Value| json!({"!If": ["HasSignIn", value, {"!Ref": "AWS::NoValue"}]});
    let ports = cpor::sign_in::PORTS.map(|port| format!("http://localhost:{port}/callback"));
    for client in ["Operators", "Partners", "Customers"] {
        let on = json!({"!If": ["HasSignIn", true, false]});
        assert_eq!(of_client(client, "AllowedOAuthFlowsUserPoolClient"), &on);
        assert_eq!(of_client(client, "AllowedOAuthFlows"), &wanted(json!(["code"])));
        assert_eq!(of_client(client, "AllowedOAuthScopes"), &wanted(json!(["openid"])));
        assert_eq!(of_client(client, "CallbackURLs"), &wanted(json!(ports)));
        assert_eq!(of_client(client, "SupportedIdentityProviders"), &json!(["COGNITO"]));
    }
    assert_eq!(template()["Resources"]["SignIn"]["Condition"], "HasSignIn");
    assert_eq!(template()["Parameters"]["SignInPrefix"]["Default"], "");
}

#[test]
fn every_function_with_callers_knows_the_client_of_each_side_and_the_gateway_lets_these_through() {
    let template = template();
    let sides = ["Partners", "Operators", "Customers"];
    let ids = sides.map(|side| json!({"!Ref": format!("{side}Client")}));
    let known = ["PARTNERS_CLIENT", "OPERATORS_CLIENT", "CUSTOMERS_CLIENT"];
    for (function, _, properties) in functions(template) {
        let variables = &properties["Environment"]["Variables"];
        let has_callers = ROUTES
            .iter()
            .any(|route| route.function == function && matches!(route.auth, Auth::Jwt));
        for (name, id) in known.iter().zip(&ids) {
            assert_eq!(variables.get(name), has_callers.then_some(id), "{function}: {name}");
        }
    }
    let gateway = &template["Resources"]["Authorizer"]["Properties"]["JwtConfiguration"];
    assert_eq!(gateway["Audience"], json!(ids));
}

#[test]
fn links_live_on_the_domain_or_on_the_edge_before_it() {
    let template = template();
    let domain = json!({"!If": ["HasDomain", {"!Sub": "https://${DomainName}"}, {"!GetAtt": "Api.ApiEndpoint"}]});
    assert_eq!(template["Outputs"]["ApiEndpoint"]["Value"], domain);
    let links = json!({"!If": ["HasPublicBaseUrl", {"!Ref": "PublicBaseUrl"}, domain]});
    for function in ["DecisionFunction", "NotifyFunction", "OverviewFunction"] {
        let variables = &template["Resources"][function]["Properties"]["Environment"]["Variables"];
        assert_eq!(variables["PUBLIC_BASE_URL"], links, "{function}");
    }
}

#[test]
fn scan_hears_the_one_scanner_of_this_account_and_the_plans_trouble_is_an_alarm() {
    let template = template();
    let of = |name: &str| &template["Resources"][name]["Properties"];
    let account = json!([{"!Ref": "AWS::AccountId"}]);
    let heard = &of("ScanRule")["EventPattern"];
    let source = json!([{"!If": ["HasGuardDuty", "aws.guardduty", "cpor.scanner"]}]);
    assert_eq!((&heard["source"], &heard["account"]), (&source, &account));
    let trouble = &of("ScanPlanRule")["EventPattern"];
    assert_eq!((&trouble["source"], &trouble["account"]), (&json!(["aws.guardduty"]), &account));
    let status = ["Warning", "Error"]
        .map(|one| format!("GuardDuty Malware Protection Resource Status {one}"));
    assert_eq!(trouble["detail-type"], json!(status));
    assert_eq!(of("ScanPlanRule")["Targets"][0]["Arn"], json!({"!Ref": "Alarms"}));
    let policy = &of("AlarmsPolicy")["PolicyDocument"]["Statement"][0]["Principal"]["Service"];
    assert_eq!(policy, &json!(["cloudwatch.amazonaws.com", "events.amazonaws.com"]));
    for statement in listed(&of("ScannerRole")["Policies"][0]["PolicyDocument"]["Statement"]) {
        let actions = statement["Action"].to_string();
        let changes = ["PutRule", "DeleteRule", "PutTargets", "RemoveTargets"];
        if changes.iter().any(|one| actions.contains(&format!("events:{one}"))) {
            let plan = "malware-protection-plan.guardduty.amazonaws.com";
            assert_eq!(statement["Condition"], json!({"StringLike": {"events:ManagedBy": plan}}));
        }
    }
}

#[test]
fn the_bucket_keeps_old_versions_for_days_and_scan_may_delete_them() {
    let template = template();
    let bucket = &template["Resources"]["Documents"]["Properties"];
    assert_eq!(bucket["VersioningConfiguration"]["Status"], "Enabled");
    let rules = listed(&bucket["LifecycleConfiguration"]["Rules"]);
    let kept = |prefix: &str| {
        let of_prefix = rules.iter().filter(|rule| rule["Prefix"] == prefix);
        let days = of_prefix
            .filter_map(|rule| rule["NoncurrentVersionExpiration"]["NoncurrentDays"].as_u64());
        days.collect::<Vec<_>>()
    };
    assert_eq!((kept("quarantine/"), kept("clean/")), (vec![1], vec![7]));
    let may = |action: &str| -> Vec<Value> {
        let all = statements(template, "scan").into_iter();
        let with = all.filter(|one| listed(&one["Action"]).contains(&json!(action)));
        with.map(|one| one["Resource"].clone()).collect()
    };
    let under = |prefix: &str| json!({"!Sub": format!("${{Documents.Arn}}/{prefix}/*")});
    assert_eq!(may("s3:DeleteObjectVersion"), [under("quarantine"), under("clean")]);
    assert_eq!(may("s3:ListBucketVersions"), [json!({"!GetAtt": "Documents.Arn"})]);
}

#[test]
fn the_table_can_be_warmed_beforehand() {
    let template = template();
    let table = &template["Resources"]["Table"]["Properties"];
    let warm = json!({"ReadUnitsPerSecond": {"!Ref": "WarmReads"}, "WriteUnitsPerSecond": {"!Ref": "WarmWrites"}});
    let expected = json!({"!If": ["IsWarm", warm, {"!Ref": "AWS::NoValue"}]});
    assert_eq!(table["WarmThroughput"], expected);
    let default = |parameter: &str| template["Parameters"][parameter]["Default"].as_u64();
    assert_eq!((default("WarmWrites"), default("WarmReads")), (Some(0), Some(12_000)));
}

#[test]
fn a_portal_of_a_named_origin_may_send_and_read_every_header_of_the_contract_and_no_other_may() {
    let template = template();
    let of = |name: &str| &template["Resources"][name]["Properties"]["CorsConfiguration"]["!If"];
    let nothing = json!({"!Ref": "AWS::NoValue"});
    for name in ["Api", "Documents"] {
        let cors = of(name);
        assert_eq!((&cors[0], &cors[2]), (&json!("HasOrigins"), &nothing), "{name}");
        assert!(cors[1].to_string().contains(r#"{"!Ref":"AllowedOrigins"}"#), "{name}");
    }
    assert_eq!(template["Parameters"]["AllowedOrigins"]["Default"], "");
    let cors = &of("Api")[1];
    let texts = |value: &Value| -> BTreeSet<String> {
        listed(value).iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let methods: BTreeSet<String> = ROUTES
        .iter()
        .filter(|route| matches!(route.auth, Auth::Jwt))
        .map(|route| route.method.to_owned())
        .collect();
    assert_eq!(texts(&cors["AllowMethods"]), methods);
    let contract = web::openapi::build_document();
    let (mut sent, mut answered) = (BTreeSet::new(), BTreeSet::new());
    headers(&contract, &mut sent, &mut answered);
    assert!(sent.len() >= 3 && answered.len() >= 4, "{sent:?} {answered:?}");
    let allowed = texts(&cors["AllowHeaders"]);
    assert!(allowed.is_superset(&sent) && allowed.contains("authorization"), "{sent:?}");
    assert_eq!(texts(&cors["ExposeHeaders"]), answered);
}

/// The headers of requests and answers that a contract names, in lower case.
fn headers(value: &Value, sent: &mut BTreeSet<String>, answered: &mut BTreeSet<String>) {
    if value["in"] == "header" {
        sent.extend(value["name"].as_str().map(str::to_lowercase));
    }
    if let Some(named) = value["headers"].as_object() {
        answered.extend(named.keys().map(|name| name.to_lowercase()));
    }
    let inner = value
        .as_array()
        .into_iter()
        .flatten()
        .chain(value.as_object().into_iter().flat_map(serde_json::Map::values));
    for one in inner {
        headers(one, sent, answered);
    }
}

#[test]
fn an_alarm_rings_at_four_fifths_of_the_concurrency_that_the_account_is_said_to_have() {
    let template = template();
    let alarm = &template["Resources"]["ConcurrencyAlarm"]["Properties"];
    let chosen = json!({"!FindInMap": ["Accounts", {"!Ref": "AccountConcurrency"}, "Nearly"]});
    assert_eq!((&alarm["Threshold"], alarm.get("Dimensions")), (&chosen, None), "of the account");
    let accounts = template["Mappings"]["Accounts"].as_object().unwrap();
    let known = listed(&template["Parameters"]["AccountConcurrency"]["AllowedValues"]);
    assert_eq!(accounts.len(), known.len());
    for size in known {
        let size = size.as_str().unwrap();
        let nearly = accounts[size]["Nearly"].as_u64().unwrap();
        assert_eq!(nearly * 10, size.parse::<u64>().unwrap() * 8, "{size}");
    }
}

#[test]
fn every_function_has_alarms_on_its_errors_and_on_being_throttled() {
    let template = template();
    for (name, logical, _) in functions(template) {
        let word = logical.trim_end_matches("Function");
        for metric in ["Errors", "Throttles"] {
            let alarm = &template["Resources"][format!("{word}{metric}Alarm")]["Properties"];
            let expected = json!([{"Name": "FunctionName", "Value": {"!Ref": logical}}]);
            assert_eq!(alarm["Dimensions"], expected, "{name}");
            assert_eq!(
                (&alarm["Namespace"], &alarm["MetricName"]),
                (&json!("AWS/Lambda"), &json!(metric))
            );
        }
    }
}

#[test]
fn every_alarm_is_told_and_none_calculates() {
    for (name, alarm) in resources(template(), "AWS::CloudWatch::Alarm") {
        let properties = &alarm["Properties"];
        assert_eq!(properties["AlarmActions"], json!([{"!Ref": "Alarms"}]), "{name}");
        assert!(properties["AlarmDescription"].is_string(), "{name}");
        assert!(properties.get("Metrics").is_none(), "{name}");
        assert!(properties["TreatMissingData"].is_string(), "{name}");
    }
}

/// Under which heading of the operations an alarm is: its own, or that of all functions or all queues.
fn entry_of(alarm: &str) -> String {
    let functions = functions(template());
    let functions = functions.iter().map(|one| one.1.trim_end_matches("Function"));
    let queues = template()["Mappings"]["Queues"].as_object().unwrap().keys().map(String::as_str);
    let of_functions: Vec<_> = functions
        .flat_map(|word| {
            ["ErrorsAlarm", "ThrottlesAlarm"].map(|kind| (format!("{word}{kind}"), kind))
        })
        .collect();
    let of_queues = queues.map(|word| (format!("{word}AgeAlarm"), "AgeAlarm"));
    let family = of_functions.into_iter().chain(of_queues).find(|(one, _)| one == alarm);
    family.map_or_else(|| alarm.to_owned(), |(_, kind)| kind.to_owned())
}

#[test]
fn each_alarm_has_its_entry_in_the_operations_and_each_entry_its_alarm() {
    let text = include_str!("../../docs/operations.md");
    let (_, text) = text.split_once("\n## 3. Alarms\n").unwrap();
    let (text, _) = text.split_once("\n## 4. ").unwrap();
    let mut entries = BTreeSet::new();
    for entry in text.split("\n### ").skip(1) {
        let (heading, body) = entry.split_once('\n').unwrap();
        let words = heading.split([' ', ',']);
        let alarms: Vec<&str> = words.filter(|word| word.ends_with("Alarm")).collect();
        for part in ["Measures", "Means", "Look first", "Do", "Users notice", "If nothing is done"]
        {
            let said = body.contains(&format!("- **{part}**: "));
            assert!(said || alarms.is_empty(), "{heading} does not say: {part}");
        }
        for alarm in alarms {
            assert!(entries.insert(alarm.to_owned()), "{alarm} has two entries");
        }
    }
    let alarms = resources(template(), "AWS::CloudWatch::Alarm");
    assert_eq!(entries, alarms.map(|(name, _)| entry_of(name)).collect());
}

#[test]
fn the_dashboard_reads_log_groups_and_metrics_that_there_are_and_names_no_resource() {
    let template = template();
    let body = &template["Resources"]["Dashboard"]["Properties"]["DashboardBody"];
    let widgets = listed(&body["Fn::ToJsonString"]["widgets"]);
    assert!(widgets.len() >= 6);
    let groups: BTreeSet<String> = resources(template, "AWS::Logs::LogGroup")
        .map(|(_, one)| one["Properties"]["LogGroupName"]["!Sub"].as_str().unwrap().to_owned())
        .collect();
    for widget in widgets {
        let properties = &widget["properties"];
        if widget["type"] == "log" {
            let query = properties["query"]["!Sub"].as_str().unwrap();
            let group = query.strip_prefix("SOURCE \"").unwrap().split('"').next().unwrap();
            assert!(groups.contains(group), "{query}");
        } else {
            let metric = &properties["metrics"][0];
            let ours =
                metric[0] != "cpor" || metric::ALARMED.contains(&metric[1].as_str().unwrap());
            assert!(ours && !properties.to_string().contains("expression"), "{metric}");
        }
        let text = widget.to_string();
        let referred = text.matches("!Ref").count() + text.matches("${").count();
        let names =
            text.matches(r#""!Ref":"AWS::"#).count() + text.matches("${AWS::StackName}").count();
        assert!(referred == names && !text.contains("!GetAtt"), "{text}");
    }
}

#[test]
fn the_template_can_be_read() {
    let text = include_str!("../../template.yaml");
    assert!(text.lines().count() <= 980, "{} lines", text.lines().count());
    for (no, line) in text.lines().enumerate() {
        assert!(line.chars().count() <= 160, "line {}", no + 1);
    }
}
