use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use pbx_kernel::Cipher as _;
use tempfile::TempDir;

use super::*;
use crate::{SeededEntropy, SystemEntropy};

/// A state folder and a folder for the root key, side by side.
pub(super) struct Place {
    folder: TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("state")).expect("a folder");
        Self { folder }
    }

    pub(super) fn keyring(&self) -> PathBuf {
        self.folder.path().join("state/keyring")
    }

    fn root_key(&self) -> PathBuf {
        self.folder.path().join("operator/root.key")
    }

    pub(super) fn open(&self) -> Result<Keyring, VaultError> {
        Keyring::open_or_create(&self.keyring(), &self.root_key(), &mut SystemEntropy)
    }
}

pub(super) fn site(id: &str) -> SiteId {
    SiteId::parse(id).expect("valid")
}

fn sealed_with(keyring: &Keyring, id: &str) -> Vec<u8> {
    keyring.cipher(&site(id), &mut SystemEntropy).expect("a key").seal(b"a", b"plain")
}

#[track_caller]
fn check_opens(keyring: &Keyring, id: &str, sealed: &[u8]) {
    let cipher = keyring.cipher(&site(id), &mut SystemEntropy).expect("a key");
    assert_eq!(cipher.open(b"a", sealed).as_deref(), Ok(&b"plain"[..]));
}

#[test]
fn a_keyring_survives_being_reopened() {
    let place = Place::new();
    let mut keyring = place.open().expect("new");
    assert!(keyring.is_new());
    assert_eq!(
        keyring
            .ensure_sites(&[site("north"), site("south"), site("north")], &mut SystemEntropy)
            .expect("made"),
        2
    );
    let sealed = sealed_with(&keyring, "north");
    let public = keyring.public_key("understudy.example/north").expect("a name");
    let name =
        keyring.cipher(&site("north"), &mut SystemEntropy).expect("a key").pseudonym("account", "root");
    drop(keyring);

    let keyring = place.open().expect("reopened");
    assert!(!keyring.is_new());
    assert_eq!(keyring.sites().map(SiteId::as_str).collect::<Vec<_>>(), ["north", "south"]);
    check_opens(&keyring, "north", &sealed);
    assert_eq!(keyring.public_key("understudy.example/north"), Ok(public));
    assert_eq!(
        keyring.cipher(&site("north"), &mut SystemEntropy).expect("a key").pseudonym("account", "root"),
        name
    );
}

#[test]
fn sites_do_not_share_keys() {
    let mut keyring = Keyring::ephemeral(&mut SeededEntropy::new(1));
    keyring.ensure_sites(&[site("north"), site("south")], &mut SeededEntropy::new(2)).expect("made");
    let keys: Vec<&SiteKeys> = keyring.content.sites.values().collect();
    let all = keys.iter().flat_map(|it| [*it.site, *it.index, *it.older.1]);
    assert_eq!(all.collect::<std::collections::BTreeSet<_>>().len(), 6);
}

#[test]
fn sites_that_have_keys_keep_them_and_cost_no_write() {
    let place = Place::new();
    let mut keyring = place.open().expect("new");
    keyring.ensure_sites(&[site("north")], &mut SystemEntropy).expect("made");
    let (sealed, file) = (sealed_with(&keyring, "north"), fs::read(place.keyring()).expect("a file"));
    assert_eq!(keyring.ensure_sites(&[site("north")], &mut SystemEntropy).expect("there"), 0);
    assert_eq!(fs::read(place.keyring()).expect("a file"), file);
    check_opens(&keyring, "north", &sealed);
}

#[test]
fn many_sites_are_one_write() {
    let place = Place::new();
    let mut keyring = place.open().expect("new");
    let sites: Vec<SiteId> = (0..2_000).map(|number| site(&format!("site-{number}"))).collect();
    let before = keyring.file.as_ref().map(|it| it.serial);
    assert_eq!(keyring.ensure_sites(&sites, &mut SystemEntropy).expect("made"), 2_000);
    assert_eq!(keyring.file.as_ref().map(|it| it.serial), before.map(|it| it + 1));
    assert_eq!(place.open().expect("reopened").sites().count(), 2_000);
}

