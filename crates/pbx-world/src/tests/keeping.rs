use std::fs;
use std::os::unix::fs::PermissionsExt;

use pbx_kernel::Timestamp;
use pbx_recorder::{PublicKey, SignedCheckpoint, Tip};

use super::*;
use crate::{Endpoints, ListenerEndpoint, SiteEndpoint, StartError};

async fn stop(world: Arc<World>) {
    world.shutdown().await;
    assert_eq!(Arc::strong_count(&world), 1, "nobody else holds the world");
}

#[tokio::test]
async fn counts_and_locks_survive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut expected = Vec::new();
    for failed in 0..3 {
        let world = world_in(folder.path());
        let seat = north(&world);
        assert_eq!(failures(&seat, "admin"), failed);
        assert_eq!(records(&world, &seat), expected, "no record is lost, none is added");
        assert_eq!(log_in(&seat, "admin", "wrong").await.ok(), Some(false));
        expected = records(&world, &seat);
        stop(world).await;
    }
    let world = world_in(folder.path());
    assert_eq!(log_in(&north(&world), "admin", "Harbour-1").await.ok(), Some(false), "it is locked");
}

#[tokio::test]
async fn a_restarted_world_begins_where_its_records_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let later = Timestamp::parse("2027-01-01T00:00:00Z").expect("a moment");
    let world = world_in(folder.path());
    world.clock().set(later).expect("forward");
    log_in(&north(&world), "admin", "wrong").await.expect("decided");
    stop(world).await;
    assert_eq!(world_in(folder.path()).now(), later);
}

#[tokio::test]
async fn one_process_at_a_time_uses_a_state_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = world_in(folder.path());
    let options = WorldOptions { state: Some(folder.path().join("state")), ..WorldOptions::default() };
    let scenario = Scenario::parse("scenario.toml", SCENARIO).expect("a scenario");
    let error = World::start(options, scenario, PRODUCTS).map(|_| ()).expect_err("in use");
    assert!(error.to_string().contains("is in use: stop the process that uses it"), "{error}");
    stop(first).await;
}

#[tokio::test]
async fn a_state_folder_without_its_keyring_does_not_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = world_in(folder.path());
    world.founded().await.expect("founded");
    stop(world).await;
    let state = folder.path().join("state");
    assert_eq!(fs::metadata(&state).expect("there").permissions().mode() & 0o777, 0o700);
    fs::remove_file(state.join("keyring")).expect("removed");
    let options = WorldOptions { state: Some(state), ..WorldOptions::default() };
    let scenario = Scenario::parse("scenario.toml", SCENARIO).expect("a scenario");
    let error = World::start(options, scenario, PRODUCTS).map(|_| ()).expect_err("no keys");
    assert!(matches!(error, StartError::KeyringLost { .. }), "{error}");
}

#[tokio::test]
async fn a_checkpoint_is_signed_over_all_lines_and_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = world_in(folder.path());
    let seat = north(&world);
    log_in(&seat, "admin", "wrong").await.expect("decided");
    let key = PublicKey::parse(world.public_key().trim_end()).expect("a key");
    let text = world.checkpoint(seat.id()).await.expect("signed");
    let signed = SignedCheckpoint::parse(&text).expect("a checkpoint");
    let claim = signed.verify(&key).expect("signed with the world's key").clone();
    let mut tip = Tip::new();
    for line in world.lines(seat.id(), 0, 1_000).expect("readable") {
        tip.replay(&line);
    }
    assert_eq!((claim.size, claim.root), (tip.size(), tip.root()));

    log_in(&seat, "admin", "wrong").await.expect("decided");
    stop(world).await;
    let state = folder.path().join("state");
    let notes = fs::read_to_string(state.join("checkpoints/north.notes")).expect("kept");
    assert!(notes.starts_with(&format!("{text}\n")), "{notes}");
    assert_eq!(notes.matches("understudy/north\n").count(), 2, "the end is signed too");
    assert_eq!(fs::read_to_string(state.join("recorder.pub")).expect("published"), format!("{key}\n"));
    assert_eq!(fs::metadata(state.join("checkpoints")).expect("there").permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_seed_determines_every_byte_of_the_recorder() {
    async fn run(seed: u64) -> Vec<pbx_kernel::Line> {
        let options = WorldOptions { deterministic: true, ..WorldOptions::default() };
        let world = start(&SCENARIO.replace("seed = 1", &format!("seed = {seed}")), options);
        let seat = north(&world);
        for password in ["wrong", "Harbour-1"] {
            log_in(&seat, "admin", password).await.expect("decided");
        }
        world.lines(seat.id(), 0, 1_000).expect("readable")
    }
    assert_eq!(run(1).await, run(1).await);
    assert_ne!(run(1).await, run(2).await);
}

#[tokio::test]
async fn no_key_on_a_disk_follows_from_a_seed() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = Some(folder.path().join("state"));
    let options = WorldOptions { state, deterministic: true, ..WorldOptions::default() };
    let scenario = Scenario::parse("scenario.toml", SCENARIO).expect("a scenario");
    let error = World::start(options, scenario, PRODUCTS).map(|_| ()).expect_err("refused");
    assert!(matches!(error, StartError::Deterministic));
}

#[tokio::test]
async fn the_endpoints_file_says_how_to_get_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = world();
    let listener = ListenerEndpoint {
        id: "web".to_owned(),
        kind: pbx_kernel::Transport::Https,
        address: "127.0.0.1".to_owned(),
        port: 8441,
        enabled: true,
        url: Some("https://127.0.0.1:8441/".to_owned()),
    };
    let director =
        crate::DirectorEndpoint { url: "https://127.0.0.1:8440".to_owned(), token_file: "token".into() };
    let sites = vec![SiteEndpoint::of(&north(&world), vec![listener])];
    let path = folder.path().join("endpoints.json");
    for _ in 0..2 {
        Endpoints { director: director.clone(), ca_file: "ca.pem".into(), sites: sites.clone() }
            .write(&path)
            .expect("written");
    }
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    let read: serde_json::Value = serde_json::from_slice(&fs::read(&path).expect("there")).expect("JSON");
    assert_eq!(
        read,
        serde_json::json!({
            "director": { "url": "https://127.0.0.1:8440", "token_file": "token" },
            "ca_file": "ca.pem",
            "sites": [{
                "id": "north", "product": "harbour", "release": "2",
                "listeners": [{
                    "id": "web", "kind": "https", "address": "127.0.0.1", "port": 8441, "enabled": true,
                    "url": "https://127.0.0.1:8441/",
                }],
                "accounts": [
                    { "name": "admin", "password": "Harbour-1", "role": "administrator", "surface": ["api", "ssh", "web"] },
                    { "name": "visitor", "alias": "200", "password": "Harbour-2", "role": "guest", "surface": ["ssh", "web"] },
                ],
            }],
        })
    );
}
