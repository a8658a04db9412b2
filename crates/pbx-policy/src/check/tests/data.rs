use std::collections::BTreeMap;

use super::SMALL;
use crate::{FieldId, Policy, Purpose, StoreKind};

const DATA: &str = include_str!("data.toml");

/// The small policy with stores.
fn text() -> String {
    let permission = "\"accounts.read\" = \"List accounts\"";
    let both = format!("{permission}\n\"voicemail.own\" = \"Hear one's own voice mail\"");
    format!("{}{DATA}", SMALL.replacen(permission, &both, 1))
}

/// Replaces one piece of the policy and compares what is said of it, one mistake a line, without the numbers of lines.
#[track_caller]
fn check(piece: &str, replacement: &str, expected: &str) {
    let text = text();
    assert!(text.contains(piece), "no piece {piece:?}");
    let text = text.replacen(piece, replacement, 1);
    let error = Policy::parse("small.toml", &text).expect_err("a mistake");
    let told: Vec<_> = error.mistakes.iter().map(|it| format!("{}: {}", it.field, it.message)).collect();
    assert_eq!(told.join("\n"), expected, "{error}");
    assert!(error.mistakes[0].line > 1 && error.mistakes[0].line <= text.lines().count());
}

#[test]
fn a_policy_says_what_it_holds_of_people() {
    let policy = Policy::parse("small.toml", &text()).unwrap_or_else(|error| panic!("{error}"));
    let users = policy.store("users").expect("a store");
    let fields: Vec<_> = policy.fields_of(users).iter().map(|it| *it.id.get_ref()).collect();
    assert_eq!(fields, [FieldId::Name, FieldId::Extension]);
    assert!(users.is_erasable() && users.holds_persons());
    let cdr = policy.store("cdr").expect("a store");
    assert!(cdr.streamed_only && !cdr.is_erasable() && cdr.kind == StoreKind::Cdr);
    let accounting = &policy.recipients[0];
    assert!(accounting.gets(cdr) && accounting.gets(users));
    assert!(!accounting.gets(policy.store("audit").expect("a store")));
    assert!(policy.is_sealed("voicemail.own") && !policy.is_sealed("accounts.read"));
}

#[test]
fn every_word_of_a_closed_list_is_read_as_it_is_written() {
    for purpose in Purpose::ALL {
        assert_eq!(Purpose::parse(purpose.as_str()), Some(*purpose));
        let read: BTreeMap<String, Purpose> = toml::from_str(&format!("it = \"{purpose}\"")).expect("a word");
        assert_eq!(read["it"], *purpose);
    }
    assert_eq!(FieldId::ALL.len(), 25);
    let sorted = FieldId::ALL.windows(2).all(|pair| pair[0].as_str() < pair[1].as_str());
    assert!(sorted, "in the order of their words");
    assert_eq!(FieldId::parse("shoe-size"), None);
}

#[test]
fn a_word_outside_a_closed_list_is_answered_with_the_list() {
    check(
        "purpose = \"billing\"",
        "purpose = \"marketing\"",
        "stores.fields: unknown variant `marketing`, expected one of `billing`, `communication`, `record-keeping`, `security`, `support`",
    );
    let text = text().replacen("id = \"extension\"", "id = \"shoe-size\"", 1);
    let told = Policy::parse("small.toml", &text).expect_err("a mistake").to_string();
    let begins =
        "person.fields.id: unknown variant `shoe-size`, expected one of `account`, `address`, `city`";
    assert!(told.contains(begins), "{told}");
}

#[test]
fn a_mistake_in_a_list_of_fields_names_the_field_of_the_list() {
    check(
        "label = \"Number, internal\", purpose = \"communication\"",
        "label = \"Number, internal\", purpose = 7",
        "person.fields.purpose: wanted string or table",
    );
    check(
        "{ id = \"name\", label = \"Name\"",
        "{ id = \"name\"",
        "person.fields.label: missing field `label`",
    );
}

