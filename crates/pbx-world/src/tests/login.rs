use std::time::Duration;

use tokio::task::JoinSet;

use super::*;

#[tokio::test]
async fn the_right_password_opens_a_session_and_no_other_does() {
    let world = world();
    let seat = north(&world);
    for (name, password, accepted) in [
        ("admin", "Harbour-1", true),
        ("200", "Harbour-2", true),
        ("admin", "Harbour-2", false),
        ("nobody", "Harbour-1", false),
        ("", "", false),
    ] {
        assert_eq!(log_in(&seat, name, password).await.ok(), Some(accepted), "{name} {password}");
    }
    assert_eq!(count(&world, &seat, "auth.accepted", None), 2);
    assert_eq!(count(&world, &seat, "auth.rejected", Some("wrong-password")), 1);
    assert_eq!(count(&world, &seat, "auth.rejected", Some("unknown-account")), 2);
}

#[tokio::test]
async fn of_two_hundred_parallel_guesses_no_more_than_the_limit_are_examined() {
    let world = world();
    let seat = north(&world);
    let mut guesses = JoinSet::new();
    for guess in 0..200 {
        let seat = Arc::clone(&seat);
        // The last one would be right.
        let password = if guess == 199 { "Harbour-1".to_owned() } else { format!("guess {guess}") };
        guesses.spawn(async move { log_in(&seat, "admin", &password).await.expect("decided") });
    }
    let accepted = guesses.join_all().await;
    assert_eq!(accepted.len(), 200, "every guess is decided");
    assert!(accepted.iter().all(|it| !it), "the right password comes too late");
    assert_eq!(count(&world, &seat, "auth.rejected", Some("wrong-password")), 3);
    assert_eq!(count(&world, &seat, "auth.refused-locked", Some("locked")), 197);
    assert_eq!(count(&world, &seat, "auth.locked", None), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_limit_holds_across_threads() {
    let world = world();
    let seat = north(&world);
    let mut guesses = JoinSet::new();
    for guess in 0..100 {
        let seat = Arc::clone(&seat);
        guesses.spawn(async move { log_in(&seat, "admin", &guess.to_string()).await.expect("decided") });
    }
    assert!(guesses.join_all().await.iter().all(|it| !it));
    assert_eq!(count(&world, &seat, "auth.rejected", Some("wrong-password")), 3);
    assert_eq!(count(&world, &seat, "auth.refused-locked", Some("locked")), 97);
}

#[tokio::test]
async fn guesses_at_other_accounts_do_not_wait_for_one_another() {
    let world = world();
    let seat = north(&world);
    let mut guesses = JoinSet::new();
    for guess in 0..20 {
        let seat = Arc::clone(&seat);
        guesses.spawn(async move { log_in(&seat, "admin", &guess.to_string()).await.expect("decided") });
    }
    assert_eq!(log_in(&seat, "visitor", "Harbour-2").await.ok(), Some(true));
    assert_eq!(guesses.join_all().await.len(), 20);
}

#[tokio::test]
async fn parallel_logins_with_the_right_password_all_get_in() {
    let world = world();
    let seat = north(&world);
    let mut logins = JoinSet::new();
    for _ in 0..50 {
        let seat = Arc::clone(&seat);
        logins.spawn(async move { log_in(&seat, "admin", "Harbour-1").await.expect("decided") });
    }
    assert!(logins.join_all().await.iter().all(|it| *it));
    assert_eq!(failures(&seat, "admin"), 0);
}

#[tokio::test]
async fn a_lock_ends_exactly_on_time_with_a_record_of_its_own() {
    let world = world();
    let seat = north(&world);
    for _ in 0..3 {
        assert_eq!(log_in(&seat, "admin", "wrong").await.ok(), Some(false));
    }
    world.clock().advance(Duration::from_secs(599)).expect("forward");
    assert_eq!(log_in(&seat, "admin", "Harbour-1").await.ok(), Some(false));
    assert_eq!(count(&world, &seat, "auth.unlocked-by-time", None), 0);
    world.clock().advance(Duration::from_mins(50)).expect("forward");
    assert_eq!(seat.lockouts().expect("readable"), [], "it is over when the clock has been set");
    let records = records(&world, &seat);
    let (_, _, when) = records.iter().find(|it| it.0 == "auth.unlocked-by-time").expect("recorded");
    assert_eq!(when, "2026-11-22T09:10:00.000Z", "when it was due, not when it was noticed");
    assert_eq!(log_in(&seat, "admin", "Harbour-1").await.ok(), Some(true));
}

#[tokio::test]
async fn what_is_due_happens_by_itself_while_the_clock_runs() {
    let world = world();
    let seat = north(&world);
    for _ in 0..3 {
        log_in(&seat, "admin", "wrong").await.expect("decided");
    }
    let mut lines = world.subscribe();
    world.clock().advance(Duration::from_millis(599_950)).expect("forward");
    world.clock().run();
    let (site, line) = lines.recv().await.expect("a line");
    assert_eq!(
        (&site, &*Entry::parse(&line.0).expect("a record").record.event),
        (seat.id(), "auth.unlocked-by-time")
    );
}

#[tokio::test]
async fn a_caller_who_goes_away_has_guessed_all_the_same() {
    let world = world();
    let seat = north(&world);
    world.founded().await.expect("founded");
    for password in ["wrong", "Harbour-1"] {
        let mut login = Box::pin(seat.log_in(attempt("admin", password)));
        // Polled once, so that it has begun, then dropped.
        tokio::select! {
            biased;
            verdict = &mut login => panic!("{verdict:?} at once"),
            () = std::future::ready(()) => {}
        }
    }
    while count(&world, &seat, "session.closed", None) == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(count(&world, &seat, "auth.rejected", Some("wrong-password")), 1);
    assert_eq!(count(&world, &seat, "auth.accepted", None), 1, "opened for nobody, and closed");
}

#[tokio::test]
async fn a_public_key_is_enough_where_the_account_has_it() {
    let scenario = format!(
        "{SCENARIO}[[sites.accounts]]\nname = \"ada\"\nrole = \"guest\"\nkeys = [\"ssh-ed25519 AAAA\"]\n"
    );
    let world = start(&scenario, WorldOptions::default());
    let seat = north(&world);
    for (key, accepted) in [("ssh-ed25519 AAAA", true), ("ssh-ed25519 BBBB", false)] {
        let attempt = Attempt { proof: Proof::PublicKey(key.to_owned()), ..attempt("ada", "") };
        let verdict = seat.log_in(attempt).await.expect("decided");
        assert_eq!(matches!(verdict, Verdict::Accepted(..)), accepted, "{key}");
    }
    assert_eq!(log_in(&seat, "ada", "").await.ok(), Some(false), "without a password no password fits");
}
