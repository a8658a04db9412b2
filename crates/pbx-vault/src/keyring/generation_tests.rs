//! Erasures as the keyring sees them: a generation begun, the tree's root sealed anew, the older one settled away.

use pbx_kernel::Cipher as _;

use super::tests::{Place, site};
use super::*;
use crate::cipher::new_key;
use crate::replace::Step;
use crate::{SeededEntropy, SystemEntropy};

const NORTH: &str = "north";

fn founded() -> (Place, Keyring) {
    let place = Place::new();
    let mut keyring = place.open().expect("new");
    keyring.ensure_sites(&[site(NORTH), site("south")], &mut SystemEntropy).expect("made");
    (place, keyring)
}

fn begin(keyring: &mut Keyring) -> Generation {
    keyring.begin_generation(&site(NORTH), &mut SystemEntropy).expect("begun")
}

fn settle(keyring: &mut Keyring, keep: Generation) {
    keyring.settle_generation(&site(NORTH), keep, &mut SystemEntropy).expect("settled");
}

fn held(keyring: &Keyring) -> Vec<u64> {
    keyring.generations(&site(NORTH)).expect("a site").map(|it| it.0).collect()
}

/// A root sealed with the newest generation that `keyring` holds.
fn root(keyring: &Keyring) -> Vec<u8> {
    let cipher = keyring.cipher(&site(NORTH), &mut SystemEntropy).expect("a key");
    cipher.seal_root(cipher.generation(), b"root", b"plain").expect("held")
}

fn opens(keyring: &Keyring, root: &[u8]) -> bool {
    keyring.cipher(&site(NORTH), &mut SystemEntropy).expect("a key").open_root(b"root", root).is_ok()
}

#[test]
fn an_erasure_ends_a_generation() {
    let (place, mut keyring) = founded();
    assert_eq!(held(&keyring), [0]);
    let old = root(&keyring);
    assert_eq!(begin(&mut keyring), Generation(1));
    let new = root(&keyring);
    assert_eq!(held(&place.open().expect("reopened")), [0, 1], "durable when begun");
    assert!(opens(&keyring, &old) && opens(&keyring, &new));
    settle(&mut keyring, Generation(1));
    for keyring in [keyring, place.open().expect("reopened")] {
        assert_eq!(held(&keyring), [1]);
        assert!(!opens(&keyring, &old) && opens(&keyring, &new));
        let south = keyring.generations(&site("south")).expect("a site").count();
        assert_eq!(south, 1, "the other site is as it was");
    }
}

#[test]
fn an_abandoned_erasure_leaves_the_older_generation() {
    let (place, mut keyring) = founded();
    let old = root(&keyring);
    begin(&mut keyring);
    let abandoned = root(&keyring);
    settle(&mut keyring, Generation(0));
    for mut keyring in [keyring, place.open().expect("reopened")] {
        assert_eq!(held(&keyring), [0]);
        assert!(opens(&keyring, &old) && !opens(&keyring, &abandoned));
        assert_eq!(begin(&mut keyring), Generation(1));
        assert!(!opens(&keyring, &abandoned), "a new key, though the number is the same");
        settle(&mut keyring, Generation(0));
    }
}

#[test]
fn beginning_and_settling_twice_is_once() {
    let (place, mut keyring) = founded();
    assert_eq!(begin(&mut keyring), Generation(1));
    let (root, file) = (root(&keyring), std::fs::read(place.keyring()).expect("a file"));
    assert_eq!(begin(&mut keyring), Generation(1));
    assert_eq!(begin(&mut place.open().expect("reopened")), Generation(1));
    assert_eq!(std::fs::read(place.keyring()).expect("a file"), file, "no write");
    assert!(opens(&keyring, &root));
    settle(&mut keyring, Generation(1));
    let file = std::fs::read(place.keyring()).expect("a file");
    settle(&mut keyring, Generation(1));
    assert_eq!(std::fs::read(place.keyring()).expect("a file"), file, "no write");
}

#[test]
fn nothing_is_destroyed_for_a_generation_that_is_not_there() {
    let (_place, mut keyring) = founded();
    let mut check = |keep, expected: &[u64]| {
        let refused = keyring.settle_generation(&site(NORTH), Generation(keep), &mut SystemEntropy);
        assert!(
            matches!(refused, Err(VaultError::UnknownGeneration { generation, .. }) if generation == keep)
        );
        assert_eq!(held(&keyring), expected);
        begin(&mut keyring);
    };
    check(1, &[0]);
    check(2, &[0, 1]);
    let unknown = site("west");
    assert!(matches!(
        keyring.begin_generation(&unknown, &mut SystemEntropy),
        Err(VaultError::UnknownSite { .. })
    ));
    assert!(matches!(
        keyring.settle_generation(&unknown, Generation(0), &mut SystemEntropy),
        Err(VaultError::UnknownSite { .. })
    ));
}

