use pbx_estate::Blobs;

use super::subjects::{self, Place};
use super::talking::{api_token, request, run};
use super::*;

async fn play(seat: &Arc<Seat>, recordings: usize) -> (String, Option<u32>) {
    run(seat, &format!("subject play --number 0 --recordings {recordings}")).await
}

async fn play_over_the_interface(seat: &Arc<Seat>, recordings: usize) -> u16 {
    let mut request = request("GET", &format!("/api/subjects/0/recordings/{recordings}"), "");
    request.headers.insert("authorization".to_owned(), format!("Bearer {}", api_token(seat).await));
    seat.serve(request).await.status
}

#[tokio::test]
async fn an_operation_reads_one_blob_after_the_other() {
    let place = Place::new();
    for world in [place.world(), subjects::world(WorldOptions::default())] {
        let seat = north(&world);
        let (_, status) = run(&seat, "subject add --text ada --recordings 3").await;
        assert_eq!(status, Some(0));
        assert_eq!(play(&seat, 3).await, ("[0][1][2]".to_owned(), Some(0)));
        assert_eq!(play_over_the_interface(&seat, 3).await, 200);
        assert_eq!(play(&seat, 0).await.1, Some(0));
    }
}

#[tokio::test]
async fn a_blob_that_is_missing_is_an_error() {
    let world = subjects::world(WorldOptions::default());
    let seat = north(&world);
    run(&seat, "subject add --text ada --recordings 2").await;
    let unavailable = pbx_product::GENERIC.screen.unavailable.to_owned();
    assert_eq!(play(&seat, 3).await, (unavailable, Some(75)));
    assert_eq!(play_over_the_interface(&seat, 3).await, 503);
    assert_eq!(play(&seat, 2).await.1, Some(0), "the others can be read");
}

#[tokio::test]
async fn an_operation_that_wants_too_many_blobs_is_refused() {
    let world = subjects::world(WorldOptions::default());
    let seat = north(&world);
    run(&seat, &format!("subject add --text ada --recordings {}", Blobs::COUNT_MAX + 1)).await;
    assert_eq!(play(&seat, Blobs::COUNT_MAX).await.1, Some(0));
    let (text, status) = play(&seat, Blobs::COUNT_MAX + 1).await;
    assert!(text.contains("more recordings or archives than can be opened at once"), "{text}");
    assert_eq!(status, Some(pbx_product::GENERIC.screen.refused_status));
    assert_eq!(play_over_the_interface(&seat, Blobs::COUNT_MAX + 1).await, 409);
}

#[tokio::test]
async fn an_erasure_may_read_before_it_destroys() {
    let place = Place::new();
    let world = place.world();
    let seat = north(&world);
    run(&seat, "subject add --text ada --recordings 2").await;
    assert_eq!(subjects::erased(&seat, 0).await, Some(0));
    assert_eq!(place.generations(), [1]);
    assert_eq!(world.store().blobs(seat.id()).expect("readable"), []);
}
