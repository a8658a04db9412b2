use pbx_estate::{Args, Refusal};
use pbx_kernel::Surface;
use pbx_policy::FieldId::{Name, Number};
use pbx_product::Method::{Delete, Get};
use pbx_product::{GENERIC, Run};

use super::lab::{Lab, Who, cells};

const CAPTAIN: Who = Who { account: "captain", role: "captain", surface: Surface::Ssh };

fn lab() -> Lab {
    let policy = std::fs::read_to_string(support::workspace().join("scenarios/harbour-pbx.toml"));
    let mut lab = Lab::under(&GENERIC, &policy.expect("readable"));
    for (name, number) in [("Anne Bonny", "11"), ("Mary Read", "12")] {
        let person = lab.person(&[(Name, name), (Number, number)]);
        lab.item("messages", person.number, &[(Number, "+4455501")]);
    }
    lab
}

fn types(lab: &mut Lab, words: &str, args: &[(&str, &str)]) -> Result<pbx_estate::Reply, Refusal> {
    let found = GENERIC.commands(&lab.policy).find(|it| it.words == words);
    let command = found.unwrap_or_else(|| panic!("no command {words}"));
    let Run::Operation(run) = command.run else { panic!("{words} is no operation") };
    lab.run(CAPTAIN, command.needs, run, &Args::of(args.iter().copied()))
}

#[test]
fn a_policy_alone_gives_commands_for_people_and_stores() {
    let mut lab = lab();
    let crew = cells(types(&mut lab, "person list", &[]).expect("a list"));
    assert_eq!((crew[0]["person"].as_str(), crew[1]["name"].as_str()), ("11", "Mary Read"));
    types(&mut lab, "person add", &[("name", "Jack Rackham"), ("number", "13")]).expect("added");
    types(&mut lab, "person change", &[("person", "13"), ("language", "English")]).expect("changed");
    let anne = lab.named("11").expect("a person").number;
    let mary = lab.named("12").expect("a person").number;
    types(&mut lab, "store erase", &[("store", "messages"), ("person", "12")]).expect("erased");
    assert_eq!((lab.count("messages", anne), lab.count("messages", mary)), (1, 0));
    types(&mut lab, "person remove", &[("person", "11")]).expect("removed");
    assert_eq!(lab.count("messages", anne), 0);
    assert!(lab.named("11").is_none() && lab.named("13").is_some());
    let whole = types(&mut lab, "store clear", &[("store", "messages")]);
    let Err(Refusal::Conflict(why)) = whole else { panic!("it was cleared") };
    assert!(why.contains("no way to erase everything") && why.contains("HP-002"), "{why}");
}

#[test]
fn the_page_of_stores_leads_to_each_and_its_forms_name_it() {
    let captain = Who { surface: Surface::Web, ..CAPTAIN };
    let mut lab = lab();
    let stores = lab.page(captain, "/stores", &[]).expect("a page");
    assert!(stores.contains("?store=messages") && !stores.contains("ships-log"), "{stores}");
    let messages = lab.page(captain, "/stores", &[("store", "messages")]).expect("a page");
    assert!(messages.contains(r#"("store", "messages")"#) && messages.contains("Anne Bonny"), "{messages}");
    lab.post(captain, "/stores", "erase", &[("store", "messages"), ("person", "11")]).expect("erased");
    let left = lab.call(captain, Get, "/api/stores/{store}", &[("store", "messages")]).expect("a list");
    assert_eq!(cells(left).len(), 1);
    lab.call(captain, Delete, "/api/people/{person}", &[("person", "#2")]).expect("removed");
    assert!(lab.named("12").is_none());
}
