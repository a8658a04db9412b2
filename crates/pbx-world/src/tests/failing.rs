use pbx_kernel::StoreError;

use super::*;

#[track_caller]
fn check_full(outcome: Result<bool, Error>) {
    assert!(matches!(outcome, Err(Error::Store(StoreError::Full))), "{outcome:?}");
}

async fn survive_a_full_disk(world: Arc<World>) {
    let seat = north(&world);
    world.founded().await.expect("founded");
    world.faults().refuse_writes(Some(StoreError::Full));
    for _ in 0..5 {
        check_full(log_in(&seat, "admin", "wrong").await);
        check_full(log_in(&seat, "admin", "Harbour-1").await);
    }
    let before = records(&world, &seat).len();
    world.faults().refuse_writes(None);
    assert_eq!(log_in(&seat, "admin", "wrong").await.ok(), Some(false));
    assert_eq!(failures(&seat, "admin"), 1, "what was not recorded does not count");
    assert_eq!(log_in(&seat, "admin", "Harbour-1").await.ok(), Some(true));
    assert!(records(&world, &seat).len() > before);
    world.checkpoint(seat.id()).await.expect("signed");
}

#[tokio::test]
async fn a_world_in_memory_survives_a_full_disk() {
    survive_a_full_disk(world()).await;
}

#[tokio::test]
async fn a_world_on_disk_survives_a_full_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    survive_a_full_disk(world_in(folder.path())).await;
}

#[tokio::test]
async fn a_new_site_gets_its_accounts_as_soon_as_the_disk_lets_it() {
    let world = world();
    let seat = north(&world);
    world.faults().refuse_writes(Some(StoreError::ReadOnly));
    assert_eq!(world.founded().await, Err(StoreError::ReadOnly));
    assert!(log_in(&seat, "admin", "Harbour-1").await.is_err(), "nobody can log in yet");
    world.faults().refuse_writes(None);
    while world.founded().await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(log_in(&seat, "admin", "Harbour-1").await.ok(), Some(true));
}

#[tokio::test]
async fn nothing_is_signed_that_is_not_on_the_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = world_in(folder.path());
    world.founded().await.expect("founded");
    world.faults().refuse_writes(Some(StoreError::Full));
    let error = world.checkpoint(north(&world).id()).await.expect_err("refused");
    assert_eq!(
        crate::seat::chain(&error),
        "the trail's newest lines cannot be made durable: the disk is full: make room, then try again"
    );
    world.shutdown().await;
}
