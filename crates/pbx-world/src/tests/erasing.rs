use pbx_estate::keys::KeyTree;
use pbx_estate::{Args, Estate};
use pbx_kernel::{Store as _, StoreError};
use pbx_site::{Answer, Input, Invocation, Waiting};
use pbx_store::{SledOptions, SledStore};
use pbx_vault::{Keyring, SystemEntropy};

use super::subjects::{self, ERASE, Place, add_all, erased, shown};
use super::talking::{api_token, execute, request, run, session};
use super::*;
use crate::Out;
use crate::durable::durable;

#[tokio::test]
async fn after_an_erasure_no_key_that_exists_opens_what_was_there_before() {
    let place = Place::new();
    let world = place.world();
    let seat = north(&world);
    add_all(&seat, &["ada", "grace"]).await;
    let before = place.copy(&world).await;
    assert_eq!(erased(&seat, 0).await, Some(0));
    assert_eq!(place.generations(), [1], "one generation, and it is the next");
    assert_eq!(shown(&seat, 0).await, None);
    assert_eq!(shown(&seat, 1).await.as_deref(), Some("grace"), "others are as they were");

    let store = SledStore::open(&before.state(), SledOptions::default()).expect("the store of before");
    let opens = |keyring: &Keyring| {
        let cipher = keyring.cipher(seat.id(), &mut SystemEntropy).expect("keys");
        let view = store.view(seat.id());
        KeyTree::open(&Estate::new(seat.id(), &*view, &cipher)).is_ok()
    };
    assert!(opens(&before.keyring()), "with the keys of before it would open");
    assert!(!opens(&place.keyring()), "with the keys of now it does not");
}

