use super::*;
use crate::plan::{Decision, StorePlan};
use crate::{Identity, Numbering};

fn item(store: &str, item: &str) -> ItemId {
    ItemId { store: store.to_owned(), item: item.to_owned() }
}

fn items(list: &[(&str, &str)]) -> BTreeSet<ItemId> {
    list.iter().map(|(store, number)| item(store, number)).collect()
}

fn log(id: &str) -> Place {
    Place::Log { log: id.to_owned() }
}

fn explanation() -> Explanation {
    Explanation {
        control: "office-400/access-log".to_owned(),
        citation: "section 5".to_owned(),
        remedy: "wait until the log is full".to_owned(),
    }
}

fn hits(text: &str) -> Hits {
    let ada = Identity::new()
        .with(IdentifierKind::Name, "Ada Example")
        .and_then(|it| it.with(IdentifierKind::Extension, "201"))
        .expect("valid");
    let bo = Identity::new().with(IdentifierKind::Name, "Bo Fictive").expect("valid");
    let people = [(0, &ada), (1, &bo)];
    let needles = Needles::build(people, &Numbering::default(), &Encoding::ALL, 1).expect("few");
    search(&needles, text.as_bytes())
}

#[test]
fn hits_become_one_finding_per_identifier_and_encoding() {
    let hits = hits("201 called; Ada Example, ADA EXAMPLE, 41646120Ada Example; Bo Fictive");
    let mut explanations = Explanations::default();
    explanations.add(log("access"), explanation());
    let found = findings(&log("access"), 0, &hits, &explanations);
    let brief: Vec<_> = found.iter().map(|it| (it.kind, it.encoding, it.offset, it.count)).collect();
    assert_eq!(
        brief,
        [(IdentifierKind::Extension, Encoding::Utf8, 0, 1), (IdentifierKind::Name, Encoding::Utf8, 12, 3)]
    );
    assert!(found.iter().all(|it| it.explanation == Some(explanation())));
    let elsewhere = findings(&log("system"), 1, &hits, &explanations);
    assert_eq!((elsewhere.len(), elsewhere[0].explanation.clone()), (1, None));
}

#[test]
fn a_finding_does_not_repeat_what_it_found() {
    let found = findings(&log("access"), 0, &hits("Ada Example"), &Explanations::default());
    let text = serde_json::to_string(&found).expect("JSON");
    assert!(!text.contains("Ada") && text.contains(r#""where":"log","log":"access""#), "{text}");
}

fn plan() -> Plan {
    let store = |id: &str, decision, before| StorePlan::new(id, id, decision, before, "section 5");
    Plan {
        stores: vec![
            store("mailbox", Decision::Delete, 1),
            store("access", Decision::NotPossible, 1),
            store("billing", Decision::External { closed: None }, 1),
            store("unused", Decision::Silent, 0),
        ],
    }
}

#[track_caller]
fn check(
    change: impl FnOnce(&mut BTreeSet<ItemId>, &mut BTreeMap<ItemId, [u8; 32]>, &mut Vec<Finding>),
) -> Score {
    let planted = items(&[("mailbox", "1"), ("access", "7")]);
    let before = BTreeMap::from([(item("mailbox", "2"), [1; 32]), (item("mailbox", "3"), [2; 32])]);
    let (mut located, mut after) = (planted.clone(), before.clone());
    let mut found = findings(&log("access"), 0, &hits("Ada Example"), &Explanations::default());
    change(&mut located, &mut after, &mut found);
    Score::of(&planted, &located, &before, &after, &plan(), &found)
}

#[test]
fn a_rehearsal_that_does_what_it_says_is_perfect() {
    let score = check(|_, _, _| {});
    assert!(score.is_perfect(), "{score:?}");
    assert_eq!(score.recall_percent(), 100);
}

#[test]
fn every_shortcoming_is_seen() {
    let score = check(|located, _, _| {
        located.remove(&item("access", "7"));
        located.insert(item("mailbox", "2"));
    });
    assert_eq!(
        (score.recall_percent(), score.missed, score.mistaken),
        (50, items(&[("access", "7")]), items(&[("mailbox", "2")]))
    );
    let score = check(|_, after, _| {
        after.remove(&item("mailbox", "2"));
        after.insert(item("mailbox", "3"), [9; 32]);
        after.insert(item("mailbox", "4"), [3; 32]);
    });
    assert_eq!(score.collateral, items(&[("mailbox", "2"), ("mailbox", "3"), ("mailbox", "4")]));
    let score = check(|_, _, found| found[0].place = log("system"));
    assert_eq!(score.undeclared, BTreeSet::from(["system".to_owned()]));
    assert_eq!(score.overdeclared, BTreeSet::from(["access".to_owned()]));
    assert!(!score.is_honest() && !score.is_perfect());
}
