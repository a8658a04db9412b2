//! What the Provisioning Manager shows and deletes of end users, and what it leaves.

use pbx_estate::people::{NOBODY, Number};
use pbx_kernel::{Surface, Timestamp};
use pbx_page::Block;
use pbx_policy::FieldId;
use pbx_product::Method;

use super::node::{STORES, fields, held, lab};
use super::operation::Lab;

const END_USERS: &str = "/pm-api/v1/end-users";
const ONE: &str = "/pm-api/v1/end-users/{person}";
const WITH_SERVICES: &str = "/pm-api/v1/end-users/{person}/services";

/// How much each store still holds under a number whose person may be gone.
fn left(lab: &mut Lab, number: Number) -> Vec<&'static str> {
    let mut left = Vec::new();
    lab.put(|people| {
        left.extend(STORES.iter().filter(|it| people.count(it, number).expect("counted") > 0));
    });
    left
}

fn number(lab: &mut Lab, dir: &str) -> Number {
    let mut number = NOBODY;
    lab.put(|people| number = people.named(dir).expect("it reads").expect("a record").number);
    number
}

fn notes(lab: &mut Lab, path: &str) -> String {
    let blocks = lab.opens(path, &[]).expect("permitted").sheet.blocks;
    let said = |block: Block| if let Block::Note(note) = block { Some(note.text) } else { None };
    blocks.into_iter().filter_map(said).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_user_alone_goes_and_the_phone_services_stay_with_nobody() {
    let mut lab = lab("administrator");
    lab.becomes("administrator", Surface::Api);
    let nils = number(&mut lab, "2101");
    let answer = lab.calls(Method::Delete, ONE, &[("person", "2101")]);
    assert_eq!(answer["message"], "2101 is removed.");
    assert_eq!(left(&mut lab, nils), STORES);
    assert_eq!(lab.calls(Method::Get, END_USERS, &[])["person"].as_array().map(Vec::len), Some(1));
    lab.becomes("linux-7", Surface::Ssh);
    assert!(lab.types("name -p", &[]).contains("Acker"));
}

#[test]
fn a_user_with_services_goes_with_extension_and_all_that_the_paper_has_go_along() {
    let mut lab = lab("administrator");
    lab.becomes("administrator", Surface::Api);
    let nils = number(&mut lab, "2101");
    lab.calls(Method::Delete, WITH_SERVICES, &[("person", "2101")]);
    // The paper names no removal of these two.
    assert_eq!(left(&mut lab, nils), ["contacts", "recordings"]);
    lab.becomes("linux-7", Surface::Ssh);
    let printed = lab.types("extension -p", &[]) + &lab.types("name -p", &[]);
    assert!(!printed.contains("\n2101 ") && printed.contains("\n2102 "), "{printed}");
    assert!(held(&mut lab, "2102").values().all(|it| *it == 1));
}

#[test]
fn the_page_of_an_end_user_offers_what_the_profile_includes() {
    let mut lab = lab("department-admin");
    lab.becomes("department-admin", Surface::Web);
    let one = [("person", "2101")];
    assert_eq!(lab.forms("/users/end-user", &one), ["change", "export"]);
    lab.becomes("administrator", Surface::Web);
    let all = ["change", "export", "remove", "remove-with-services"];
    assert_eq!(lab.forms("/users/end-user", &one), all);
    assert_eq!(lab.forms("/users/end-user", &[]), ["create"]);
}

#[test]
fn recordings_and_contacts_go_by_ways_of_the_emulators_own_and_from_the_web_alone() {
    let mut lab = lab("administrator");
    lab.becomes("administrator", Surface::Api);
    let nils = number(&mut lab, "2101");
    let one = [("owner", nils.to_string()), ("item", "1".to_owned())];
    let one = one.each_ref().map(|(name, value)| (*name, value.as_str()));
    lab.calls(Method::Delete, "/pm-api/v1/recordings/{owner}/{item}", &one);
    lab.calls(Method::Delete, "/pm-api/v1/contacts/{person}", &[("person", "2101")]);
    let (of_nils, of_mia) = (held(&mut lab, "2101"), held(&mut lab, "2102"));
    assert_eq!(["recordings", "contacts"].map(|it| (of_nils[it], of_mia[it])), [(0, 1), (0, 1)]);
    lab.becomes("administrator", Surface::Ssh);
    let refused = lab.calls(Method::Delete, "/pm-api/v1/contacts/{person}", &[("person", "2102")]);
    assert_eq!(refused["mitelErrorCode"], "conflict");
}

#[test]
fn pages_of_what_commands_erase_say_so_and_offer_nothing() {
    let mut lab = lab("mxone-admin");
    lab.becomes("mxone-admin", Surface::Web);
    for (path, says) in [
        ("/telephony/diversion", "with the command for diversion data"),
        ("/telephony/mailbox", "with the command for voice mailboxes"),
        ("/telephony/call-information", "they cannot be deleted for one user"),
        ("/services/names", "with the command for names"),
    ] {
        assert_eq!(lab.forms(path, &[]), [""; 0], "{path}");
        assert!(notes(&mut lab, path).contains(says), "{path}");
    }
}

#[test]
fn a_customer_goes_once_no_extension_of_theirs_is_left() {
    let mut lab = lab("linux-7");
    lab.put(|people| {
        let company = fields(&[(FieldId::Company, "Quay Trading")]);
        people.add_item("customers", NOBODY, Timestamp::default(), company, Vec::new(), None).expect("added");
    });
    lab.types("extension -c", &[("dir", "2101"), ("customer", "1")]);
    assert!(lab.types("customer -p", &[]).contains("\n1          \"Quay Trading\"\n"));
    let before = lab.rows();
    let refused = lab.types("customer -e", &[("item", "1")]);
    assert!(refused.contains("still has 1 extensions") && refused.contains("MX-083"), "{refused}");
    assert_eq!(lab.rows(), before);
    lab.types("extension -e", &[("dir", "2101")]);
    assert_eq!(lab.types("customer -e", &[("item", "1")]), "Customers: 1 erased.\n");
    assert!(!lab.types("customer -p", &[]).contains("Quay"));
}
