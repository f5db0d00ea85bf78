//! The reader of the template carries out loops as AWS does.

use serde_json::{Value, json};
use support::template::expanded;

/// The resources of a template that consists of them and of maps.
fn resources(text: &str) -> Value {
    expanded(text)["Resources"].clone()
}

#[test]
fn a_loop_makes_its_members_once_for_each_word() {
    let made = resources(
        r#"
Resources:
  Topic: { Type: Topic }
  Fn::ForEach::Queues:
    - Queue
    - [Left, Right]
    - ${Queue}: { Type: Queue }
      ${Queue}Alarm: { Type: Alarm, Of: !Ref Queue, At: !GetAtt [!Ref Queue, Name], Says: !Sub "In ${Queue}." }
"#,
    );
    let alarm = |queue: &str| {
        json!({"Type": "Alarm", "Of": queue, "At": {"!GetAtt": format!("{queue}.Name")},
            "Says": format!("In {queue}.")})
    };
    let expected = json!({
        "Topic": {"Type": "Topic"},
        "Left": {"Type": "Queue"}, "LeftAlarm": alarm("Left"),
        "Right": {"Type": "Queue"}, "RightAlarm": alarm("Right"),
    });
    assert_eq!(made, expected);
}

#[test]
fn a_name_takes_letters_and_digits_of_a_word_alone_and_a_reference_the_whole_word() {
    let made = resources(
        r#"
Resources:
  Fn::ForEach::Routes:
    - Key
    - - GET /v1/claims/{id}
      - POST /v1/claims:check
    - Route&{Key}: { Key: !Ref Key, Target: !Sub "to/${Api}/${Key}" }
"#,
    );
    let expected = json!({
        "RouteGETv1claimsid":
            {"Key": "GET /v1/claims/{id}", "Target": {"!Sub": "to/${Api}/GET /v1/claims/{id}"}},
        "RoutePOSTv1claimscheck":
            {"Key": "POST /v1/claims:check", "Target": {"!Sub": "to/${Api}/POST /v1/claims:check"}},
    });
    assert_eq!(made, expected);
}

#[test]
fn a_reference_names_a_resource_whose_name_is_made_of_the_variable() {
    let made = resources(
        r#"
Mappings: { Wakes: { Tick: { Function: Finalize } } }
Resources:
  Fn::ForEach::Rules:
    - Rule
    - [Tick]
    - ${Rule}Permission:
        Function: !Ref { "Fn::FindInMap": [Wakes, !Ref Rule, Function] }
        Rule: !Ref { "Fn::Sub": "${Rule}Rule" }
        Source: !GetAtt [!Sub "${Rule}Rule", Arn]
        Api: !Ref Api
        Text: !Sub ["${Rule} of ${Name}", { Name: !Ref Rule }]
"#,
    );
    let expected = json!({"TickPermission": {
        "Function": {"!Ref": "Finalize"}, "Rule": {"!Ref": "TickRule"},
        "Source": {"!GetAtt": "TickRule.Arn"}, "Api": {"!Ref": "Api"},
        "Text": {"!Sub": ["Tick of ${Name}", {"Name": "Tick"}]},
    }});
    assert_eq!(made, expected);
}

#[test]
fn what_differs_is_looked_up_in_a_map_and_has_a_default() {
    let made = resources(
        r"
Mappings:
  Alarms: { Old: { Over: 900, Heard: [a, b] }, New: { Heard: [c] } }
Resources:
  Fn::ForEach::Alarms:
    - Alarm
    - [Old, New]
    - ${Alarm}: { Over: !FindInMap [Alarms, !Ref Alarm, Over, { DefaultValue: 0 }], Heard: !FindInMap [Alarms, !Ref Alarm, Heard] }
",
    );
    let expected =
        json!({"Old": {"Over": 900, "Heard": ["a", "b"]}, "New": {"Over": 0, "Heard": ["c"]}});
    assert_eq!(made, expected);
}

#[test]
fn a_loop_in_a_loop_knows_both_variables_and_its_list_may_stand_in_a_map() {
    let made = resources(
        r#"
Mappings: { Sides: { Left: { Of: [A, B] }, Right: { Of: [C] } } }
Resources:
  Fn::ForEach::Outer:
    - Side
    - [Left, Right]
    - Fn::ForEach::Inner:
        - Letter
        - !FindInMap [Sides, !Ref Side, Of]
        - ${Side}${Letter}: !Sub "${Side} ${Letter}"
"#,
    );
    assert_eq!(made, json!({"LeftA": "Left A", "LeftB": "Left B", "RightC": "Right C"}));
}

#[test]
fn outputs_are_made_by_loops_and_other_sections_are_left_alone() {
    let made = expanded(
        r#"
Globals: { Text: "${Name}" }
Outputs:
  Fn::ForEach::Functions: [Name, [Scan], { "${Name}Function": { Value: !Ref { "Fn::Sub": "${Name}Function" } } }]
"#,
    );
    assert_eq!(made["Outputs"], json!({"ScanFunction": {"Value": {"!Ref": "ScanFunction"}}}));
    assert_eq!(made["Globals"]["Text"], "${Name}");
}

#[test]
#[should_panic(expected = "AWS leaves a variable alone")]
fn a_variable_in_a_plain_text_is_a_mistake() {
    resources("Resources: { 'Fn::ForEach::Loop': [X, [A], { '${X}': { Says: 'In ${X}.' } }] }");
}

#[test]
#[should_panic(expected = "RouteGETa is made twice")]
fn two_words_that_make_one_name_are_a_mistake() {
    resources("Resources: { 'Fn::ForEach::Loop': [X, [GET /a, 'GET /{a}'], { 'Route&{X}': {} }] }");
}

#[test]
#[should_panic(expected = "is in no map")]
fn a_row_that_is_missing_in_a_map_is_a_mistake() {
    resources("{ Mappings: { M: { A: { K: v } } }, Resources: { R: !FindInMap [M, B, K] } }");
}
