use super::*;
use crate::SeededEntropy;

/// The cipher of a site with the keys that `seed` determines.
fn cipher(site: &str, seed: u64) -> SiteCipher {
    let mut entropy = SeededEntropy::new(seed);
    let keys = SiteKeys::new(&mut entropy);
    SiteCipher::new(SiteId::parse(site).expect("valid"), &keys, &mut entropy)
}

/// One way of sealing `plain` for an address with a cipher, and of opening it.
struct Way {
    name: &'static str,
    overhead: usize,
    seal: fn(&SiteCipher, &[u8], &[u8]) -> Vec<u8>,
    open: fn(&SiteCipher, &[u8], &[u8]) -> Opened,
}

type Opened = Result<Vec<u8>, CipherError>;

const KEY: [u8; 32] = [9; 32];

const WAYS: [Way; 3] = [
    Way {
        name: "site",
        overhead: SiteCipher::OVERHEAD_BYTES,
        seal: SiteCipher::seal,
        open: SiteCipher::open,
    },
    Way {
        name: "under a key",
        overhead: SiteCipher::OVERHEAD_BYTES,
        seal: |cipher, address, plain| cipher.seal_under(&DataKey::from_bytes(&KEY), address, plain),
        open: |cipher, address, sealed| cipher.open_under(&DataKey::from_bytes(&KEY), address, sealed),
    },
    Way {
        name: "root",
        overhead: SiteCipher::OVERHEAD_BYTES + 8,
        seal: |cipher, address, plain| {
            cipher.seal_root(cipher.generation(), address, plain).expect("its own generation")
        },
        open: |cipher, address, sealed| cipher.open_root(address, sealed).map(|(_, plain)| plain),
    },
];

#[test]
fn what_was_sealed_opens() {
    let cipher = cipher("north", 1);
    for way in &WAYS {
        for plain in [&b""[..], b"x", &[7; 200], &[0; 4_000]] {
            let sealed = (way.seal)(&cipher, b"account/1", plain);
            assert_eq!(sealed.len(), plain.len() + way.overhead, "{}", way.name);
            assert_eq!((way.open)(&cipher, b"account/1", &sealed).as_deref(), Ok(plain), "{}", way.name);
        }
    }
}

#[test]
fn no_flipped_bit_and_no_cut_opens() {
    let cipher = cipher("north", 1);
    for way in &WAYS {
        let sealed = (way.seal)(&cipher, b"a", b"plain");
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!((way.open)(&cipher, b"a", &changed), Err(CipherError), "{}, bit {bit}", way.name);
        }
        for cut in 0..sealed.len() {
            let opened = (way.open)(&cipher, b"a", &sealed[..cut]);
            assert_eq!(opened, Err(CipherError), "{}, cut at {cut}", way.name);
        }
    }
}

#[test]
fn nothing_opens_elsewhere() {
    let north = cipher("north", 1);
    for way in &WAYS {
        let sealed = (way.seal)(&north, b"a", b"plain");
        assert_eq!((way.open)(&north, b"b", &sealed), Err(CipherError), "{}: another address", way.name);
        assert_eq!((way.open)(&north, b"", &sealed), Err(CipherError), "{}: no address", way.name);
        let south = cipher("south", 1);
        assert_eq!((way.open)(&south, b"a", &sealed), Err(CipherError), "{}: another site", way.name);
        for other in WAYS.iter().filter(|other| other.name != way.name) {
            let opened = (other.open)(&north, b"a", &sealed);
            assert_eq!(opened, Err(CipherError), "{} as {}", way.name, other.name);
        }
    }
    let sealed = north.seal(b"a", b"plain");
    assert_eq!(cipher("north", 2).open(b"a", &sealed), Err(CipherError), "another site key");
    let other = DataKey::from_bytes(&[8; 32]);
    let sealed = north.seal_under(&other, b"a", b"plain");
    assert_eq!((WAYS[1].open)(&north, b"a", &sealed), Err(CipherError), "another key");
}

