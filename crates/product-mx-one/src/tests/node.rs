//! What the Service Node's commands print and erase of people, and what they leave.

use std::collections::BTreeMap;

use pbx_estate::people::{NOBODY, People};
use pbx_kernel::{Surface, Timestamp};
use pbx_policy::{FieldId, SubjectKind};

use super::operation::Lab;

/// Two extensions with a person each, of whom every store holds something.
pub(super) fn lab(role: &str) -> Lab {
    let mut lab = Lab::with("linux-7");
    for (dir, first, last) in [("2101", "Nils", "Acker"), ("2102", "Mia", "Lund")] {
        lab.types("extension -i", &[("dir", dir)]);
        lab.types("name -i", &[("dir", dir), ("name1", first), ("name2", last)]);
    }
    lab.put(|people| {
        person(people, "2101", "Nils", "Acker");
        person(people, "2102", "Mia", "Lund");
        let call = fields(&[
            (FieldId::Extension, "2101"),
            (FieldId::Number, "+41325550142"),
            (FieldId::Direction, "out"),
            (FieldId::DurationS, "72"),
        ]);
        people.add_item("cdr", NOBODY, Timestamp::default(), call, Vec::new(), None).expect("added");
    });
    lab.becomes(role, Surface::Ssh);
    lab
}

fn person(people: &mut People<'_>, dir: &str, first: &str, last: &str) {
    let record = fields(&[(FieldId::FirstName, first), (FieldId::LastName, last), (FieldId::Extension, dir)]);
    let person = people.add(SubjectKind::EndUsers, record, Timestamp::default()).expect("added");
    for store in STORES {
        let held = fields(&[
            (FieldId::Number, "+41325550142"),
            (FieldId::Name, "Kai Berg"),
            (FieldId::Host, "10.0.0.9"),
            (FieldId::Direction, "in"),
            (FieldId::DurationS, "31"),
        ]);
        people.add_item(store, person.number, Timestamp::default(), held, Vec::new(), None).expect("added");
    }
}

pub(super) fn fields(pairs: &[(FieldId, &str)]) -> BTreeMap<FieldId, String> {
    pairs.iter().map(|(field, value)| (*field, (*value).to_owned())).collect()
}

/// How much each store holds of the person with this extension.
pub(super) fn held(lab: &mut Lab, dir: &str) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    lab.put(|people| {
        let person = people.find(FieldId::Extension, dir).expect("it reads").expect("a record");
        counts = STORES.map(|it| (it, people.count(it, person.number).expect("counted"))).into();
    });
    counts
}

pub(super) const STORES: [&str; 11] = [
    "call-list",
    "contacts",
    "directory",
    "diversion",
    "function-keys",
    "hot-desk",
    "operators",
    "personal-numbers",
    "recordings",
    "services-elsewhere",
    "voice-mail",
];

/// Each kind of data that the paper has a command for, beside extensions and names: command, store, a part of its print.
const COMMANDS: [(&str, &str, &str); 6] = [
    ("operator", "operators", "\"Kai Berg\""),
    ("extension_key", "function-keys", "+41325550142"),
    ("diversion", "diversion", "+41325550142"),
    ("personal_number", "personal-numbers", "+41325550142"),
    ("mailbox", "voice-mail", "\"Kai Berg\""),
    ("call_list", "call-list", "\"Kai Berg\""),
];

#[test]
fn every_kind_of_data_is_printed_and_erased_for_one_extension_and_no_other() {
    let mut lab = lab("linux-7");
    for (command, store, shown) in COMMANDS {
        let (print, erase) = (format!("{command} -p"), format!("{command} -e"));
        let one = lab.types(&print, &[("dir", "2101")]);
        assert!(one.contains("\n2101 ") && one.contains(shown) && !one.contains("2102"), "{one}");
        let all = lab.types(&print, &[("dir", "all")]);
        assert!(all.contains("\n2101 ") && all.contains("\n2102 "), "{all}");
        assert_eq!(lab.types(&erase, &[("dir", "2101")]), "Executed.\n");
        let left = lab.types(&print, &[]);
        assert!(!left.contains("\n2101 ") && left.contains("\n2102 "), "{left}");
        assert_eq!((held(&mut lab, "2101")[store], held(&mut lab, "2102")[store]), (0, 1), "{store}");
    }
    let rest = held(&mut lab, "2101").into_iter().filter(|(_, count)| *count == 1).map(|(store, _)| store);
    let expected = ["contacts", "directory", "hot-desk", "recordings", "services-elsewhere"];
    assert_eq!(rest.collect::<Vec<_>>(), expected);
}

