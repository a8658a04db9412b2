use pbx_estate::Refusal;
use pbx_estate::people::NOBODY;
use pbx_kernel::Surface;
use pbx_policy::FieldId::{Company, Email, Extension, FirstName, LastName};
use pbx_product::Method::Delete;

use super::lab::{Lab, Who};

const ROOT: Who = Who { account: "root", role: "root-administrator", surface: Surface::Web };
const PROGRAM: Who = Who { account: "root", role: "root-administrator", surface: Surface::Api };

/// So many end users, with the extensions 200, 201 and so on.
fn lab(users: usize) -> Lab {
    let mut lab = Lab::of(&product_micloud_portal::PRODUCT);
    for number in 0..users {
        let (extension, email) = (format!("{}", 200 + number), format!("user{number}@firm.example"));
        lab.person(&[(FirstName, "Ada"), (LastName, "Moor"), (Extension, &extension), (Email, &email)]);
    }
    lab
}

fn ticked(extensions: std::ops::Range<usize>) -> Vec<(&'static str, String)> {
    extensions.map(|it| ("person", it.to_string())).collect()
}

fn post(lab: &mut Lab, ticked: &[(&'static str, String)]) -> Result<(), Refusal> {
    let args: Vec<_> = ticked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    lab.post(ROOT, "/customers/users", "remove-ticked", &args).map(drop)
}

#[test]
fn at_most_twenty_users_are_deleted_together_and_all_or_none() {
    let mut lab = lab(22);
    let page = lab.page(ROOT, "/customers/users", &[]).expect("a page");
    assert!(page.contains("at most 20 at a time") && page.contains("remove-ticked"));
    assert_eq!(post(&mut lab, &ticked(200..221)), Err(Refusal::Limit("person at a time", 20)));
    let mut with_a_stranger = ticked(200..203);
    with_a_stranger.push(("person", "999".to_owned()));
    assert_eq!(post(&mut lab, &with_a_stranger), Err(Refusal::NoSuch("person", "999".to_owned())));
    assert!(lab.named("200").is_some(), "none of them");
    post(&mut lab, &ticked(200..220)).expect("deleted");
    assert!(lab.named("219").is_none() && lab.named("220").is_some());
}

#[test]
fn a_customer_stays_while_end_users_exist() {
    let mut lab = lab(2);
    lab.item("customers", NOBODY, &[(Company, "Moor Ltd")]);
    assert!(lab.page(ROOT, "/customers/customers", &[]).expect("a page").contains("Moor Ltd"));
    let remove = |lab: &mut Lab| lab.call(PROGRAM, Delete, "/api/customers/{item}", &[("item", "1")]);
    let Err(Refusal::Conflict(why)) = remove(&mut lab) else { panic!("it was deleted") };
    assert!(why.starts_with("2 end users exist still"), "{why}");
    assert_eq!(lab.count("customers", NOBODY), 1);
    for extension in ["200", "201"] {
        let args = [("person", extension)];
        lab.call(PROGRAM, Delete, "/api/users/{person}", &args).expect("deleted");
    }
    remove(&mut lab).expect("deleted");
    assert_eq!(lab.count("customers", NOBODY), 0);
}
