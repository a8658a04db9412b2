use std::collections::BTreeSet;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use crate::{Extensions, ParseSubjectError, People, Subject};

#[test]
fn a_seed_tells_who_everybody_is() {
    let people = People::with_extensions(7, Extensions::for_people(25));
    let everyone: Vec<_> = people
        .iter()
        .take(25)
        .chain([people.outsider(0), people.administrator(0)])
        .map(|it| it.fields())
        .collect();
    let json = serde_json::to_string(&everyone).expect("JSON");
    assert_eq!(
        hex::encode(Sha256::digest(json)),
        "67094d27c0d7293c852952f7db2bcec1191739dc81bdc85a37090207eb84d220"
    );
}

#[test]
fn a_hundred_thousand_people_and_their_callers_are_told_apart() {
    let people = People::new(3);
    let (mut names, mut numbers, mut emails, mut extensions) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let outside = (0..20_000).map(|index| people.outsider(index));
    let inside = people.iter().take(100_000);
    for (count, person) in
        inside.chain(outside).chain((0..500).map(|it| people.administrator(it))).enumerate()
    {
        assert!(names.insert((person.first_name(), person.last_name())), "{count}: {}", person.name());
        assert!(numbers.insert(person.number()), "{count}: {}", person.number().international());
        assert!(emails.insert(person.email()), "{count}: {}", person.email());
        assert!(person.extension().is_none_or(|it| extensions.insert(it)), "{count}");
    }
    assert_eq!(extensions.len(), 100_000);
}

#[test]
fn whoever_comes_after_the_last_pair_of_names_is_a_namesake_with_an_address_of_their_own() {
    let people = People::new(3);
    let (first, second) =
        (people.person(5).expect("a person"), people.person(5 + 131_072).expect("a person"));
    assert_eq!(first.name(), second.name());
    assert!(second.email().contains(".2@"), "{}", second.email());
}

#[test]
fn the_stream_ends_with_the_extensions() {
    let people = People::with_extensions(3, Extensions::new(20, 29).expect("ten"));
    let extensions: Vec<_> = people.iter().filter_map(|it| it.extension()).collect();
    assert_eq!(extensions, ["20", "21", "22", "23", "24", "25", "26", "27", "28", "29"]);
    assert!(people.person(10).is_none());
}

#[test]
fn nobody_can_be_reached() {
    let people = People::new(11);
    for person in people.iter().take(2_000).chain((0..2_000).map(|it| people.outsider(it))) {
        let email = person.email();
        let (local, domain) = email.split_once('@').expect("an address");
        let reserved = ["example.com", "example.net", "example.org"];
        assert!(domain.ends_with(".example") || reserved.contains(&domain), "{email}");
        assert!(local.bytes().all(|it| it.is_ascii_lowercase() || it == b'.'), "{email}");
    }
}

#[test]
fn everybody_has_the_fields_of_their_kind() {
    let people = People::new(1);
    let person: Vec<_> = people.person(0).expect("a person").fields().into_keys().collect();
    #[rustfmt::skip]
    assert_eq!(person, [
        "address", "city", "company", "department", "email", "extension", "first-name", "language", "last-name",
        "location", "mobile", "name", "postal-code", "room", "state", "title",
    ]);
    let outsider: Vec<_> = people.outsider(0).fields().into_keys().collect();
    #[rustfmt::skip]
    assert_eq!(outsider, [
        "address", "city", "company", "email", "first-name", "last-name", "name", "number", "postal-code", "state",
    ]);
    assert!(people.administrator(0).fields().contains_key("account"));
    assert!(people.iter().take(25).any(|it| !it.name().is_ascii()));
}

proptest! {
    #[test]
    fn a_subject_reads_back_and_has_one_text(index in any::<u32>()) {
        for subject in [Subject::Person(index), Subject::Outsider(index), Subject::Administrator(index)] {
            prop_assert_eq!(Subject::parse(&subject.to_string()), Ok(subject));
            let padded = subject.to_string().replace('-', "-0");
            prop_assert_eq!(Subject::parse(&padded), Err(ParseSubjectError));
        }
    }

    #[test]
    fn everybody_there_can_be_is_somebody(seed in any::<u64>(), index in any::<u32>()) {
        let people = People::new(seed);
        for subject in [Subject::Outsider(index), Subject::Administrator(index), Subject::Person(index % 700_000)] {
            let person = people.subject(subject).expect("there is one");
            prop_assert_eq!(person.subject(), subject);
            prop_assert!(person.fields().values().all(|it| !it.is_empty()));
            prop_assert!(person.number().international().len() <= 16);
        }
    }
}
