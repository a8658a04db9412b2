use proptest::prelude::*;

use super::{inventories, inventory_with};
use crate::sheet::{HEADINGS, harmless};
use crate::{Inventory, to_csv};

/// The sheet read back: the headings, and each row by heading.
fn read(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let owned = |it: &csv::StringRecord| it.iter().map(str::to_owned).collect::<Vec<_>>();
    let headings = owned(reader.headers().expect("headings"));
    (headings, reader.records().map(|it| owned(&it.expect("a row"))).collect())
}

fn cell<'a>(row: &'a [String], heading: &str) -> &'a str {
    let place = HEADINGS.iter().position(|it| *it == heading).expect("a heading");
    &row[place]
}

#[test]
fn the_sheet_reads_back_as_one_row_for_each_field() {
    let inventories = inventories();
    let text = to_csv(&inventories).expect("a sheet");
    assert!(text.ends_with("\r\n"));
    let (headings, rows) = read(&text);
    assert_eq!(headings, HEADINGS);
    let fields = |it: &Inventory| it.activities.iter().map(|it| it.fields.len()).sum::<usize>();
    assert_eq!(rows.len(), inventories.iter().map(fields).sum::<usize>());
    for heading in
        HEADINGS.iter().filter(|it| !["recipients", "third parties", "security measures"].contains(it))
    {
        assert!(rows.iter().all(|it| !cell(it, heading).is_empty()), "{heading}");
    }
    assert_eq!(to_csv(&inventories).expect("a sheet"), text, "the same again");
}

#[test]
fn a_row_says_who_gets_what_and_how_it_goes() {
    let (_, rows) = read(&to_csv(&[inventory_with("mx-one", &[])]).expect("a sheet"));
    let row = |store: &str, field: &str| {
        rows.iter().find(|it| cell(it, "store") == store && cell(it, "field") == field).expect("a row")
    };
    let cdr = row("cdr", "number");
    assert_eq!(cell(cdr, "legal basis"), "contract, Art. 6(1)(b)");
    assert_eq!(cell(cdr, "third parties"), "Mitel product support\nThird-party call accounting");
    assert!(cell(cdr, "recipients").contains("The customer's log collector (off)"));
    assert!(cell(cdr, "erasure").starts_with("delete, whole: "), "{}", cell(cdr, "erasure"));
    assert_eq!(cell(cdr, "controls"), "MX-062\nMX-063\nMX-029");
    let audit = row("audit-log", "account");
    assert!(cell(audit, "erasure").starts_with("keep, because of security: "));
    assert_eq!(cell(audit, "security measures"), "access only with the permission logs.audit.read");
    assert_eq!(cell(row("voice-mail", "audio"), "purpose"), "communication");
    assert!(cell(row("users", "email"), "erasure").contains("only first-name, last-name, extension"));
}

#[test]
fn no_encryption_is_claimed_that_the_paper_does_not_claim() {
    let (_, rows) = read(&to_csv(&inventories()).expect("a sheet"));
    let claims: Vec<_> = rows
        .iter()
        .filter(|it| cell(it, "security measures").contains("encryption"))
        .map(|it| (cell(it, "site"), cell(it, "store")))
        .collect();
    assert!(claims.iter().all(|it| matches!(
        it,
        ("site-office-400", "voice-mail" | "greetings") | ("site-app-suite", "recordings")
    )));
    assert!(!claims.is_empty());
}

#[test]
fn a_formula_in_a_name_is_only_a_name() {
    let mut inventory = inventory_with("oig", &[]);
    inventory.site = "=cmd|' /C calc'!A0".to_owned();
    for (activity, sign) in inventory.activities.iter_mut().zip(["=", "+", "-", "@", "\t", "\r", "\n"]) {
        activity.name = format!("{sign}HYPERLINK(\"x\")");
    }
    let (_, rows) = read(&to_csv(&[inventory]).expect("a sheet"));
    let is_formula = |it: &String| it.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    assert!(!rows.iter().flatten().any(is_formula));
    assert!(rows.iter().all(|it| cell(it, "site") == "'=cmd|' /C calc'!A0"));
}

proptest! {
    #[test]
    fn any_text_comes_back_and_is_no_formula(text in ".{0,40}") {
        let mut inventory = inventory_with("micloud-portal", &[]);
        inventory.activities.truncate(1);
        inventory.activities[0].name.clone_from(&text);
        let (_, rows) = read(&to_csv(&[inventory]).expect("a sheet"));
        let name = cell(&rows[0], "store name");
        prop_assert_eq!(name, harmless(text.clone()));
        prop_assert!(name == text || name.strip_prefix('\'') == Some(text.as_str()));
        prop_assert!(!name.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
    }
}
