use proptest::prelude::*;

use super::*;
use crate::finding::Explanation;
use crate::{Encoding, IdentifierKind};

fn store(id: &str, decision: Decision, after: Option<u64>) -> StorePlan {
    StorePlan { after, ..StorePlan::new(id, id, decision, 3, "section 5") }
}

fn finding(explained: bool) -> Finding {
    let explanation = explained.then(|| Explanation {
        control: "mx-one/audit-log".to_owned(),
        citation: "section 5".to_owned(),
        remedy: "none; the log ages out".to_owned(),
    });
    Finding {
        place: Place::Log { log: "audit".to_owned() },
        kind: IdentifierKind::Name,
        encoding: Encoding::Utf8,
        offset: 17,
        count: 1,
        explanation,
    }
}

#[track_caller]
fn check(stores: Vec<StorePlan>, findings: &[Finding], outcome: Outcome, remarks: &[RemarkKind]) {
    let verdict = Plan { stores }.verdict(&[], findings);
    assert_eq!(verdict.outcome, outcome);
    assert_eq!(verdict.remarks.iter().map(|it| it.kind).collect::<Vec<_>>(), remarks);
}

#[test]
fn all_done_and_nothing_found_is_complete() {
    let closed = Decision::External { closed: Some(Timestamp::from_millis(1)) };
    let stores = vec![
        store("a", Decision::Delete, Some(0)),
        store("b", Decision::DestroyKey, Some(0)),
        store("c", Decision::Anonymise, Some(0)),
        store("d", Decision::Detach, Some(0)),
        store("e", closed, None),
    ];
    check(stores, &[], Outcome::Complete, &[]);
}

#[test]
fn an_exception_is_never_complete_even_of_an_empty_store() {
    for (decision, kind) in [
        (Decision::Silent, RemarkKind::Silent),
        (Decision::NotPossible, RemarkKind::NotPossible),
        (Decision::External { closed: None }, RemarkKind::ExternalOpen),
        (Decision::Keep { reason: "Art. 17(3)(b)".to_owned() }, RemarkKind::Kept),
    ] {
        let mut exception = store("b", decision, Some(0));
        exception.before = 0;
        let stores = vec![store("a", Decision::Delete, Some(0)), exception];
        check(stores, &[], Outcome::Exceptions, &[kind]);
    }
}

#[test]
fn what_was_not_done_or_is_unexplained_is_a_failure() {
    let done = || store("a", Decision::Delete, Some(0));
    check(vec![], &[], Outcome::Failed, &[]);
    check(vec![store("a", Decision::Delete, None)], &[], Outcome::Failed, &[RemarkKind::NotExecuted]);
    check(vec![store("a", Decision::DestroyKey, Some(1))], &[], Outcome::Failed, &[RemarkKind::Remaining]);
    check(vec![done()], &[finding(false)], Outcome::Failed, &[RemarkKind::Unexplained]);
    check(vec![done()], &[finding(true), finding(true)], Outcome::Exceptions, &[RemarkKind::Residue]);
}

#[test]
fn counts_are_noted_where_there_is_such_a_store() {
    let mut plan = Plan { stores: vec![store("a", Decision::Delete, None)] };
    assert!(plan.record_after("a", 0) && !plan.record_after("b", 0));
    assert!(plan.verdict(&[], &[]).is_complete());
}

#[test]
fn recipients_must_be_told_and_must_answer() {
    let plan = Plan { stores: vec![store("a", Decision::Delete, Some(0))] };
    let at = Some(Timestamp::from_millis(1));
    for (told, closed, outcome) in [
        (None, None, Outcome::Failed),
        (None, at, Outcome::Failed),
        (at, None, Outcome::Exceptions),
        (at, at, Outcome::Complete),
    ] {
        let (recipient, name) = ("billing".to_owned(), "Billing".to_owned());
        let recipients = [Recipient { recipient, name, told, closed }];
        assert_eq!(plan.verdict(&recipients, &[]).outcome, outcome);
    }
}

fn decisions() -> impl Strategy<Value = Decision> {
    prop::sample::select(vec![
        Decision::Delete,
        Decision::Anonymise,
        Decision::DestroyKey,
        Decision::Detach,
        Decision::Keep { reason: "Art. 17(3)(e)".to_owned() },
        Decision::NotPossible,
        Decision::External { closed: None },
        Decision::External { closed: Some(Timestamp::from_millis(1)) },
        Decision::Silent,
    ])
}

proptest! {
    #[test]
    fn nothing_is_shown_as_done_that_is_not(
        stores in prop::collection::vec((decisions(), prop::option::of(0_u64..3)), 0..8),
        explained in prop::collection::vec(any::<bool>(), 0..3),
    ) {
        let plan = Plan {
            stores: stores.iter().map(|(decision, after)| store("a", decision.clone(), *after)).collect(),
        };
        let findings: Vec<Finding> = explained.iter().map(|it| finding(*it)).collect();
        let is_done = |it: &StorePlan| match it.decision {
            Decision::External { closed } => closed.is_some(),
            Decision::Keep { .. } | Decision::NotPossible | Decision::Silent => false,
            _ => it.after == Some(0),
        };
        let expected = !stores.is_empty() && findings.is_empty() && plan.stores.iter().all(is_done);
        prop_assert_eq!(plan.verdict(&[], &findings).is_complete(), expected);
        let text = serde_json::to_string(&plan).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Plan>(&text).expect("a plan"), plan);
    }
}
