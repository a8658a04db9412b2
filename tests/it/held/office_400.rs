use pbx_estate::people::{NOBODY, Person};
use pbx_estate::{Refusal, Reply};
use pbx_kernel::Surface;
use pbx_policy::FieldId::{Extension, Name, Number, Room};
use pbx_product::Method::{Delete, Get, Patch, Post};

use super::lab::{Lab, Who, cells, document};

const ADMIN: Who = Who { account: "admin", role: "administrator", surface: Surface::Web };
const PROGRAM: Who = Who { account: "admin", role: "administrator", surface: Surface::Api };
const INES: Who = Who { account: "ines.falk", role: "end-user", surface: Surface::SelfService };
const RUDI: Who = Who { account: "rudi.kern", role: "end-user", surface: Surface::SelfService };
const HOTEL: Who = Who { account: "hotel", role: "hospitality-manager", surface: Surface::Web };

/// Two users with something in every store that is theirs.
fn lab() -> (Lab, Person, Person) {
    let mut lab = Lab::of(&product_office_400::PRODUCT);
    let ines = lab.person(&[(Name, "Ines Falk"), (Extension, "201")]);
    let rudi = lab.person(&[(Name, "Rudi Kern"), (Extension, "202")]);
    for (person, who) in [(&ines, INES), (&rudi, RUDI)] {
        lab.account(who, Some(person));
        for store in ["directory", "contacts", "voice-mail", "greetings", "recordings"] {
            let caller = format!("+4155500{}", person.number);
            lab.item(store, person.number, &[(Name, "Otto Grau"), (Number, &caller)]);
        }
    }
    lab.account(ADMIN, None);
    (lab, ines, rudi)
}

#[test]
fn the_user_list_leads_to_one_user_and_counts_what_is_held_of_him() {
    let (lab, ..) = lab();
    let list = lab.page(ADMIN, "/users/user-list", &[]).expect("a list");
    assert!(list.contains("Ines Falk") && list.contains("?person=202") && list.contains("Call number"));
    let found = lab.page(ADMIN, "/users/user-list", &[("search", "kern")]).expect("a list");
    assert!(found.contains("Rudi Kern") && !found.contains("Ines Falk"));
    let one = lab.page(ADMIN, "/users/user-list", &[("person", "201")]).expect("a user");
    assert!(one.contains("Personal greetings") && one.contains("mailbox, user, user-with-services"));
    assert!(one.contains("remove-with-services") && one.contains("remove-mailbox"));
    assert!(!one.contains("Otto Grau"), "counts only");
}

#[test]
fn an_administrator_deletes_a_mailbox_that_he_cannot_look_into() {
    let (mut lab, ines, rudi) = lab();
    for (path, args) in
        [("/users/user-list", &[("person", "201")][..]), ("/own/contacts", &[]), ("/own/recordings", &[])]
    {
        let seen = lab.page(ADMIN, path, args).expect("a page");
        assert!(!seen.contains("+4155500"), "{path}: {seen}");
    }
    for path in ["/own/voice-mail", "/own/greetings"] {
        assert!(matches!(lab.page(ADMIN, path, &[]), Err(Refusal::NotPermitted(_))), "{path}");
    }
    let export = document(lab.call(PROGRAM, Get, EXPORT, &[("person", "201")]).expect("an export"));
    assert!(export.contains("Ines Falk") && export.contains("not the caller's to read"));
    assert!(export.contains("voice-mail") && export.matches("+4155500").count() == 1, "{export}");
    lab.post(ADMIN, "/users/user-list", "remove-mailbox", &[("person", "201")]).expect("deleted");
    assert_eq!((lab.count("voice-mail", ines.number), lab.count("greetings", ines.number)), (0, 0));
    assert_eq!((lab.count("contacts", ines.number), lab.count("voice-mail", rudi.number)), (1, 1));
    assert!(lab.named("201").is_some());
}

#[test]
fn a_user_goes_with_what_his_removal_takes_and_leaves_his_recordings() {
    let (mut lab, ines, rudi) = lab();
    lab.call(PROGRAM, Delete, "/api/user-list/{person}", &[("person", "201")]).expect("deleted");
    assert!(lab.named("201").is_none());
    let left: Vec<_> = STORES.iter().filter(|it| lab.count(it, ines.number) > 0).collect();
    assert_eq!(left, [&"recordings"], "the paper is silent about recordings");
    assert!(STORES.iter().all(|it| lab.count(it, rudi.number) == 1), "nobody else's");
    let again = lab.call(PROGRAM, Delete, "/api/user-list/{person}", &[("person", "201")]);
    assert_eq!(again, Err(Refusal::NoSuch("person", "201".to_owned())));
}

