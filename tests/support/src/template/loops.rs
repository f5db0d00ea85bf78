//! What the transform `AWS::LanguageExtensions` does with a template: it carries out the loops, `Fn::ForEach`,
//! and looks up what stands in `Mappings`, `Fn::FindInMap`.
//!
//! A loop's variable is replaced where AWS replaces it: in the names of the loop's members (`${X}`, and `&{X}`
//! without what is no letter and no digit), in `!Ref X`, and as `${X}` in a `!Sub`. AWS leaves it alone in any
//! other text, so that one that stands there is a mistake, and a panic here. A `!Sub` in which nothing is left to
//! replace becomes its text, and a `!GetAtt` of two parts the usual one with a dot.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

const LOOP: &str = "Fn::ForEach::";
/// The sections in which AWS carries out loops.
const SECTIONS: [&str; 3] = ["Conditions", "Resources", "Outputs"];

/// The template without loops and without `Fn::FindInMap`.
pub(super) fn expand(mut template: Value) -> Value {
    let mappings = template["Mappings"].clone();
    let scope = Scope { mappings: &mappings, words: BTreeMap::new() };
    for section in SECTIONS {
        if let Some(Value::Object(members)) = template.get_mut(section) {
            *members = scope.members(members);
        }
    }
    template
}

/// Where a value stands.
struct Scope<'a> {
    mappings: &'a Value,
    /// The words that the variables of the loops around it stand for.
    words: BTreeMap<String, String>,
}

impl Scope<'_> {
    /// The members of a section or of a loop, whose names may hold variables.
    fn members(&self, members: &Map<String, Value>) -> Map<String, Value> {
        let mut expanded = Map::new();
        for (name, member) in members {
            let made = if name.starts_with(LOOP) {
                self.repeat(name, member)
            } else {
                vec![(self.name(name), self.value(member))]
            };
            for (name, member) in made {
                assert!(expanded.insert(name.clone(), member).is_none(), "{name} is made twice");
            }
        }
        expanded
    }

    /// What a loop makes: its members, once for each word of its list.
    fn repeat(&self, name: &str, parts: &Value) -> Vec<(String, Value)> {
        let Some([Value::String(variable), list, Value::Object(members)]) =
            parts.as_array().map(Vec::as_slice)
        else {
            panic!("{name} is not made of a variable, a list and members");
        };
        let list = self.value(list);
        let words = list.as_array().unwrap_or_else(|| panic!("{name} has no list"));
        let word = |word: &Value| word.as_str().expect("a word").to_owned();
        let inner = |word: String| {
            let mut words = self.words.clone();
            assert!(words.insert(variable.clone(), word).is_none(), "{variable} stands twice");
            Scope { mappings: self.mappings, words }
        };
        words.iter().flat_map(|one| inner(word(one)).members(members)).collect()
    }

    fn name(&self, name: &str) -> String {
        let name = self.words.iter().fold(name.to_owned(), |name, (variable, word)| {
            let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
            name.replace(&format!("${{{variable}}}"), word)
                .replace(&format!("&{{{variable}}}"), &plain)
        });
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name} cannot be a name");
        name
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::Array(values) => values.iter().map(|one| self.value(one)).collect(),
            Value::Object(fields) => self.call(fields).unwrap_or_else(|| {
                fields.iter().map(|(name, field)| (name.clone(), self.value(field))).collect()
            }),
            Value::String(text) => {
                let stays = |variable: &String| text.contains(&format!("{{{variable}}}"));
                assert!(!self.words.keys().any(stays), "AWS leaves a variable alone in {text:?}");
                value.clone()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// What a call of an intrinsic function comes to; none: these are fields, or another function.
    fn call(&self, fields: &Map<String, Value>) -> Option<Value> {
        let (function, argument) = fields.iter().next().filter(|_| fields.len() == 1)?;
        match function.strip_prefix('!').or_else(|| function.strip_prefix("Fn::"))? {
            "Ref" => {
                let name = self.value(argument);
                let word = name.as_str().and_then(|name| self.words.get(name));
                Some(word.map_or_else(|| json!({ "!Ref": name }), |word| json!(word)))
            }
            "GetAtt" => {
                let target = self.value(argument);
                let dotted = target.as_array().map(|parts| {
                    let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
                    json!(parts.join("."))
                });
                Some(json!({ "!GetAtt": dotted.unwrap_or(target) }))
            }
            "Sub" => Some(self.substituted(argument)),
            "FindInMap" => Some(self.found(argument)),
            _ => None,
        }
    }

    fn substituted(&self, argument: &Value) -> Value {
        let fill = |text: &str| {
            self.words.iter().fold(text.to_owned(), |text, (variable, word)| {
                text.replace(&format!("${{{variable}}}"), word)
            })
        };
        if let Some(text) = argument.as_str() {
            let text = fill(text);
            return if text.contains("${") { json!({ "!Sub": text }) } else { json!(text) };
        }
        let parts = argument.as_array().expect("a text and what fills it");
        let text = parts.first().and_then(Value::as_str).expect("a text to fill");
        let others = parts.iter().skip(1).map(|part| self.value(part));
        let parts: Vec<Value> = std::iter::once(json!(fill(text))).chain(others).collect();
        json!({ "!Sub": parts })
    }

    /// What stands in a map; what a parameter chooses is known at a deploy only, and left as it is.
    fn found(&self, argument: &Value) -> Value {
        let path = self.value(argument);
        if path.as_array().is_some_and(|keys| keys.iter().take(3).any(Value::is_object)) {
            return json!({ "!FindInMap": path });
        }
        let key = |no: usize| path[no].as_str().unwrap_or_else(|| panic!("no key in {path}"));
        let found = self.mappings.get(key(0)).and_then(|map| map.get(key(1))?.get(key(2)));
        let found = found.or_else(|| path.get(3)?.get("DefaultValue"));
        found.unwrap_or_else(|| panic!("{path} is in no map")).clone()
    }
}
