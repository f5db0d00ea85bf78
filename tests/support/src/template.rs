//! `template.yaml` as a value, and what it permits each function to do with the table.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::{Map, Value, json};
use serde_norway::Value as Yaml;

use crate::wire::Call;

mod loops;

/// The template as it is deployed, with its loops carried out; an intrinsic function `!F x` stands as
/// `{"!F": x}`.
pub fn template() -> &'static Value {
    static TEMPLATE: LazyLock<Value> =
        LazyLock::new(|| expanded(include_str!("../../../template.yaml")));
    &TEMPLATE
}

/// A template's text as a value, with its loops carried out.
pub fn expanded(text: &str) -> Value {
    loops::expand(read(serde_norway::from_str(text).expect("a readable template")))
}

fn read(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => json!(value),
        Yaml::Number(number) => {
            number.as_i64().map_or_else(|| json!(number.as_f64()), |n| json!(n))
        }
        Yaml::String(text) => json!(text),
        Yaml::Sequence(values) => values.into_iter().map(read).collect(),
        Yaml::Mapping(fields) => {
            let field = |(name, value): (Yaml, Yaml)| (scalar(&name), read(value));
            Value::Object(fields.into_iter().map(field).collect())
        }
        Yaml::Tagged(tagged) => json!({ tagged.tag.to_string(): read(tagged.value) }),
    }
}

fn scalar(name: &Yaml) -> String {
    match name {
        Yaml::String(text) => text.clone(),
        Yaml::Number(number) => number.to_string(),
        Yaml::Bool(_) | Yaml::Null | Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => {
            panic!("a name that is not a text: {name:?}")
        }
    }
}

/// The resources of a type, by logical name.
pub fn resources<'a>(
    template: &'a Value,
    kind: &'a str,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let all = template["Resources"].as_object().expect("resources");
    all.iter().filter(move |(_, one)| one["Type"] == kind).map(|(name, one)| (name.as_str(), one))
}

/// The functions by their own names (`claims`, …), with their logical names and properties.
pub fn functions(template: &Value) -> Vec<(String, &str, &Value)> {
    resources(template, "AWS::Serverless::Function")
        .map(|(logical, one)| {
            let properties = &one["Properties"];
            let name = properties["FunctionName"]["!Sub"].as_str().expect("a function's name");
            let own = name.rsplit('-').next().unwrap_or_default();
            (own.to_owned(), logical, properties)
        })
        .collect()
}

/// The policy statements of a function's role: those of the policy of its own, and what every function may.
pub fn statements(template: &Value, function: &str) -> Vec<Value> {
    let all = functions(template);
    let (_, _, properties) = all.iter().find(|one| one.0 == function).expect("a known function");
    let role = properties["Role"]["!GetAtt"].as_str().expect("a role").trim_end_matches(".Arn");
    let role = &template["Resources"][role]["Properties"];
    let managed = listed(&role["ManagedPolicyArns"]).into_iter().map(|policy| {
        let policy = policy["!Ref"].as_str().expect("a policy of the template");
        template["Resources"][policy]["Properties"].clone()
    });
    let policies = managed.chain(listed(&role["Policies"]));
    let statements = |policy: Value| policy["PolicyDocument"]["Statement"].as_array().cloned();
    policies.filter_map(statements).flatten().collect()
}

/// A value that may stand alone, as a list.
pub fn listed(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

/// What a function may do with the table.
#[derive(Debug, Clone)]
pub struct Permissions {
    function: String,
    grants: Vec<Grant>,
}

#[derive(Debug, Clone)]
struct Grant {
    actions: Vec<String>,
    /// The indexes it is for; none: the table itself.
    indexes: Vec<String>,
    /// Patterns of partition keys; none: every key.
    keys: Vec<String>,
}

/// Permissions that were read before: every test asks for those of every function.
type Known = HashMap<(String, bool), Arc<Permissions>>;

/// One thing a call does: action, index, partition key.
type Access = (String, Option<String>, Option<String>);

impl Permissions {
    /// What the template permits `function`, in a sandbox or outside.
    pub fn of(function: &str, sandbox: bool) -> Arc<Self> {
        static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let of_function = known.entry((function.to_owned(), sandbox));
        Arc::clone(of_function.or_insert_with(|| Arc::new(Self::read(function, sandbox))))
    }

    fn read(function: &str, sandbox: bool) -> Self {
        let grants =
            statements(template(), function).iter().filter_map(|one| grant(one, sandbox)).collect();
        Self { function: function.to_owned(), grants }
    }

    /// What of the call is not permitted, if anything.
    pub fn refusal(&self, call: &Call) -> Option<String> {
        let forbidden = accesses(call)
            .into_iter()
            .find(|access| !self.grants.iter().any(|grant| grant.covers(access)));
        forbidden.map(|(action, index, key)| {
            format!("{} may not {action} on index {index:?}, key {key:?}", self.function)
        })
    }
}

fn grant(statement: &Value, sandbox: bool) -> Option<Grant> {
    let actions: Vec<String> = texts(&statement["Action"])
        .into_iter()
        .filter_map(|action| action.strip_prefix("dynamodb:").map(str::to_owned))
        .collect();
    if actions.is_empty() {
        return None;
    }
    let arns = listed(&statement["Resource"]);
    let index =
        |arn: &Value| arn["!Sub"].as_str()?.strip_prefix("${Table.Arn}/index/").map(str::to_owned);
    let indexes = arns.iter().filter_map(index).collect();
    let keys = listed(&statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]);
    let keys = keys.iter().filter_map(|key| pattern(key, sandbox)).collect();
    Some(Grant { actions, indexes, keys })
}

