use proptest::prelude::*;

use super::*;

const DAY: i64 = 86_400_000;

fn request(kind: RequestKind) -> Request {
    let site = SiteId::parse("north").expect("valid");
    Request::receive(Timestamp::from_millis(0), "r-1", site, kind, "5f0c").expect("valid")
}

fn walk(kind: RequestKind, stages: &[Stage]) -> Result<Request, StepError> {
    stages.iter().try_fold(request(kind), |it, stage| it.advanced(Timestamp::from_millis(1), *stage))
}

const ERASURE: &[Stage] = &[
    Stage::IdentityVerified,
    Stage::Located,
    Stage::Planned,
    Stage::DryRun,
    Stage::Executed,
    Stage::Notified,
    Stage::Searched,
    Stage::Certified,
    Stage::RestoreDrilled,
    Stage::Closed,
];
const ACCESS: &[Stage] =
    &[Stage::IdentityVerified, Stage::Located, Stage::Packaged, Stage::Certified, Stage::Closed];
const ALL: [Stage; 14] = [
    Stage::Received,
    Stage::IdentityVerified,
    Stage::Located,
    Stage::Packaged,
    Stage::Planned,
    Stage::DryRun,
    Stage::Executed,
    Stage::Notified,
    Stage::Searched,
    Stage::Certified,
    Stage::RestoreDrilled,
    Stage::Closed,
    Stage::Refused,
    Stage::Cancelled,
];

#[test]
fn a_request_goes_its_way_from_intake_to_the_end() {
    assert_eq!(walk(RequestKind::Erasure, ERASURE).expect("allowed").stage(), Stage::Closed);
    assert_eq!(walk(RequestKind::Access, ACCESS).expect("allowed").stage(), Stage::Closed);
    assert_eq!(walk(RequestKind::Portability, ACCESS).expect("allowed").stage(), Stage::Closed);
    let without_drill: Vec<Stage> =
        ERASURE.iter().copied().filter(|it| *it != Stage::RestoreDrilled).collect();
    assert_eq!(walk(RequestKind::Erasure, &without_drill).expect("allowed").stage(), Stage::Closed);
}

#[test]
fn no_step_can_be_left_out_or_repeated() {
    for (kind, way) in [(RequestKind::Erasure, ERASURE), (RequestKind::Access, ACCESS)] {
        for length in 0..way.len() {
            let request = walk(kind, &way[..length]).expect("allowed");
            for stage in ALL {
                let is_next = way[length] == stage
                    || (request.stage() == Stage::Certified && stage == Stage::Closed)
                    || (stage == Stage::Cancelled && request.stage().can_be_ended());
                let step = request.advanced(Timestamp::from_millis(2), stage);
                assert_eq!(step.is_ok(), is_next, "{} to {}", request.stage().as_str(), stage.as_str());
            }
        }
    }
}

#[test]
fn a_request_is_refused_with_a_reason_and_only_before_something_is_done() {
    let now = Timestamp::from_millis(5);
    let request = request(RequestKind::Erasure);
    assert_eq!(request.refused(now, " "), Err(StepError::Reason));
    assert_eq!(request.advanced(now, Stage::Refused), Err(StepError::Reason));
    let refused = request.refused(now, "excessive").expect("allowed");
    assert_eq!((refused.stage(), refused.reason()), (Stage::Refused, Some("excessive")));
    let executed = walk(RequestKind::Erasure, &ERASURE[..5]).expect("allowed");
    assert!(executed.refused(now, "too late").is_err());
    assert!(executed.advanced(now, Stage::Cancelled).is_err());
}

#[test]
fn an_answer_in_time_is_never_overdue() {
    let late = Timestamp::from_millis(40 * DAY);
    let request = request(RequestKind::Access);
    assert!(request.is_overdue(late) && !request.is_overdue(Timestamp::from_millis(30 * DAY)));
    assert!(!walk(RequestKind::Access, &ACCESS[..4]).expect("allowed").is_overdue(late));
    assert!(!request.refused(Timestamp::from_millis(1), "unfounded").expect("allowed").is_overdue(late));
    let extended = request.extended(Timestamp::from_millis(DAY), 2, "many requests").expect("in time");
    assert!(!extended.is_overdue(late));
    let again = extended.extended(Timestamp::from_millis(DAY), 1, "more");
    assert_eq!(again, Err(StepError::Deadline(ExtendError::Again)));
}

#[test]
fn a_subject_is_a_token() {
    let site = || SiteId::parse("north").expect("valid");
    let receive = |id: &str, subject: &str| {
        Request::receive(Timestamp::from_millis(0), id, site(), RequestKind::Access, subject)
    };
    for (id, subject) in [("", "5f"), ("r", ""), ("r", "Ada Example"), ("r 1", "5f"), ("r", &"f".repeat(65))]
    {
        assert_eq!(receive(id, subject), Err(StepError::Token));
    }
}

proptest! {
    #[test]
    fn a_wrong_step_changes_nothing_and_history_only_grows(
        erasure in any::<bool>(),
        steps in prop::collection::vec(prop::sample::select(ALL.to_vec()), 0..60),
    ) {
        let kind = if erasure { RequestKind::Erasure } else { RequestKind::Access };
        let mut at = request(kind);
        for (index, step) in (1..).zip(steps) {
            let before = at.clone();
            let after = at.advanced(Timestamp::from_millis(index), step);
            prop_assert_eq!(&at, &before);
            if let Ok(after) = after {
                prop_assert!(!before.stage().is_final());
                prop_assert!(!before.milestones().iter().any(|it| it.stage == step));
                prop_assert_eq!(&after.milestones()[..before.milestones().len()], before.milestones());
                prop_assert_eq!(after.stage(), step);
                at = after;
            }
            let text = serde_json::to_string(&at).expect("JSON");
            prop_assert_eq!(&serde_json::from_str::<Request>(&text).expect("a request"), &at);
        }
    }
}