#[test]
fn an_older_copy_of_the_keyring_opens_no_newer_root() {
    let (place, mut keyring) = founded();
    let copy = std::fs::read(place.keyring()).expect("a file");
    begin(&mut keyring);
    let new = root(&keyring);
    settle(&mut keyring, Generation(1));
    std::fs::write(place.keyring(), copy).expect("put back");
    let restored = place.open().expect("it opens");
    assert_eq!(held(&restored), [0]);
    assert!(!opens(&restored, &new));
}

#[test]
fn a_write_that_fails_changes_no_generation() {
    let (place, mut keyring) = founded();
    // A folder where the staged file should be cannot be replaced, whoever asks.
    let block = || std::fs::create_dir(place.keyring().with_extension("new")).expect("a folder");
    let unblock = || std::fs::remove_dir(place.keyring().with_extension("new")).expect("removed");

    block();
    assert!(keyring.begin_generation(&site(NORTH), &mut SystemEntropy).is_err());
    assert_eq!(held(&keyring), [0]);
    unblock();
    begin(&mut keyring);
    for keep in [0, 1] {
        block();
        assert!(keyring.settle_generation(&site(NORTH), Generation(keep), &mut SystemEntropy).is_err());
        assert_eq!(held(&keyring), [0, 1], "keeping {keep}");
        unblock();
    }
    settle(&mut keyring, Generation(1));
    assert_eq!(held(&place.open().expect("reopened")), [1]);
}

/// Every prefix of the file operations of beginning and of settling: what is on the disk opens, and the erasure can
/// be finished or abandoned from there.
#[test]
fn after_a_crash_at_any_step_the_erasure_can_be_finished_or_abandoned() {
    for (settling, done) in [false, true].into_iter().flat_map(|it| (0..=4).map(move |done| (it, done))) {
        let (place, mut keyring) = founded();
        let old = root(&keyring);
        let mut new = None;
        if settling {
            begin(&mut keyring);
            new = Some(root(&keyring));
            let keys = keyring.site_keys_mut(&site(NORTH)).expect("a site");
            keys.older = keys.newer.take().expect("two");
        } else {
            let keys = keyring.site_keys_mut(&site(NORTH)).expect("a site");
            keys.newer = Some((Generation(1), new_key(&mut SystemEntropy)));
        }
        let file = keyring.file.as_mut().expect("a file");
        let bytes = file.seal(&keyring.content, &mut SystemEntropy).expect("sealed");
        for step in &Step::ALL[..done] {
            step.take(&place.keyring(), &bytes).expect("taken");
        }

        let mut keyring = place.open().expect("reopened");
        let context = format!("settling: {settling}, {done} steps");
        match (settling, done < 3) {
            (false, true) => assert_eq!(held(&keyring), [0], "{context}"),
            (false, false) | (true, true) => assert_eq!(held(&keyring), [0, 1], "{context}"),
            (true, false) => assert_eq!(held(&keyring), [1], "{context}"),
        }
        let folder = place.keyring();
        let files = std::fs::read_dir(folder.parent().expect("a folder")).expect("a folder").count();
        assert_eq!(files, 1, "{context}: nothing is left beside the keyring");
        if let Some(new) = &new {
            // The root on the disk is the new one: finish.
            settle(&mut keyring, Generation(1));
            assert!(opens(&keyring, new) && !opens(&keyring, &old), "{context}");
        } else {
            // It is the old one: abandon, then do it all again.
            settle(&mut keyring, Generation(0));
            assert!(opens(&keyring, &old), "{context}");
            assert_eq!(begin(&mut keyring), Generation(1), "{context}");
            settle(&mut keyring, Generation(1));
            assert!(!opens(&keyring, &old), "{context}");
        }
    }
}

#[test]
fn the_blocks_of_a_settled_generation_are_overwritten() {
    let (place, mut keyring) = founded();
    begin(&mut keyring);
    let witness = place.keyring().parent().expect("a folder").with_file_name("witness");
    std::fs::hard_link(place.keyring(), &witness).expect("linked");
    settle(&mut keyring, Generation(1));
    assert!(std::fs::read(&witness).expect("readable").iter().all(|byte| *byte == 0));
}

#[test]
fn a_keyring_in_memory_has_generations_too() {
    let mut keyring = Keyring::ephemeral(&mut SeededEntropy::new(1));
    keyring.ensure_sites(&[site(NORTH)], &mut SeededEntropy::new(2)).expect("made");
    let old = root(&keyring);
    assert_eq!(begin(&mut keyring), Generation(1));
    settle(&mut keyring, Generation(1));
    assert!(!opens(&keyring, &old));
}