fn pattern(key: &Value, sandbox: bool) -> Option<String> {
    let chosen = if sandbox { &key["!If"][1] } else { &key["!If"][2] };
    key.as_str().or(chosen.as_str()).map(str::to_owned)
}

fn texts(value: &Value) -> Vec<String> {
    listed(value).iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

impl Grant {
    fn covers(&self, (action, index, key): &Access) -> bool {
        let place = match index {
            Some(index) => self.indexes.contains(index),
            None => self.indexes.is_empty(),
        };
        place && self.actions.contains(action) && (index.is_some() || self.opens(key.as_deref()))
    }

    fn opens(&self, key: Option<&str>) -> bool {
        let fits = |pattern: &String, key: &str| match pattern.strip_suffix('*') {
            Some(prefix) => key.starts_with(prefix),
            None => key == pattern,
        };
        self.keys.is_empty()
            || key.is_some_and(|key| self.keys.iter().any(|pattern| fits(pattern, key)))
    }
}

/// What a call does, as IAM sees it (`docs/architecture.md §5`): a batch of statements and a transaction
/// are what is in them.
fn accesses(call: &Call) -> Vec<Access> {
    let request = &call.request;
    let of_key = |action: &str, item: &Value| {
        (action.to_owned(), None, item["pk"]["S"].as_str().map(str::to_owned))
    };
    match call.operation.as_str() {
        "PutItem" => vec![of_key("PutItem", &request["Item"])],
        "Query" => vec![query(request)],
        "BatchGetItem" => tables(&request["RequestItems"])
            .flat_map(|table| listed(&table["Keys"]))
            .map(|key| of_key("BatchGetItem", &key))
            .collect(),
        "BatchWriteItem" => tables(&request["RequestItems"])
            .flat_map(listed)
            .map(|one| of_key("BatchWriteItem", &written(&one)))
            .collect(),
        "TransactWriteItems" | "TransactGetItems" => {
            listed(&request["TransactItems"]).iter().map(part).collect()
        }
        "BatchExecuteStatement" => listed(&request["Statements"]).iter().map(statement).collect(),
        other => vec![of_key(other, &request["Key"])],
    }
}

fn tables(items: &Value) -> impl Iterator<Item = &Value> {
    items.as_object().into_iter().flat_map(Map::values)
}

fn written(request: &Value) -> Value {
    let put = &request["PutRequest"]["Item"];
    if put.is_null() { request["DeleteRequest"]["Key"].clone() } else { put.clone() }
}

fn part(part: &Value) -> Access {
    let (name, what) = part.as_object().and_then(|part| part.iter().next()).expect("a part");
    let action = match name.as_str() {
        "ConditionCheck" => "ConditionCheckItem".to_owned(),
        name => format!("{name}Item"),
    };
    let key = if name == "Put" { &what["Item"] } else { &what["Key"] };
    (action, None, key["pk"]["S"].as_str().map(str::to_owned))
}

fn statement(statement: &Value) -> Access {
    let text = statement["Statement"].as_str().unwrap_or_default();
    let verb = text.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let action = match verb.as_str() {
        "update" => "PartiQLUpdate",
        "insert" => "PartiQLInsert",
        "delete" => "PartiQLDelete",
        _ => "PartiQLSelect",
    };
    let before = text.find("pk").map_or("", |at| &text[..at]);
    let place = before.matches('?').count();
    let key = statement["Parameters"][place]["S"].as_str().map(str::to_owned);
    (action.to_owned(), None, key)
}

fn query(request: &Value) -> Access {
    let index = request["IndexName"].as_str().map(str::to_owned);
    let condition = request["KeyConditionExpression"].as_str().unwrap_or_default();
    let key = condition.split(" AND ").find_map(|one| {
        let (name, value) = one.split_once('=')?;
        let name = name.trim();
        let name = request["ExpressionAttributeNames"][name].as_str().unwrap_or(name);
        (name == "pk").then(|| request["ExpressionAttributeValues"][value.trim()]["S"].clone())
    });
    ("Query".to_owned(), index, key.and_then(|key| key.as_str().map(str::to_owned)))
}

/// The partition keys that a call writes: `C#<claim>`, `S`, ….
pub fn written_partitions(call: &Call) -> Vec<String> {
    let reads = ["GetItem", "Query", "BatchGetItem", "TransactGetItems", "PartiQLSelect"];
    let writes = accesses(call).into_iter().filter(|access| !reads.contains(&access.0.as_str()));
    writes.filter_map(|(_, _, key)| key).collect()
}

/// The queues of mails to which rules of the template lead an event of the bus.
pub fn mail_queues_of(event: &Value) -> Vec<&'static str> {
    let leads = |rule: &str| {
        let pattern = &template()["Resources"][rule]["Properties"]["EventPattern"];
        let ways = pattern["$or"].as_array().expect("ways");
        ways.iter().any(|way| {
            let types = way["detail-type"].as_array().expect("types");
            types.contains(&event["type"]) && is_by(&way["detail"]["actor"], &event["actor"])
        })
    };
    let rules = [("NoticesRule", "notices"), ("RemindersRule", "reminders")];
    rules.into_iter().filter(|(rule, _)| leads(rule)).map(|(_, queue)| queue).collect()
}

/// Whether a pattern of actors, if there is one, takes that actor.
fn is_by(pattern: &Value, actor: &Value) -> bool {
    let Some(actors) = pattern.as_array() else { return true };
    actors.iter().any(|own| match own["anything-but"].as_array() {
        Some(others) => !others.contains(actor),
        None => own == actor,
    })
}
