//! What the five papers allow, store by store: every cell of the table, and that nothing stands beside it.

use std::collections::BTreeSet;

use pbx_policy::{Policy, StoreKind};

use super::policies;

const PRODUCTS: [&str; 5] = ["mx-one", "office-400", "micloud-portal", "app-suite", "oig"];

/// A row of the table: its name, and for each product the stores that answer it with how each is erased; `-` where
/// the product has no such store.
const TABLE: &[(&str, [&str; 5])] = &[
    (
        "user record",
        [
            "users: delete person, delete person, delete person (first-name last-name extension)",
            "users: delete person, delete person",
            "users: delete person",
            "users: silent person",
            "users: delete person",
        ],
    ),
    (
        "services of the user",
        ["services-elsewhere: delete person", "-", "services-elsewhere: delete person", "-", "-"],
    ),
    (
        "directory",
        [
            "directory: delete person",
            "directory: delete person",
            "-",
            "contacts: delete person, delete person",
            "users: delete person",
        ],
    ),
    (
        "contact lists",
        [
            "contacts: silent person",
            "contacts: delete item, delete person",
            "-",
            "contacts: delete person, delete person",
            "-",
        ],
    ),
    (
        "voice mail",
        [
            "voice-mail: delete person; voice-mail-elsewhere: external",
            "voice-mail: delete person, delete person, delete item; greetings: delete person",
            "-",
            "-",
            "-",
        ],
    ),
    ("recordings", ["recordings: silent item", "recordings: silent", "-", "recordings: delete item", "-"]),
    (
        "call list",
        [
            "call-list: delete person",
            "-",
            "-",
            "call-list: delete mark (tag), delete mark (tag), silent",
            "call-list: silent",
        ],
    ),
    (
        "call detail records",
        ["cdr: delete whole, anonymise whole", "cdr: external", "-", "cdr: silent", "cdr: silent"],
    ),
    ("hospitality", ["hospitality: external", "charges: delete whole", "-", "-", "-"]),
    (
        "system logs",
        [
            "system-log: delete whole; mdsh-log: silent; events-log: silent; security-log: silent",
            "audit-trail: delete whole",
            "system-log: delete whole",
            "diagnostic-log: silent whole",
            "messages-log: keep; oig-log: keep",
        ],
    ),
    (
        "audit and access logs",
        [
            "audit-log: keep; audit-trail: silent",
            "access-log: keep; failed-logins: keep",
            "audit-log: delete whole; login-log: delete whole",
            "audit-trail: silent",
            "secure-log: keep",
        ],
    ),
    (
        "backups",
        [
            "backups: silent whole",
            "backups: silent whole",
            "backups: silent whole",
            "backups: silent whole",
            "backups: delete whole",
        ],
    ),
    (
        "already transferred",
        [
            "transferred: external",
            "transferred: external",
            "transferred: silent",
            "transferred: silent",
            "transferred: silent",
        ],
    ),
    (
        "administrators",
        [
            "administrators: delete person",
            "administrators: silent person",
            "administrators: silent person",
            "administrators: silent person",
            "administrators: silent",
        ],
    ),
];

/// What the papers list beside the table's rows.
const BESIDE: [&[&str]; 5] = [
    &["operators", "function-keys", "hot-desk", "diversion", "personal-numbers", "customers"],
    &[],
    &["customers"],
    &["chat"],
    &["consents", "google-account"],
];

/// How the store `id` is erased, in the words of the table.
fn erased(policy: &Policy, id: &str) -> String {
    let store = policy.store(id).unwrap_or_else(|| panic!("{}: no store {id}", policy.product.id));
    let way = |it: &pbx_policy::ErasurePath| {
        let fields: Vec<_> = it.fields.iter().map(|it| it.get_ref().as_str()).collect();
        let scope = it.scope.map(|it| format!(" {it}")).unwrap_or_default();
        let only = if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(" ")) };
        format!("{}{scope}{only}", it.method.get_ref())
    };
    store.erase.iter().map(way).collect::<Vec<_>>().join(", ")
}

#[test]
fn every_cell_of_the_table_is_in_the_policies() {
    let policies = policies();
    for (row, cells) in TABLE {
        for (product, cell) in PRODUCTS.iter().zip(cells) {
            for answer in cell.split("; ").filter(|it| *it != "-") {
                let (store, expected) = answer.split_once(": ").expect("a store and its ways");
                assert_eq!(erased(&policies[product], store), expected, "{row}, {product}: {store}");
            }
        }
    }
}

#[test]
fn no_product_has_a_store_that_neither_the_table_nor_its_paper_lists() {
    let policies = policies();
    for (place, product) in PRODUCTS.iter().enumerate() {
        let cells = TABLE.iter().map(|(_, cells)| cells[place]).filter(|it| *it != "-");
        let answers = cells.flat_map(|it| it.split("; ")).filter_map(|it| it.split_once(": "));
        let listed: BTreeSet<_> =
            answers.map(|(store, _)| store).chain(BESIDE[place].iter().copied()).collect();
        let stores: BTreeSet<_> =
            policies[product].stores.iter().map(|it| it.id.get_ref().as_str()).collect();
        assert_eq!(stores, listed, "{product}");
    }
}

#[test]
fn what_a_product_does_not_hold_has_no_store() {
    let policies = policies();
    let absent = |product: &str, kind: StoreKind| policies[product].stores.iter().all(|it| it.kind != kind);
    for kind in [StoreKind::CallList, StoreKind::Cdr, StoreKind::VoiceMail, StoreKind::Recording] {
        assert!(absent("micloud-portal", kind), "{kind}");
    }
    assert!(absent("office-400", StoreKind::CallList));
    for product in PRODUCTS.into_iter().filter(|it| *it != "oig") {
        assert!(absent(product, StoreKind::Consent), "{product}");
    }
    for product in ["micloud-portal", "app-suite", "oig"] {
        assert!(absent(product, StoreKind::VoiceMail), "{product}");
    }
}
