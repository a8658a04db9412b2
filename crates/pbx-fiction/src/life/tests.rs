use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::extension::Extensions;
use crate::manifest::{Entry, Manifest};

fn until() -> Timestamp {
    Timestamp::parse("2026-11-22T09:00:00Z").expect("a time")
}

fn life(seed: u64, count: u32) -> Life {
    let people = People::with_extensions(seed, Extensions::for_people(count));
    Life::of(&people, Plan::for_people(count, until())).expect("a plan")
}

fn all(life: &Life) -> impl Iterator<Item = Item> + '_ {
    Kind::ALL.into_iter().flat_map(|kind| life.items(kind))
}

#[test]
fn a_seed_tells_the_whole_life() {
    let json = |seed| serde_json::to_string(&all(&life(seed, 12)).collect::<Vec<_>>()).expect("JSON");
    assert_eq!(json(7), json(7));
    assert_ne!(json(7), json(8));
    assert_eq!(
        hex::encode(Sha256::digest(json(7))),
        "3fe07db7557ffd202206bfca6dfe238133eea9dc2140c2825196e13422905c3e"
    );
}

/// What of a person may be found in text, each form with what it is called.
fn forms(person: &Person) -> Vec<(&'static str, Encoding, String)> {
    let (number, what) = (person.number(), person.number_id());
    let mut forms = vec![
        ("name", Encoding::Plain, person.name()),
        (what, Encoding::Plain, number.international()),
        (what, Encoding::National, number.national()),
        (what, Encoding::FromAbroad, number.from_abroad()),
        ("email", Encoding::Plain, person.email()),
        ("email", Encoding::UpperCase, person.email().to_uppercase()),
        ("email", Encoding::Base64, STANDARD.encode(person.email())),
    ];
    let own = [("extension", person.extension()), ("room", person.room()), ("account", person.account())];
    forms.extend(own.into_iter().filter_map(|(what, text)| Some((what, Encoding::Plain, text?))));
    forms
}

/// Is `form` in `text`, with no letter or digit on either side?
fn occurs(form: &str, text: &str) -> bool {
    text.match_indices(form).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + form.len()..].chars().next());
        [before, after].into_iter().flatten().all(|it| !it.is_alphanumeric())
    })
}

/// Everything that a search of every field for every form of everybody finds; `duration-s` and `cost` are amounts.
fn found_by_force(life: &Life) -> BTreeMap<Subject, BTreeSet<Entry>> {
    let everybody: Vec<_> = life.subjects().map(|it| life.people.subject(it).expect("a person")).collect();
    let items: Vec<_> = all(life).collect();
    let mut found: BTreeMap<Subject, BTreeSet<Entry>> = BTreeMap::new();
    for person in &everybody {
        let found = found.entry(person.subject()).or_default();
        let forms = forms(person);
        for item in &items {
            let mut add = |field: &'static str, what: &'static str, encoding| {
                let is_planted =
                    |it: &&crate::Occurrence| it.field == field && it.subject == person.subject();
                let planted = item.occurrences.iter().find(is_planted).is_some_and(|it| it.planted);
                let (field, what) = (field.into(), what.into());
                found.insert(Entry { kind: item.kind, item: item.number, field, what, encoding, planted });
            };
            for (field, text) in item.fields.iter().filter(|it| !["duration-s", "cost"].contains(it.0)) {
                for (what, encoding, form) in &forms {
                    if occurs(form, text) {
                        add(field, what, *encoding);
                    }
                }
            }
            let part = |id| item.fields.get(id).map(String::as_str);
            if part("first-name") == Some(person.first_name())
                && part("last-name") == Some(person.last_name())
            {
                add("first-name", "first-name", Encoding::Plain);
                add("last-name", "last-name", Encoding::Plain);
            }
        }
    }
    found
}