#[test]
fn names_must_refer_to_something() {
    check(
        "log = \"audit\"",
        "log = \"system\"",
        "stores.log: no store says what the log \"audit\" holds of people\n\
         stores.log: \"system\" is no log declared in [[logs]]",
    );
    check(
        "needs = [\"accounts.read\"]",
        "needs = [\"accounts.erase\"]",
        "stores.erase.needs: \"accounts.erase\" is no permission declared in [permissions]",
    );
    check(
        "controls = [\"S-1\"]",
        "controls = [\"S-2\"]",
        "stores.erase.controls: \"S-2\" is no control declared in [[controls]]",
    );
    check(
        "stores = [\"cdr\"]",
        "stores = [\"crd\"]",
        "recipients.stores: \"crd\" is no store declared in [[stores]]",
    );
    check(
        "fields = [\"name\"]",
        "fields = [\"email\"]",
        "recipients.fields: \"email\" is no field of [person]",
    );
    check(
        "switch = \"transfer.accounting\"",
        "switch = \"transfer.billing\"",
        "recipients.switch: \"transfer.billing\" is no switch of [[settings]]",
    );
}

#[test]
fn a_way_that_is_promised_must_be_one_that_somebody_can_go() {
    check(
        "surfaces = [\"ssh\"]\nhow",
        "surfaces = [\"web\"]\nhow",
        "stores.erase.needs: \"delete\" can be done by nobody: no role includes what it needs on one of its surfaces",
    );
    check(
        "scope = \"person\"\n",
        "",
        "stores.erase.method: \"delete\" erases: it needs a scope, permissions and surfaces",
    );
    check(
        "reason = \"security\"\n",
        "",
        "stores.erase.reason: \"keep\" must give a reason if, and only if, it is \"keep\"",
    );
    check(
        "method = \"keep\"\nhow",
        "method = \"silent\"\nscope = \"whole\"\nhow",
        "stores.erase.method: \"silent\" offers a way: it needs a scope, permissions and surfaces\n\
         stores.erase.reason: \"silent\" must give a reason if, and only if, it is \"keep\"",
    );
}

#[test]
fn a_log_that_nobody_clears_cannot_be_promised_to_be_erased() {
    check(
        "method = \"keep\"\nhow = \"It stays.\"\nreason = \"security\"",
        "method = \"delete\"\nscope = \"whole\"\nneeds = [\"accounts.read\"]\nsurfaces = [\"ssh\"]\nhow = \"Clear it.\"",
        "stores.erase.needs: \"audit\" must be erased by whoever clears its log in [[logs]], or by nobody if nobody does",
    );
}

#[test]
fn what_is_sealed_from_administrators_is_in_no_role_of_theirs() {
    check(
        "permissions = [\"accounts.*\"]",
        "permissions = [\"*\"]",
        "stores.read: \"voicemail.own\" opens a sealed store, and the role \"administrator\" includes it",
    );
    check(
        "measures = [\"encryption\"]\n",
        "",
        "stores.measures: \"voice-mail\" is sealed: its measures must name \"encryption\"",
    );
}

#[test]
fn what_is_not_kept_cannot_be_erased_and_nothing_is_passed_on_unasked() {
    check(
        "method = \"external\"",
        "method = \"not-possible\"",
        "stores.erase.method: \"not-possible\" must be \"external\": nothing of this store is kept here",
    );
    check(
        "kind = \"switch\"\nas-shipped = \"off\"",
        "kind = \"switch\"\nas-shipped = \"on\"",
        "recipients.switch: \"transfer.accounting\" must be off as shipped and once hardened",
    );
}

#[test]
fn a_store_says_what_is_in_it_and_a_log_is_in_a_store() {
    check(
        "subjects = [\"end-users\", \"contacts\"]",
        "subjects = []",
        "stores.subjects: \"voice-mail\" says not whom it is about",
    );
    check(
        "kind = \"voice-mail\"",
        "kind = \"chat\"",
        "stores.audio: \"voice-mail\" is of a kind without audio",
    );
    check(
        "streamed-only = true\n",
        "streamed-only = true\nmask-digits = 4\n",
        "stores.mask-digits: \"cdr\" must go with the measure \"masking\"",
    );
    check(
        "id = \"cdr\"",
        "id = \"users\"",
        "stores.id: \"users\" is declared twice\n\
         recipients.stores: \"cdr\" is no store declared in [[stores]]",
    );
}
