use pbx_estate::Refusal;
use pbx_estate::people::{NOBODY, Person};
use pbx_kernel::Surface;
use pbx_policy::FieldId::{Extension, FirstName, LastName, Name, Number, Tag, Text};
use pbx_product::Method::{Delete, Get};

use super::lab::{Lab, Who, cells, document};

const ADMIN: Who = Who { account: "engineer", role: "admin", surface: Surface::Api };
const SUPERVISOR: Who = Who { account: "boss", role: "supervisor", surface: Surface::Api };
const MIRA: Who = Who { account: "mira", role: "user", surface: Surface::Web };

/// Two people with calls, contacts, chats and recordings; the first has an account.
fn lab() -> (Lab, Person, Person) {
    let mut lab = Lab::of(&product_app_suite::PRODUCT);
    let mira = lab.person(&[(FirstName, "Mira"), (LastName, "Holm"), (Extension, "301")]);
    let jon = lab.person(&[(FirstName, "Jon"), (LastName, "Beck"), (Extension, "302")]);
    for person in [&mira, &jon] {
        let party = format!("+4655500{}", person.number);
        for store in ["call-list", "contacts", "recordings"] {
            lab.item(store, person.number, &[(Name, "Lars Ek"), (Number, &party), (Tag, "angry")]);
        }
        lab.item("chat", person.number, &[(Name, "Lars Ek"), (Text, &format!("about {party}"))]);
    }
    lab.account(MIRA, Some(&mira));
    lab.account(ADMIN, None);
    lab.account(SUPERVISOR, None);
    (lab, mira, jon)
}

#[test]
fn a_user_sees_his_own_calls_chats_contacts_and_recordings_only() {
    let (lab, ..) = lab();
    for path in ["/my/calls", "/my/chats", "/my/contacts", "/my/recordings"] {
        let seen = lab.page(MIRA, path, &[("person", "302"), ("owner", "2")]).expect("a page");
        assert!(seen.contains("+46555001") && !seen.contains("+46555002"), "{path}: {seen}");
    }
    for path in ["/calls/history", "/chats", "/contacts", "/recordings"] {
        assert!(matches!(lab.page(MIRA, path, &[]), Err(Refusal::NotPermitted(_))), "{path}");
        let all = lab.page(ADMIN, path, &[]).expect("a page");
        assert!(all.contains("+46555001") && all.contains("+46555002") && all.contains("Jon Beck"), "{path}");
    }
}

#[test]
fn taking_tags_away_leaves_the_calls() {
    let (mut lab, mira, jon) = lab();
    lab.call(ADMIN, Delete, "/api/calls/{person}/tags", &[("person", "302")]).expect("taken away");
    let calls = cells(lab.call(ADMIN, Get, "/api/calls", &[]).expect("a list"));
    let tags: Vec<_> = calls.iter().map(|it| (it["number"].as_str(), it["tag"].as_str())).collect();
    assert_eq!(tags, [("+46555001", "angry"), ("+46555002", "")]);
    lab.post(MIRA, "/my/calls", "erase", &[("person", "302")]).expect("taken away");
    let calls = cells(lab.call(ADMIN, Get, "/api/calls", &[]).expect("a list"));
    assert!(calls.iter().all(|it| it["tag"].is_empty()));
    assert_eq!((lab.count("call-list", mira.number), lab.count("call-list", jon.number)), (1, 1));
}

#[test]
fn recordings_are_deleted_by_those_who_were_granted_it() {
    let (mut lab, mira, jon) = lab();
    let owner = jon.number.to_string();
    let args = [("owner", owner.as_str()), ("item", "1")];
    let path = "/api/recordings/{owner}/{item}";
    assert!(matches!(lab.call(SUPERVISOR, Delete, path, &args), Err(Refusal::NotPermitted(_))));
    lab.call(ADMIN, Delete, path, &args).expect("deleted");
    assert_eq!((lab.count("recordings", mira.number), lab.count("recordings", jon.number)), (1, 0));
}

#[test]
fn recordings_are_played_by_their_owner_and_by_those_who_may_hear_all() {
    let (mut lab, _, jon) = lab();
    lab.sound("recordings", jon.number, &[(Number, "+46555009")], Some(b"RIFF-audio"));
    let owner = jon.number.to_string();
    let args = [("owner", owner.as_str()), ("item", "2")];
    let heard =
        document(lab.call(SUPERVISOR, Get, "/api/recordings/{owner}/{item}/audio", &args).expect("heard"));
    assert_eq!(heard, "RIFF-audio");
    let mine = lab.post(MIRA, "/my/recordings", "play", &args);
    assert_eq!(mine, Err(Refusal::NoSuch("item", "2".to_owned())), "hers has one item");
    assert!(matches!(lab.post(MIRA, "/recordings", "play", &args), Err(Refusal::NotPermitted(_))));
}

#[test]
fn contacts_go_by_their_owner_or_by_an_administrator() {
    let (mut lab, mira, jon) = lab();
    lab.post(MIRA, "/my/contacts", "erase", &[("person", "302"), ("owner", "2")]).expect("erased");
    assert_eq!((lab.count("contacts", mira.number), lab.count("contacts", jon.number)), (0, 1));
    lab.call(ADMIN, Delete, "/api/contacts/{person}", &[("person", "302")]).expect("erased");
    assert_eq!(lab.count("contacts", jon.number), 0);
}

#[test]
fn deleting_a_persons_details_leaves_what_is_held() {
    let (mut lab, _, jon) = lab();
    lab.call(ADMIN, Delete, "/api/people/{person}", &[("person", "302")]).expect("deleted");
    assert!(lab.named("302").is_none());
    for store in ["call-list", "contacts", "recordings", "chat"] {
        assert_eq!(lab.count(store, jon.number), 1, "{store}");
    }
    let calls = lab.page(ADMIN, "/calls/history", &[]).expect("a page");
    assert!(calls.contains("Nobody any more"), "{calls}");
}

#[test]
fn nobody_erases_call_records_or_chats() {
    let (mut lab, ..) = lab();
    lab.item("cdr", NOBODY, &[(Extension, "301"), (Number, "+46555009")]);
    for path in ["/calls/records", "/chats"] {
        let page = lab.page(ADMIN, path, &[]).expect("a page");
        assert!(page.contains("names no way") && !page.contains("?do="), "{path}: {page}");
    }
}