#[test]
fn an_end_user_sees_and_deletes_his_own_and_nobody_elses() {
    let (mut lab, ines, rudi) = lab();
    assert!(lab.page(INES, "/own/details", &[]).expect("a page").contains("Ines Falk"));
    for path in ["/own/voice-mail", "/own/contacts", "/own/recordings"] {
        let seen = lab.page(INES, path, &[("person", "202"), ("owner", "2")]).expect("a page");
        assert!(seen.contains("+41555001") && !seen.contains("+41555002"), "{path}: {seen}");
    }
    let other = rudi.number.to_string();
    let args = [("item", "1"), ("owner", other.as_str()), ("person", "202")];
    lab.post(INES, "/own/voice-mail", "remove", &args).expect("deleted");
    assert_eq!((lab.count("voice-mail", ines.number), lab.count("voice-mail", rudi.number)), (0, 1));
    assert_eq!(
        lab.post(INES, "/own/voice-mail", "remove", &args),
        Err(Refusal::NoSuch("item", "1".to_owned()))
    );
    lab.post(INES, "/own/contacts", "remove", &[("item", "1")]).expect("deleted");
    assert_eq!((lab.count("contacts", ines.number), lab.count("contacts", rudi.number)), (0, 1));
    let recordings = lab.page(INES, "/own/recordings", &[]).expect("a page");
    assert!(recordings.contains("names no way") && recordings.contains("O4-009"), "{recordings}");
}

#[test]
fn a_message_is_heard_by_its_owner_and_by_nobody_else() {
    let (mut lab, ines, _) = lab();
    lab.sound("voice-mail", ines.number, &[(Number, "+41555009")], Some(b"RIFF-audio"));
    let play = |lab: &mut Lab, who, item, person| {
        lab.post(who, "/own/voice-mail", "play", &[("item", item), ("person", person), ("owner", "1")])
    };
    let Ok(Reply::Document(heard)) = play(&mut lab, INES, "2", "201") else { panic!("not heard") };
    assert_eq!((heard.media, heard.bytes.as_slice()), ("audio/wav", &b"RIFF-audio"[..]));
    assert!(matches!(play(&mut lab, INES, "1", "201"), Err(Refusal::Conflict(_))), "it has no audio");
    assert_eq!(play(&mut lab, RUDI, "2", "201"), Err(Refusal::NoSuch("item", "2".to_owned())));
    assert!(matches!(play(&mut lab, ADMIN, "2", "201"), Err(Refusal::NotPermitted(_))));
    lab.post(INES, "/own/voice-mail", "remove", &[("item", "2")]).expect("deleted");
    assert_eq!(play(&mut lab, INES, "2", "201"), Err(Refusal::NoSuch("item", "2".to_owned())));
}

#[test]
fn an_account_that_is_nobodys_is_told_so() {
    let (mut lab, ..) = lab();
    let guest = Who { account: "guest", ..INES };
    lab.account(guest, None);
    for path in ["/own/details", "/own/voice-mail", "/own/contacts"] {
        assert!(lab.page(guest, path, &[]).expect("a page").contains("Nobody's data belongs"), "{path}");
    }
    assert!(matches!(
        lab.post(guest, "/own/voice-mail", "remove", &[("item", "1")]),
        Err(Refusal::Conflict(_))
    ));
}

#[test]
fn the_directory_loses_one_user_and_keeps_the_user_list() {
    let (mut lab, ines, rudi) = lab();
    let listed = cells(lab.call(PROGRAM, Get, "/api/directory", &[]).expect("a list"));
    assert_eq!(listed.len(), 2);
    assert_eq!((listed[0]["item"].as_str(), listed[0]["number"].as_str()), ("1", "+41555001"));
    lab.post(ADMIN, "/users/directory", "erase", &[("person", "201")]).expect("erased");
    assert_eq!((lab.count("directory", ines.number), lab.count("directory", rudi.number)), (0, 1));
    assert!(lab.named("201").is_some());
}

#[test]
fn the_charge_file_goes_whole_on_the_web_by_the_hospitality_manager() {
    let (mut lab, ..) = lab();
    for room in ["11", "12"] {
        lab.item("charges", NOBODY, &[(Name, "Guest"), (Room, room)]);
    }
    let page = lab.page(HOTEL, "/hospitality/charges", &[]).expect("a page");
    assert!(page.contains("Guest") && page.contains("Clear the whole store"));
    let cleared = lab.post(HOTEL, "/hospitality/charges", "clear", &[]).expect("cleared");
    assert_eq!(cleared, Reply::Done("Charge file of the hotel: 2 erased.".to_owned()));
    assert_eq!(lab.count("charges", NOBODY), 0);
}

#[test]
fn users_are_entered_and_changed_in_the_products_fields() {
    let (mut lab, ..) = lab();
    let add = |lab: &mut Lab, args: &[(&str, &str)]| lab.call(PROGRAM, Post, "/api/user-list", args);
    assert_eq!(add(&mut lab, &[("name", "Eva Lind")]), Err(Refusal::Missing("extension")));
    assert!(matches!(
        add(&mut lab, &[("name", "Eva Lind"), ("extension", "201")]),
        Err(Refusal::AlreadyExists(..))
    ));
    add(&mut lab, &[("name", "Eva Lind"), ("extension", "203")]).expect("entered");
    let change = [("person", "203"), ("extension", "204")];
    lab.call(PROGRAM, Patch, "/api/user-list/{person}", &change).expect("changed");
    assert!(lab.named("203").is_none() && lab.named("204").is_some());
}

const EXPORT: &str = "/api/user-list/{person}/export";
const STORES: &[&str] = &["directory", "contacts", "voice-mail", "greetings", "recordings"];