#[test]
fn a_removed_sites_keys_are_gone() {
    let place = Place::new();
    let mut keyring = place.open().expect("new");
    keyring.ensure_sites(&[site("north"), site("south")], &mut SystemEntropy).expect("made");
    let sealed = sealed_with(&keyring, "north");
    assert!(keyring.remove_site(&site("north"), &mut SystemEntropy).expect("removed"));
    assert!(!keyring.remove_site(&site("north"), &mut SystemEntropy).expect("nothing to do"));
    for mut keyring in [keyring, place.open().expect("reopened")] {
        let refused = keyring.cipher(&site("north"), &mut SystemEntropy);
        assert!(matches!(refused, Err(VaultError::UnknownSite { site }) if site == "north"));
        keyring.ensure_sites(&[site("north")], &mut SystemEntropy).expect("made");
        let cipher = keyring.cipher(&site("north"), &mut SystemEntropy).expect("a key");
        assert!(cipher.open(b"a", &sealed).is_err(), "a new key is another key");
        keyring.remove_site(&site("north"), &mut SystemEntropy).expect("removed");
    }
}

#[test]
fn key_files_are_for_their_owner_only() {
    let place = Place::new();
    place.open().expect("new");
    for (path, mode) in [
        (place.keyring(), 0o600),
        (place.root_key(), 0o600),
        (place.root_key().parent().expect("a folder").to_owned(), 0o700),
    ] {
        assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, mode, "{}", path.display());
    }
    for path in [place.keyring(), place.root_key()] {
        for mode in [0o640, 0o604, 0o660, 0o610] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("changed");
            assert!(
                matches!(place.open(), Err(VaultError::Exposed { mode: found, .. }) if found == mode),
                "{mode:o}"
            );
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).expect("changed");
        place.open().expect("stricter is fine");
    }
}

#[test]
fn another_root_key_is_told_from_a_damaged_keyring() {
    let place = Place::new();
    place.open().expect("new");
    let key = fs::read_to_string(place.root_key()).expect("text");
    let other = key.replace(char::is_numeric, "a");
    fs::write(place.root_key(), &other).expect("written");
    assert!(matches!(
        place.open(),
        Err(VaultError::WrongRootKey { .. } | VaultError::RootKeyMalformed { .. })
    ));

    fs::write(place.root_key(), &key).expect("written");
    let keyring = fs::read(place.keyring()).expect("bytes");
    for byte in 0..keyring.len() {
        let mut changed = keyring.clone();
        changed[byte] ^= 1;
        fs::write(place.keyring(), &changed).expect("written");
        let key_id = MAGIC.len()..MAGIC.len() + ID_BYTES;
        match place.open() {
            Err(VaultError::WrongRootKey { .. }) => assert!(key_id.contains(&byte), "byte {byte}"),
            Err(VaultError::KeyringDamaged { .. }) => assert!(!key_id.contains(&byte), "byte {byte}"),
            other => panic!("byte {byte}: {:?}", other.err()),
        }
    }
    for cut in [0, 1, MAGIC.len(), HEAD_BYTES, HEAD_BYTES + TAG_BYTES, keyring.len() - 1] {
        fs::write(place.keyring(), &keyring[..cut]).expect("written");
        assert!(matches!(place.open(), Err(VaultError::KeyringDamaged { .. })), "cut at {cut}");
    }
    fs::write(place.keyring(), &keyring).expect("written");
    place.open().expect("as it was");
}

#[test]
fn a_lost_root_key_is_not_replaced() {
    let place = Place::new();
    place.open().expect("new");
    fs::remove_file(place.root_key()).expect("removed");
    assert!(matches!(place.open(), Err(VaultError::RootKeyMissing { .. })));
    assert!(!place.root_key().exists());
}

