use super::*;

const MINUTE: Duration = Duration::from_mins(1);

fn rule(failures_max: u32, lasts: Lasts) -> LockoutRule {
    LockoutRule {
        surfaces: vec![Surface::Web],
        counts: Count::Account,
        failures_max,
        within: None,
        lasts,
        lasts_for: BTreeMap::from([("teleworker".to_owned(), Lasts::For(30 * MINUTE))]),
        locked_failures_count: false,
        period_from: PeriodFrom::LastFailure,
        success_clears: true,
        expiry_clears: true,
        password_reset_clears: true,
        administrator_unlocks: true,
        closes_connection: false,
        adjustable: false,
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

/// A tally after `failures` wrong passwords, one a second from second 1.
fn failed(failures: u32, rule: &LockoutRule, class: Option<&str>) -> Tally {
    let mut tally = Tally::default();
    for second in 1..=i64::from(failures) {
        tally = tally.begin(at(second)).resolve(at(second), false, rule, class).0;
    }
    tally
}

#[track_caller]
fn check(tally: &Tally, rule: &LockoutRule, second: i64, expected: Standing) {
    assert_eq!(tally.clone().at(at(second), rule).0.standing(rule), expected);
}

#[test]
fn the_last_failure_locks_and_not_the_one_before() {
    let rule = rule(15, Lasts::For(10 * MINUTE));
    check(&failed(14, &rule, None), &rule, 20, Standing::Open);
    check(&failed(15, &rule, None), &rule, 20, Standing::Locked);
}

#[test]
fn a_lock_ends_exactly_on_time_counted_from_the_last_failure() {
    let rule = rule(3, Lasts::For(10 * MINUTE));
    check(&failed(3, &rule, None), &rule, 602, Standing::Locked);
    check(&failed(3, &rule, None), &rule, 603, Standing::Open);
}

#[test]
fn a_period_may_run_from_the_first_failure() {
    let rule = LockoutRule { period_from: PeriodFrom::FirstFailure, ..rule(3, Lasts::For(10 * MINUTE)) };
    check(&failed(3, &rule, None), &rule, 600, Standing::Locked);
    check(&failed(3, &rule, None), &rule, 601, Standing::Open);
}

#[test]
fn a_class_of_accounts_may_be_locked_for_longer() {
    let rule = rule(3, Lasts::For(10 * MINUTE));
    let teleworker = failed(3, &rule, Some("teleworker"));
    check(&teleworker, &rule, 3 + 30 * 60 - 1, Standing::Locked);
    check(&teleworker, &rule, 3 + 30 * 60, Standing::Open);
}

#[test]
fn a_lock_until_unlocked_never_ends_by_itself() {
    let rule = rule(3, Lasts::UntilUnlocked);
    let tally = failed(3, &rule, None);
    check(&tally, &rule, 1_000_000_000, Standing::Locked);
    check(&tally.clear(), &rule, 4, Standing::Open);
}

#[test]
fn a_success_clears_the_count_unless_the_rule_says_otherwise() {
    let clears = rule(3, Lasts::UntilUnlocked);
    let keeps = LockoutRule { success_clears: false, ..clears.clone() };
    let succeed =
        |rule: &LockoutRule| failed(2, rule, None).begin(at(9)).resolve(at(9), true, rule, None).0.failures();
    assert_eq!((succeed(&clears), succeed(&keeps)), (0, 2));
}

#[test]
fn where_the_end_of_a_lock_keeps_the_count_the_next_failure_locks_again() {
    let rule = LockoutRule { expiry_clears: false, ..rule(5, Lasts::For(MINUTE)) };
    let (tally, unlocked) = failed(5, &rule, None).at(at(100), &rule);
    assert!(unlocked);
    assert_eq!(tally.standing(&rule), Standing::Open);
    let (again, resolution) = tally.clone().begin(at(101)).resolve(at(101), false, &rule, None);
    assert!(matches!(resolution, Resolution::RejectedAndLocked(_)));
    check(&again, &rule, 102, Standing::Locked);
    let (cleared, _) = tally.begin(at(101)).resolve(at(101), true, &rule, None);
    assert!(cleared.is_blank() || cleared.failures() == 0);
}

#[test]
fn failures_outside_the_window_do_not_count() {
    let rule = LockoutRule { within: Some(10 * MINUTE), ..rule(5, Lasts::For(10 * MINUTE)) };
    let late = |second| {
        let (tally, _) = failed(4, &rule, None).at(at(second), &rule);
        tally.begin(at(second)).resolve(at(second), false, &rule, None).1
    };
    assert!(matches!(late(600), Resolution::RejectedAndLocked(_)));
    assert_eq!(late(601), Resolution::Rejected);
}

#[test]
fn a_failure_while_locked_prolongs_the_lock_only_where_the_rule_says_so() {
    let plain = rule(3, Lasts::For(MINUTE));
    let strict = LockoutRule { locked_failures_count: true, ..plain.clone() };
    check(&failed(3, &plain, None).refuse_locked(at(50), &plain, None), &plain, 63, Standing::Open);
    check(&failed(3, &strict, None).refuse_locked(at(50), &strict, None), &strict, 109, Standing::Locked);
    check(&failed(3, &strict, None).refuse_locked(at(50), &strict, None), &strict, 110, Standing::Open);
}

#[test]
fn no_more_attempts_are_examined_at_once_than_are_left() {
    let rule = rule(3, Lasts::UntilUnlocked);
    let tally = failed(1, &rule, None).begin(at(5)).begin(at(5));
    check(&tally, &rule, 5, Standing::Undecided);
    let (one_wrong, _) = tally.clone().resolve(at(5), false, &rule, None);
    check(&one_wrong, &rule, 5, Standing::Undecided);
    let (both_wrong, resolution) = one_wrong.clone().resolve(at(5), false, &rule, None);
    assert!(matches!(resolution, Resolution::RejectedAndLocked(_)));
    check(&both_wrong, &rule, 5, Standing::Locked);
    let (right, _) = one_wrong.resolve(at(5), true, &rule, None);
    check(&right, &rule, 5, Standing::Open);
    assert_eq!(right.failures(), 0);
}

#[test]
fn a_crash_leaves_what_was_being_examined_counted() {
    let rule = rule(3, Lasts::UntilUnlocked);
    let stored = serde_json::to_string(&failed(2, &rule, None).begin(at(7))).expect("serialises");
    let recovered: Tally = serde_json::from_str::<Tally>(&stored).expect("parses").recover(&rule, None);
    check(&recovered, &rule, 8, Standing::Locked);
    let stored = serde_json::to_string(&failed(1, &rule, None).begin(at(7))).expect("serialises");
    let recovered: Tally = serde_json::from_str::<Tally>(&stored).expect("parses").recover(&rule, None);
    check(&recovered, &rule, 8, Standing::Open);
    assert_eq!(recovered.failures(), 2);
}