#[test]
fn the_manifest_is_what_a_search_of_everything_finds() {
    for (seed, count) in [(1, 1), (2, 2), (3, 9), (4, 30)] {
        let life = life(seed, count);
        let is_text = |it: &&Entry| !matches!(it.encoding, Encoding::Voice | Encoding::Reference);
        let stated = Manifest::of(&life).0.into_iter();
        let stated: BTreeMap<_, BTreeSet<_>> =
            stated.map(|(who, entries)| (who, entries.iter().filter(is_text).cloned().collect())).collect();
        let found = found_by_force(&life);
        for (subject, found) in &found {
            assert_eq!(stated.get(subject), Some(found), "{seed}: {subject}");
        }
        assert_eq!(stated.len(), found.len(), "{seed}");
    }
}

#[test]
fn the_manifest_of_one_is_their_part_of_the_whole() {
    for (seed, count) in [(1, 1), (2, 2), (3, 9), (4, 30)] {
        let life = life(seed, count);
        let whole = Manifest::of(&life);
        for subject in life.subjects() {
            let one = Manifest::of_one(&life, subject);
            assert_eq!(one.entries(subject), whole.entries(subject), "{seed}: {subject}");
        }
    }
}

#[test]
fn what_somebody_owns_is_found_without_the_rest() {
    let life = life(5, 12);
    for subject in life.subjects() {
        let own: Vec<_> = life.of_owner(subject).collect();
        let picked: Vec<_> = all(&life).filter(|it| it.owner == Some(subject)).collect();
        assert_eq!(own, picked, "{subject}");
    }
}

#[test]
fn a_manifest_reads_back_from_json() {
    let manifest = Manifest::of(&life(5, 6));
    let json = serde_json::to_string(&manifest).expect("JSON");
    assert_eq!(serde_json::from_str::<Manifest>(&json).expect("a manifest"), manifest);
    let entries = manifest.entries(Subject::Person(0));
    let json = serde_json::to_value(entries.iter().find(|it| it.kind == Kind::Greeting)).expect("JSON");
    assert_eq!(json["kind"], Kind::Greeting.as_str());
    assert_eq!((&json["field"], &json["what"]), (&"owner".into(), &"person".into()));
}

#[test]
fn everything_that_is_to_be_planted_is() {
    let life = life(6, 60);
    let planted: BTreeSet<_> = all(&life)
        .flat_map(|item| item.occurrences.into_iter().map(move |it| (item.kind, it)))
        .filter(|(_, it)| it.planted)
        .map(|(kind, it)| (kind, it.what, it.encoding))
        .collect();
    for expected in [
        (Kind::Chat, "name", Encoding::Plain),
        (Kind::Chat, "extension", Encoding::Plain),
        (Kind::Chat, "email", Encoding::Base64),
        (Kind::Chat, "email", Encoding::UpperCase),
        (Kind::Chat, "mobile", Encoding::National),
        (Kind::Note, "name", Encoding::Plain),
        (Kind::Cdr, "mobile", Encoding::Plain),
        (Kind::Cdr, "mobile", Encoding::FromAbroad),
        (Kind::Contact, "email", Encoding::UpperCase),
        (Kind::Contact, "number", Encoding::National),
    ] {
        assert!(planted.contains(&expected), "{expected:?} in {planted:?}");
    }
    let plan = Plan { planted_percent: 0, ..Plan::for_people(60, until()) };
    let life = Life::of(&People::new(6), plan).expect("a plan");
    assert!(all(&life).flat_map(|item| item.occurrences).all(|it| !it.planted));
}

#[test]
fn call_lists_and_call_detail_records_agree_on_the_calls() {
    let life = life(8, 10);
    for number in 0..30 {
        let call = life.call(number).expect("a call");
        let record = life.item(Kind::Cdr, number).expect("a record");
        assert_eq!(record.fields["duration-s"], call.duration.as_secs().to_string());
        assert_eq!(record.time, call.time);
        for (entry, side) in [(number * 2, call.from), (number * 2 + 1, call.to)] {
            let owner = life.item(Kind::CallList, entry).map(|it| (it.owner, it.time));
            let expected = side.extension().map(|_| (Some(side.subject()), call.time));
            assert_eq!(owner, expected, "call {number}");
        }
        assert_eq!(call.answered, !call.duration.is_zero(), "call {number}");
    }
    assert!(life.call(30).is_none());
}