#[tokio::test]
async fn a_world_in_memory_erases_too() {
    let world = subjects::world(WorldOptions::default());
    let seat = north(&world);
    add_all(&seat, &["ada", "grace", "edith"]).await;
    for number in [0, 2] {
        assert_eq!(erased(&seat, number).await, Some(0));
        assert_eq!(shown(&seat, number).await, None);
    }
    assert_eq!(shown(&seat, 1).await.as_deref(), Some("grace"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn erasures_that_come_together_happen_in_turn() {
    let place = Place::new();
    let world = place.world();
    let seat = north(&world);
    add_all(&seat, &["ada", "grace", "edith", "mary"]).await;
    let erasures = [0, 1, 2].map(|number| {
        let seat = Arc::clone(&seat);
        tokio::spawn(async move { erased(&seat, number).await })
    });
    for erasure in erasures {
        assert_eq!(erasure.await.expect("no panic"), Some(0));
    }
    assert_eq!(place.generations(), [3], "each ended one");
    assert_eq!(shown(&seat, 3).await.as_deref(), Some("mary"));
    for number in 0..3 {
        assert_eq!(shown(&seat, number).await, None);
    }
}

#[tokio::test]
async fn of_two_erasures_of_the_same_subject_one_is_refused_and_leaves_nothing_behind() {
    let place = Place::new();
    let world = place.world();
    let seat = north(&world);
    add_all(&seat, &["ada", "grace"]).await;
    let first = beginning(&seat).await;
    let second = beginning(&seat).await;
    let (first, second) = tokio::join!(seat.carry_on(first), seat.carry_on(second));
    let refused = [first, second].map(|it| it.expect("decided").result.is_err());
    assert_eq!(refused.iter().filter(|it| **it).count(), 1, "the other comes too late");
    assert_eq!(place.generations(), [1]);
    assert_eq!(erased(&seat, 1).await, Some(0));
}

#[tokio::test]
async fn a_terminal_and_an_interface_answer_once_the_old_generation_is_gone() {
    let place = Place::new();
    let world = place.world();
    let seat = north(&world);
    add_all(&seat, &["ada", "grace"]).await;
    let mut console = seat.terminal(session(&seat).await);
    let mut seen = Vec::new();
    let mut out = |_: Out| seen.push(place.generations());
    console.handle(Input::Exec("subject erase --number 0"), &mut out).await;
    assert_eq!(seen, [[1], [1]], "text and exit status");

    let mut request = request("DELETE", "/api/subjects/1", "");
    request.headers.insert("authorization".to_owned(), format!("Bearer {}", api_token(&seat).await));
    assert_eq!(seat.serve(request).await.status, 200);
    assert_eq!(place.generations(), [2]);
}

#[tokio::test]
async fn a_generation_that_one_erasure_has_begun_serves_no_other() {
    let place = Place::new();
    let world = place.world();
    let seat = north(&world);
    add_all(&seat, &["ada", "grace"]).await;
    let first = beginning(&seat).await;
    let mut generations = seat.generations.lock().await;
    let cipher = seat.begin_generation(&mut generations).await.expect("begun");
    beginning(&seat).await;
    world.barrier(seat.id()).await.expect("durable");
    world.faults().refuse_writes(Some(StoreError::Full));
    let Ok(Answer::Done(done)) = seat.supply(first, Some(&cipher)).await else {
        panic!("not taken at first")
    };
    let taken_back = durable(&*seat.shared.store, done.sequence.expect("a change")).await;
    assert_eq!(taken_back, Err(StoreError::Full));
    world.faults().refuse_writes(None);
    beginning_of(&seat, "1").await;
    seat.settle_generation(&mut generations).await.expect("settled");
    drop(generations);
    assert_eq!(place.generations(), [0]);
    assert_eq!(erased(&seat, 1).await, Some(0));
    assert_eq!(place.generations(), [1]);
    assert_eq!(shown(&seat, 0).await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn an_erasure_ends_even_if_its_caller_goes_away() {
    let place = Place::new();
    let world = place.world();
    let seat = north(&world);
    add_all(&seat, &["ada"]).await;
    let waiting = beginning(&seat).await;
    let mut erasure = Box::pin(seat.carry_on(waiting));
    while seat.generations.try_lock().is_ok() {
        tokio::select! {
            biased;
            _ = &mut erasure => panic!("it has not even begun"),
            () = tokio::task::yield_now() => {}
        }
    }
    drop(erasure);
    drop(seat.generations.lock().await);
    assert_eq!(place.generations(), [1]);
    assert_eq!(shown(&seat, 0).await, None);
}

#[tokio::test]
async fn a_crash_at_any_step_leaves_an_erasure_done_or_not_begun() {
    let place = Place::new();
    let world = place.world();
    let seat = north(&world);
    add_all(&seat, &["ada", "grace", "edith"]).await;
    let waiting = beginning(&seat).await;
    let mut generations = seat.generations.lock().await;
    let cipher = seat.begin_generation(&mut generations).await.expect("begun");
    let begun = place.copy(&world).await;
    let Ok(Answer::Done(done)) = seat.supply(waiting, Some(&cipher)).await else {
        panic!("it needs nothing else")
    };
    durable(&*seat.shared.store, done.sequence.expect("a change")).await.expect("durable");
    let committed = place.copy(&world).await;
    seat.settle_generation(&mut generations).await.expect("settled");
    let settled = place.copy(&world).await;

    for (name, place, found, kept, ada) in [
        ("begun", begun, vec![0, 1], 0, Some("ada")),
        ("committed", committed, vec![0, 1], 1, None),
        ("settled", settled, vec![1], 1, None),
    ] {
        assert_eq!(place.generations(), found, "{name}");
        let world = place.world();
        let seat = north(&world);
        assert_eq!(place.generations(), [kept], "{name}: settled before anything else");
        assert_eq!(shown(&seat, 0).await.as_deref(), ada, "{name}");
        assert_eq!(shown(&seat, 1).await.as_deref(), Some("grace"), "{name}");
        assert_eq!(erased(&seat, 1).await, Some(0), "{name}");
        assert_eq!(place.generations(), [kept + 1], "{name}");
        assert_eq!(shown(&seat, 2).await.as_deref(), Some("edith"), "{name}");
    }
}

#[tokio::test]
async fn a_site_without_a_key_tree_settles_for_the_older_generation() {
    let place = Place::new();
    let world = place.world();
    let seat = north(&world);
    world.founded().await.expect("founded");
    let mut generations = seat.generations.lock().await;
    seat.begin_generation(&mut generations).await.expect("begun");
    let copy = place.copy(&world).await;
    seat.settle_generation(&mut generations).await.expect("settled");
    assert_eq!(place.generations(), [0]);
    assert_eq!(copy.generations(), [0, 1]);
    let world = copy.world();
    assert_eq!(copy.generations(), [0]);
    add_all(&north(&world), &["ada"]).await;
    assert_eq!(shown(&north(&world), 0).await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn an_erasure_that_the_disk_refuses_changes_nothing_and_can_be_repeated() {
    let place = Place::new();
    for world in [place.world(), subjects::world(WorldOptions::default())] {
        let seat = north(&world);
        add_all(&seat, &["ada", "grace"]).await;
        let mut console = seat.terminal(session(&seat).await);
        world.faults().refuse_writes(Some(StoreError::Full));
        let (text, status) = execute(&mut console, "subject erase --number 0").await;
        assert_eq!((text.as_str(), status), (pbx_product::GENERIC.screen.unavailable, Some(75)));
        world.faults().refuse_writes(None);
        assert_eq!(shown(&seat, 0).await.as_deref(), Some("ada"));
        add_all(&seat, &["edith"]).await;
        assert_eq!(erased(&seat, 0).await, Some(0));
        assert_eq!(shown(&seat, 0).await, None);
        assert_eq!(shown(&seat, 1).await.as_deref(), Some("grace"));
        assert_eq!(shown(&seat, 2).await.as_deref(), Some("edith"));
    }
    assert_eq!(place.generations(), [1]);
}

#[tokio::test]
async fn an_erasure_that_the_keyring_refuses_changes_nothing_and_can_be_repeated() {
    let place = Place::new();
    let world = place.world();
    let seat = north(&world);
    add_all(&seat, &["ada"]).await;
    place.refuse_keyring_writes(true);
    let (text, status) = run(&seat, "subject erase --number 0").await;
    assert_eq!((text.as_str(), status), (pbx_product::GENERIC.screen.unavailable, Some(75)));
    assert_eq!(shown(&seat, 0).await.as_deref(), Some("ada"));
    assert_eq!(place.generations(), [0]);
    place.refuse_keyring_writes(false);
    assert_eq!(erased(&seat, 0).await, Some(0));
    assert_eq!(place.generations(), [1]);
}

#[tokio::test]
async fn what_cannot_be_settled_at_once_is_settled_as_soon_as_the_disk_lets_it() {
    let place = Place::new();
    let world = place.world();
    let seat = north(&world);
    add_all(&seat, &["ada"]).await;
    let waiting = beginning(&seat).await;
    let mut generations = seat.generations.lock().await;
    let cipher = seat.begin_generation(&mut generations).await.expect("begun");
    assert!(matches!(seat.supply(waiting, Some(&cipher)).await, Ok(Answer::Done(_))));
    place.refuse_keyring_writes(true);
    seat.settle_or_retry(&mut generations).await.expect_err("refused");
    drop(generations);
    assert_eq!(place.generations(), [0, 1]);
    place.refuse_keyring_writes(false);
    while place.generations() != [1] {
        tokio::task::yield_now().await;
    }
    add_all(&seat, &["grace"]).await;
    assert_eq!(erased(&seat, 1).await, Some(0));
}

/// An erasure of the first subject that has found that it needs a new generation.
async fn beginning(seat: &Arc<Seat>) -> Box<Waiting> {
    beginning_of(seat, "0").await
}

async fn beginning_of(seat: &Arc<Seat>, number: &str) -> Box<Waiting> {
    let invocation = Invocation {
        event: "command.run",
        name: "subject erase".to_owned(),
        needs: pbx_product::needs::ACCOUNTS_CREATE,
        run: ERASE,
        args: Args::of([("number", number)]),
        line: None,
    };
    let session = session(seat).await;
    match seat.with_site(|site, now| site.invoke(now, &session, invocation)) {
        Ok(Answer::Wait(waiting)) => waiting,
        Ok(Answer::Done(done)) => panic!("{done:?} without a new generation"),
        Err(error) => panic!("{error}"),
    }
}