#[test]
fn nothing_to_erase_is_refused_and_so_is_an_extension_that_is_not_there() {
    let mut lab = lab("linux-7");
    for (command, ..) in COMMANDS {
        let erase = format!("{command} -e");
        assert_eq!(lab.types(&erase, &[("dir", "2101")]), "Executed.\n");
        let before = lab.rows();
        let again = lab.types(&erase, &[("dir", "2101")]);
        assert!(again.starts_with("Not accepted: There is no ") && again.contains("2101"), "{again}");
        for dir in ["2999", "all", "21x1"] {
            let refused = lab.types(&erase, &[("dir", dir)]);
            assert!(refused.starts_with("Not accepted: "), "{command} {dir}: {refused}");
        }
        assert_eq!(lab.rows(), before);
    }
}

#[test]
fn several_extensions_are_erased_together_or_not_at_all() {
    let mut lab = lab("linux-7");
    assert_eq!(lab.types("diversion -e", &[("dir", "2102")]), "Executed.\n");
    let before = lab.rows();
    let refused = lab.types("diversion -e", &[("dir", "2101"), ("dir", "2102")]);
    assert_eq!(refused, "Not accepted: There is no diversion \"2102\".\n");
    assert_eq!(lab.rows(), before);
    assert_eq!(lab.types("call_list -e", &[("dir", "2101"), ("dir", "2102")]), "Executed.\n");
}

#[test]
fn the_node_erases_with_an_extension_exactly_what_the_paper_lists_and_the_manager_keeps_the_rest() {
    let mut lab = lab("linux-7");
    assert_eq!(lab.types("extension -e", &[("dir", "2101")]), "Executed.\n");
    assert!(!lab.types("extension -p", &[]).contains("\n2101 "));
    assert!(!lab.types("name -p", &[]).contains("Acker"));
    let gone = held(&mut lab, "2101").into_iter().filter(|(_, count)| *count == 0).map(|(store, _)| store);
    assert_eq!(gone.collect::<Vec<_>>(), ["directory", "function-keys", "hot-desk"]);
    // The Provisioning Manager has its own record, and the other commands still reach what the node left.
    assert!(lab.types("diversion -p", &[("dir", "2101")]).contains("\n2101 "));
    lab.put(|people| {
        let nils = people.named("2101").expect("it reads").expect("a record");
        assert_eq!(nils.name(), "Nils Acker");
    });
    assert!(held(&mut lab, "2102").values().all(|it| *it == 1));
}

#[test]
fn a_name_is_erased_at_the_extension_and_among_the_names() {
    let mut lab = lab("linux-5");
    assert_eq!(lab.types("name -e", &[("dir", "2101")]), "Executed.\n");
    assert!(!lab.types("name -p", &[]).contains("Acker"));
    let gone = held(&mut lab, "2101").into_iter().filter(|(_, count)| *count == 0).map(|(store, _)| store);
    assert_eq!(gone.collect::<Vec<_>>(), ["directory"]);
}

#[test]
fn call_details_go_whole_or_not_at_all_and_for_root_and_mxone_admin_alone() {
    for role in ["root", "mxone-admin"] {
        let mut lab = lab(role);
        let before = lab.rows();
        let refused = lab.types("callinfo -e", &[("dir", "2101")]);
        assert!(refused.starts_with("Not accepted: Call detail records: ") && refused.contains("MX-062"));
        assert_eq!(lab.rows(), before);
        assert!(lab.types("callinfo -p", &[]).contains("+41325550142"));
        assert_eq!(lab.types("callinfo -e", &[]), "Call detail records: 1 erased.\n");
        assert!(!lab.types("callinfo -p", &[]).contains("+4132555"));
    }
    let mut lab = lab("linux-7");
    let refused = "Not accepted: your authority level does not include this.\n";
    assert_eq!(lab.types("callinfo -e", &[]), refused);
    assert_eq!(lab.types("callinfo_mask_set", &[]), "Call detail records: 1 masked.\n");
    let masked = lab.types("callinfo -p", &[]);
    assert!(masked.contains("+4132555xxxx") && !masked.contains("+41325550142"), "{masked}");
    lab.becomes("linux-6", Surface::Ssh);
    assert_eq!(lab.types("callinfo -p", &[]), refused);
}