#[test]
fn the_cipher_is_aes_256_gcm() {
    // The same inputs through the plain interface of the library.
    let sealed = cipher("north", 1).seal(b"a", b"plain");
    let site = new_key(&mut SeededEntropy::new(1));
    let aead = Aes256Gcm::new((&*site).into());
    let mut body = sealed[13..18].to_vec();
    let nonce = <[u8; 12]>::try_from(&sealed[1..13]).expect("nonce").into();
    let tag = <[u8; 16]>::try_from(&sealed[18..]).expect("tag").into();
    aead.decrypt_inout_detached(&nonce, b"\x01north\0a", body.as_mut_slice().into(), &tag).expect("opens");
    assert_eq!(body, b"plain");
}

#[test]
fn a_root_opens_with_every_generation_that_is_held_and_with_no_other() {
    let mut entropy = SeededEntropy::new(1);
    let mut keys = SiteKeys::new(&mut entropy);
    let site = SiteId::parse("north").expect("valid");
    let before = SiteCipher::new(site, &keys, &mut entropy);
    assert_eq!(before.generation(), Generation(0));
    let old = before.seal_root(Generation(0), b"a", b"old").expect("held");
    assert_eq!(before.seal_root(Generation(1), b"a", b"new"), Err(CipherError));

    keys.newer = Some((Generation(1), new_key(&mut entropy)));
    let between = before.renewed(&keys);
    assert_eq!(between.generation(), Generation(1));
    let new = between.seal_root(Generation(1), b"a", b"new").expect("held");
    assert_eq!(between.open_root(b"a", &old), Ok((Generation(0), b"old".to_vec())));
    assert_eq!(between.open_root(b"a", &new), Ok((Generation(1), b"new".to_vec())));
    assert!(between.seal_root(Generation(0), b"a", b"still the old").is_ok());
    assert_eq!(before.open_root(b"a", &new), Err(CipherError));

    keys.older = keys.newer.take().expect("two");
    let after = between.renewed(&keys);
    assert_eq!(after.open_root(b"a", &old), Err(CipherError));
    assert_eq!(after.open_root(b"a", &new), Ok((Generation(1), b"new".to_vec())));
    let row = before.seal(b"a", b"row");
    assert_eq!(after.open(b"a", &row).as_deref(), Ok(&b"row"[..]), "the site key outlives the generations");
    assert_eq!(after.pseudonym("account", "root"), before.pseudonym("account", "root"));
}

#[test]
fn a_renewed_cipher_repeats_no_nonce_and_no_key() {
    let mut entropy = SeededEntropy::new(1);
    let keys = SiteKeys::new(&mut entropy);
    let first = SiteCipher::new(SiteId::parse("north").expect("valid"), &keys, &mut entropy);
    let (drawn, nonce) = (first.draw_key(), first.draws.nonces.next());
    let second = first.renewed(&keys);
    assert!(second.draw_key() != drawn && second.draws.nonces.next() != nonce);
}

#[test]
fn a_pseudonym_is_the_same_only_for_the_same_name_domain_and_key() {
    let north = cipher("north", 1);
    let name = north.pseudonym("account", "root");
    assert_eq!(name, cipher("north", 1).pseudonym("account", "root"));
    assert_eq!(name.as_str().len(), 32);
    for other in [
        north.pseudonym("account", "Root"),
        north.pseudonym("subject", "root"),
        cipher("north", 2).pseudonym("account", "root"),
    ] {
        assert_ne!(name, other);
    }
    assert_ne!(north.pseudonym("a", "bc"), north.pseudonym("ab", "c"));
}

#[test]
fn a_pseudonym_is_hmac_sha_256() {
    // RFC 4231, test case 2: the key "Jefe" and "what do ya want for nothing?", split at our zero byte,
    // cannot be used; instead the same through the plain interface of the library.
    let mut entropy = SeededEntropy::new(1);
    let (_, index) = (new_key(&mut entropy), new_key(&mut entropy));
    let mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(index.as_slice()).expect("any length");
    let expected = hex::encode(mac.chain_update(b"account\0root").finalize().into_bytes());
    assert_eq!(cipher("north", 1).pseudonym("account", "root").as_str(), &expected[..32]);
}