#[test]
fn some_outside_are_known_from_a_contact_list_or_a_recording_only() {
    let life = life(9, 40);
    let kinds = |subject| life.about(subject).map(|it| it.kind).collect::<BTreeSet<_>>();
    let some = BTreeSet::from([Kind::Contact, Kind::Recording]);
    let is_only_there = |it: &BTreeSet<Kind>| !it.is_empty() && it.is_subset(&some);
    let outsiders = life.subjects().filter(|it| matches!(it, Subject::Outsider(_)));
    assert_eq!(outsiders.map(kinds).filter(is_only_there).count(), 5, "a quarter of 21");
    assert_eq!(kinds(Subject::Administrator(0)), BTreeSet::from([Kind::Charge]));
    let everybodys = [Kind::VoiceMail, Kind::Greeting, Kind::Contact, Kind::Chat, Kind::Cdr];
    assert!(kinds(Subject::Person(39)).is_superset(&BTreeSet::from(everybodys)));
}

#[test]
fn audio_is_what_its_seed_says() {
    let item = life(10, 4).item(Kind::VoiceMail, 0).expect("a voice mail");
    let audio = item.audio.expect("a sound");
    assert_eq!(item.fields["duration-s"], audio.seconds.to_string());
    assert_eq!(audio.samples().len(), audio.seconds as usize * 8_000);
}

#[test]
fn a_plan_that_cannot_be_is_refused() {
    let people = People::with_extensions(1, Extensions::new(20, 29).expect("ten"));
    let plan = |count| Plan::for_people(count, until());
    assert!(Life::of(&people, plan(10)).is_ok());
    let error = Life::of(&people, plan(11)).map(|_| ());
    assert_eq!(error, Err(PlanError::Extensions { people: 11, extensions: 10 }));
    let error = Life::of(&people, Plan { planted_percent: 101, ..plan(1) }).map(|_| ());
    assert_eq!(error, Err(PlanError::Percent(101)));
}

#[test]
fn a_life_of_nobody_is_empty() {
    assert_eq!(all(&life(1, 0)).count(), 0);
    let plan = Plan { people: 0, calls: 10, chats: 10, ..Plan::for_people(0, until()) };
    assert_eq!(all(&Life::of(&People::new(1), plan).expect("a plan")).count(), 0);
}

#[test]
fn a_hundred_thousand_people_and_three_items_each_are_made() {
    let people = People::with_extensions(1, Extensions::for_people(100_000));
    let plan = Plan { voice_mails: 100_000, chats: 100_000, calls: 50_000, ..Plan::quiet(100_000, until()) };
    let life = Life::of(&people, plan).expect("a plan");
    let fields: usize = people.iter().take(100_000).map(|it| it.fields().len()).sum();
    assert_eq!(fields, 1_600_000);
    assert!(all(&life).count() >= 300_000);
    let mine = Manifest::of_one(&life, Subject::Person(99_999));
    assert!(mine.entries(Subject::Person(99_999)).len() >= 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn items_are_in_time_and_name_who_is_there(seed in any::<u64>(), count in 1..40_u32, kind in 0..9_usize) {
        let life = life(seed, count);
        let subjects: BTreeSet<_> = life.subjects().collect();
        let (first, mut last) = (until() - life.plan.span, until() - life.plan.span);
        for item in life.items(Kind::ALL[kind]) {
            // The two entries of one call have its time.
            prop_assert!(first <= last && last <= item.time && item.time < until());
            last = item.time;
            for it in &item.occurrences {
                prop_assert!(subjects.contains(&it.subject));
                prop_assert!(item.owner == Some(it.subject) || item.parties.contains(&it.subject));
                let is_field = item.fields.contains_key(it.field);
                prop_assert!(is_field || matches!(it.encoding, Encoding::Voice | Encoding::Reference));
            }
        }
    }
}