#[test]
fn a_root_key_outlives_its_keyring() {
    let place = Place::new();
    place.open().expect("new");
    let key = fs::read(place.root_key()).expect("bytes");
    fs::remove_file(place.keyring()).expect("removed");
    assert!(place.open().expect("new again").is_new());
    assert_eq!(fs::read(place.root_key()).expect("bytes"), key);
}

#[test]
fn what_is_not_a_root_key_is_refused() {
    let place = Place::new();
    place.open().expect("new");
    let key = fs::read_to_string(place.root_key()).expect("text");
    for bad in [
        "",
        "\n",
        &key[1..],
        &key[..key.len() - 2],
        &key.replace("key 1", "key 2"),
        &format!("{key}x"),
        &"x".repeat(9_999),
    ] {
        fs::write(place.root_key(), bad).expect("written");
        assert!(matches!(place.open(), Err(VaultError::RootKeyMalformed { .. })), "{bad:?}");
    }
    fs::write(place.root_key(), key.trim_end()).expect("written");
    place.open().expect("without the last newline");
}

#[test]
fn a_root_key_does_not_lie_with_what_it_protects() {
    let place = Place::new();
    let inside = place.folder.path().join("state/keys/root.key");
    let refused = Keyring::open_or_create(&place.keyring(), &inside, &mut SystemEntropy);
    assert!(matches!(refused, Err(VaultError::RootKeyInsideState { .. })));
    assert_eq!(
        fs::read_dir(place.folder.path().join("state")).expect("a folder").count(),
        0,
        "nothing was made"
    );
}

#[test]
fn without_a_state_folder_the_error_names_it() {
    let missing = tempfile::tempdir().expect("a folder").path().join("state/keyring");
    let error = Keyring::open_or_create(&missing, Path::new("/nowhere/root.key"), &mut SystemEntropy).err();
    assert!(error.expect("refused").to_string().starts_with("cannot find the folder "));
}

#[test]
fn keys_that_are_not_on_the_disk_are_not_used() {
    let place = Place::new();
    let mut keyring = place.open().expect("new");
    fs::remove_dir_all(place.folder.path().join("state")).expect("removed");
    assert!(matches!(
        keyring.ensure_sites(&[site("north")], &mut SystemEntropy),
        Err(VaultError::File { .. })
    ));
    assert!(keyring.cipher(&site("north"), &mut SystemEntropy).is_err());
}

#[test]
fn a_keyring_has_room_for_so_many_sites_and_no_more() {
    let mut keyring = Keyring::ephemeral(&mut SeededEntropy::new(1));
    let sites: Vec<SiteId> = (0..=Keyring::SITES_MAX).map(|number| site(&format!("s{number}"))).collect();
    let mut entropy = SeededEntropy::new(2);
    assert!(matches!(keyring.ensure_sites(&sites, &mut entropy), Err(VaultError::TooManySites { .. })));
    assert_eq!(keyring.sites().count(), 0);
    assert_eq!(keyring.ensure_sites(&sites[1..], &mut entropy).expect("made"), Keyring::SITES_MAX);
}

#[test]
fn a_checkpoint_is_signed_with_the_key_that_is_published() {
    let keyring = Keyring::ephemeral(&mut SeededEntropy::new(1));
    let checkpoint = pbx_recorder::Tip::new().checkpoint("understudy.example/north");
    let signed = keyring.sign(&checkpoint).expect("a name");
    assert_eq!(
        signed.verify(&keyring.public_key("understudy.example/north").expect("a name")),
        Ok(&checkpoint)
    );
}

#[test]
fn no_error_shows_a_key() {
    let place = Place::new();
    place.open().expect("new");
    let key = fs::read_to_string(place.root_key()).expect("text");
    let digits = key.lines().nth(1).expect("digits");
    fs::write(place.root_key(), key.replace("key 1", "key 2")).expect("written");
    let error = place.open().err().expect("refused");
    assert!(!format!("{error} {error:?}").contains(digits));
}
