use std::collections::{BTreeMap, BTreeSet};

use pbx_policy::{FieldId, Policy};

use crate::{Inventory, LegalBasis, SiteFacts, article_30};

mod json_ld;
mod sheet;
mod table;

/// The five products' policies by product.
fn policies() -> BTreeMap<&'static str, Policy> {
    let texts = [
        ("app-suite", include_str!("../../product-app-suite/product.toml")),
        ("micloud-portal", include_str!("../../product-micloud-portal/product.toml")),
        ("mx-one", include_str!("../../product-mx-one/product.toml")),
        ("office-400", include_str!("../../product-office-400/product.toml")),
        ("oig", include_str!("../../product-oig/product.toml")),
    ];
    let parse = |text| Policy::parse("product.toml", text).unwrap_or_else(|error| panic!("{error}"));
    texts.map(|(id, text)| (id, parse(text))).into()
}

/// A site of `product` with `settings`.
fn inventory_with(product: &str, settings: &[(&str, &str)]) -> Inventory {
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let facts = SiteFacts { id: format!("site-{product}"), release: "1.0".to_owned(), settings };
    article_30(&policies()[product], &facts)
}

fn inventories() -> Vec<Inventory> {
    policies().keys().map(|it| inventory_with(it, &[])).collect()
}

/// What the record says of a field of a store's records: who may get it.
fn receivers(inventory: &Inventory, store: &str, field: &str) -> BTreeSet<String> {
    let activity = inventory.activities.iter().find(|it| it.store == store).expect("a store");
    let field = activity.fields.iter().find(|it| it.field.is_some_and(|id| id.as_str() == field));
    field.expect("a field").receivers.iter().map(|it| inventory.receivers[*it].id.clone()).collect()
}

#[test]
fn every_field_of_every_product_has_a_purpose_and_a_basis() {
    for inventory in inventories() {
        assert!(!inventory.activities.is_empty());
        for activity in &inventory.activities {
            assert!(!activity.fields.is_empty() && !activity.subjects.is_empty(), "{}", activity.store);
            assert!(!activity.erasure.is_empty() && !activity.retention.is_empty(), "{}", activity.store);
            for field in &activity.fields {
                assert!(!field.label.is_empty(), "{}: {:?}", activity.store, field.field);
            }
        }
    }
}

#[test]
fn persons_have_exactly_the_fields_that_their_paper_lists() {
    let listed = [
        ("app-suite", "first-name last-name extension mobile email"),
        ("micloud-portal", "first-name last-name extension mobile location department email"),
        ("mx-one", "first-name last-name extension mobile address department email"),
        ("office-400", "name extension mobile location department email"),
        (
            "oig",
            "name email number language location title department company address city state postal-code",
        ),
    ];
    for (product, fields) in listed {
        let inventory = inventory_with(product, &[]);
        let users = inventory.activities.iter().find(|it| it.store == "users").expect("users");
        let held: Vec<_> = users.fields.iter().filter_map(|it| it.field).map(FieldId::as_str).collect();
        assert_eq!(held.join(" "), fields, "{product}");
    }
}

#[test]
fn only_the_google_plug_in_asks_for_consent() {
    for inventory in inventories() {
        let asks = |it: &&crate::Activity| it.fields.iter().any(|it| it.basis == LegalBasis::Consent);
        let asking: Vec<_> = inventory.activities.iter().filter(asks).map(|it| it.store.as_str()).collect();
        let expected: &[&str] =
            if inventory.site == "site-oig" { &["consents", "google-account"] } else { &[] };
        assert_eq!(asking, expected, "{}", inventory.site);
    }
}

#[test]
fn a_recipient_gets_the_fields_that_the_paper_names_and_no_others() {
    let inventory = inventory_with("micloud-portal", &[]);
    let all = ["billing", "border-gateway", "micollab", "mivoice-business"];
    assert_eq!(receivers(&inventory, "users", "extension"), all.map(String::from).into());
    assert_eq!(receivers(&inventory, "users", "email"), ["billing".to_owned()].into());
    assert_eq!(receivers(&inventory, "users", "department"), BTreeSet::new());
    assert_eq!(receivers(&inventory, "system-log", "text"), ["secondary-storage".to_owned()].into());
}

#[test]
fn nothing_is_passed_on_until_a_setting_says_so() {
    for inventory in inventories() {
        assert!(!inventory.receivers.is_empty() && inventory.receivers.iter().all(|it| !it.on));
    }
    let inventory = inventory_with("mx-one", &[("transfer.call-accounting", "on")]);
    let on: Vec<_> = inventory.receivers.iter().filter(|it| it.on).map(|it| it.id.as_str()).collect();
    assert_eq!(on, ["call-accounting"]);
}

#[test]
fn retention_is_what_rules_and_settings_say() {
    let of = |inventory: &Inventory, store: &str| {
        let activity = inventory.activities.iter().find(|it| it.store == store).expect("a store");
        activity.retention.clone()
    };
    let gateway = inventory_with("oig", &[]);
    assert!(of(&gateway, "secure-log").starts_with("30 days, "), "{}", of(&gateway, "secure-log"));
    let gateway = inventory_with("oig", &[("log.retention-days", "7")]);
    assert!(of(&gateway, "secure-log").starts_with("7 days, "));
    assert_eq!(of(&inventory_with("office-400", &[]), "cdr"), "not kept: passed on as it arises");
    assert_eq!(of(&inventory_with("mx-one", &[]), "system-log"), "the newest 5000 entries");
    assert_eq!(of(&inventory_with("mx-one", &[]), "transferred"), "not kept here");
}

#[test]
fn voice_mail_of_the_office_400_is_open_to_its_owner_alone() {
    let policies = policies();
    let policy = &policies["office-400"];
    assert!(policy.is_sealed("voicemail.listen-own"));
    for role in &policy.roles {
        let owns = role.id.get_ref() == "end-user";
        assert_eq!(role.covers("voicemail.listen-own"), owns, "{}", role.name);
    }
    for (product, policy) in &policies {
        let sealed = policy.stores.iter().filter(|it| it.sealed_from_administrators).count();
        assert_eq!(sealed, if *product == "office-400" { 2 } else { 0 }, "{product}");
    }
}
