use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use proptest::prelude::*;

use super::*;
use crate::identity::Identifier;

fn needles(kind: IdentifierKind, text: &str) -> Needles {
    let identity = Identity::new().with(kind, text).expect("an identifier");
    Needles::build([(7, &identity)], &Numbering::default(), &Encoding::ALL, 1).expect("few")
}

fn search(needles: &Needles, bytes: &[u8], piece: usize) -> Hits {
    let mut searcher = Searcher::new(needles);
    bytes.chunks(piece.max(1)).for_each(|it| searcher.feed(it));
    searcher.finish()
}

#[track_caller]
fn check(kind: IdentifierKind, text: &str, bytes: impl AsRef<[u8]>, expected: &[(Encoding, u64, usize)]) {
    let needles = needles(kind, text);
    for piece in [1, 3, 1_000] {
        let hits = search(&needles, bytes.as_ref(), piece);
        let found: Vec<_> = hits.kept().iter().map(|it| (it.encoding, it.offset, it.bytes)).collect();
        assert_eq!(found, expected, "{text} in {:?}", String::from_utf8_lossy(bytes.as_ref()));
    }
}

#[test]
fn an_extension_is_a_whole_number() {
    let check = |bytes: &str, found: bool| {
        let expected = [(Encoding::Utf8, bytes.find("201").unwrap_or(0) as u64, 3)];
        check(IdentifierKind::Extension, "201", bytes, if found { &expected } else { &[] });
    };
    check("201", true);
    check("ext 201, busy", true);
    check("x201y", true);
    check("1201", false);
    check("2010", false);
    check("20 1", false);
    check("%20201&", true);
    check("%31201", false);
    check("201%31", false);
    check("\\u0031201", false);
    check("\\n201", true);
}

#[test]
fn an_extension_is_a_whole_number_in_every_encoding() {
    for (before, after, found) in [("", "", true), ("a", " ", true), ("1", "", false), ("", "1", false)] {
        let text = format!("{before}201{after}");
        let mut forms = vec![hex::encode(&text).into_bytes(), hex::encode_upper(&text).into_bytes()];
        forms.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        forms.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        for shift in ["", "x", "xy", "xyz"] {
            // A digit right before would make another number of it.
            forms.push(STANDARD.encode(format!("{shift}{text}")).into_bytes());
        }
        for form in forms {
            let hits = search(&needles(IdentifierKind::Extension, "201"), &form, 5);
            assert_eq!(hits.count() > 0, found, "{text} as {:?}", String::from_utf8_lossy(&form));
        }
    }
}

#[test]
fn a_number_is_found_however_it_is_written() {
    for written in [
        "+46701234567",
        "0046701234567",
        "0701234567",
        "070-123 45 67",
        "+46 (0)70-123.45.67",
        "00 46 70 123 45 67",
        "90701234567",
        "070/123\u{a0}45 67",
    ] {
        for registered in ["+46701234567", "0701234567", "070-123 45 67"] {
            let line = format!("call to {written};");
            let needles = needles(IdentifierKind::Phone, registered);
            assert_eq!(search(&needles, line.as_bytes(), 4).count(), 1, "{registered} as {written}");
            for order in [u16::to_le_bytes, u16::to_be_bytes] {
                let wide: Vec<u8> = line.encode_utf16().flat_map(order).collect();
                assert_eq!(search(&needles, &wide, 4).count(), 1, "{registered} as {written} in UTF-16");
            }
        }
    }
}

#[test]
fn the_place_of_a_number_is_that_of_its_own_digits() {
    check(IdentifierKind::Phone, "0701234567", "+46 70-123 45 67!", &[(Encoding::Digits, 4, 12)]);
    check(IdentifierKind::Phone, "0701234567", "0701234567", &[(Encoding::Digits, 1, 9)]);
}

#[test]
fn another_number_is_not_found() {
    for other in ["07012345678", "0701234568", "701234", "0701  -  234567", "070123\n4567", "0701234a567"] {
        check(IdentifierKind::Phone, "0701234567", other, &[]);
    }
    check(IdentifierKind::Phone, "0701234567", b"0701234567\x001", &[(Encoding::Digits, 1, 9)]);
}

#[test]
fn a_short_name_is_a_word_of_its_own() {
    check(IdentifierKind::FirstName, "Bo", "Bo, bo!", &[(Encoding::Utf8, 0, 2), (Encoding::Utf8, 4, 2)]);
    check(IdentifierKind::FirstName, "Bo", "\"\\nBo\"", &[(Encoding::Utf8, 3, 2)]);
    for other in ["Bob", "Limbo", "bo2", "boå", "åbo", "%41bo"] {
        check(IdentifierKind::FirstName, "Bo", other, &[]);
    }
}

#[test]
fn a_hit_says_whether_it_is_a_word() {
    let needles = needles(IdentifierKind::FirstName, "Ada");
    let words: Vec<bool> =
        search(&needles, b"Ada ADA Canada adapter", 7).kept().iter().map(|it| it.is_word).collect();
    assert_eq!(words, [true, true, false, false]);
    let word = Identifier::parse(IdentifierKind::FirstName, "Ada").expect("valid").as_word();
    let mut identity = Identity::new();
    identity.add(word).expect("room");
    let needles = Needles::build([(0, &identity)], &Numbering::default(), &Encoding::ALL, 1).expect("few");
    assert_eq!(search(&needles, b"Ada ADA Canada adapter", 7).count(), 2);
}

#[test]
fn base64_is_compared_to_the_last_bit() {
    // Letters of another case stand for other bits, and so do the bits that the needle leaves to its neighbours.
    check(IdentifierKind::Text, "Ada", "QWRh", &[(Encoding::Base64, 0, 4)]);
    check(IdentifierKind::Text, "Ada", "qwrh", &[]);
    check(IdentifierKind::Text, "Ada", STANDARD.encode("xAda"), &[(Encoding::Base64, 2, 3)]);
    check(IdentifierKind::Text, "Ada", STANDARD.encode("xAdc"), &[]);
}

#[test]
fn hits_beyond_the_limit_are_counted() {
    let line = "Ada ".repeat(Hits::KEPT_MAX + 5);
    let hits = search(&needles(IdentifierKind::FirstName, "Ada"), line.as_bytes(), 9_999);
    assert_eq!((hits.kept().len(), hits.count()), (Hits::KEPT_MAX, Hits::KEPT_MAX as u64 + 5));
    assert_eq!(hits.bytes(), line.len() as u64);
}

#[test]
fn nothing_is_lost_or_counted_twice_where_one_window_ends_and_the_next_begins() {
    let identity = Identity::new()
        .with(IdentifierKind::Extension, "201")
        .and_then(|it| it.with(IdentifierKind::Phone, "0701234567"))
        .and_then(|it| it.with(IdentifierKind::Name, "Ada Example"))
        .expect("valid");
    let needles = Needles::build([(1, &identity)], &Numbering::default(), &Encoding::ALL, 1).expect("few");
    let planted = format!("201, 0701234567, Ada Example, {}, ", STANDARD.encode("x Ada Example"));
    for before in (WINDOW_BYTES - 200..WINDOW_BYTES + 20).step_by(3) {
        let bytes = [".".repeat(before), planted.clone(), ".".repeat(WINDOW_BYTES)].concat();
        let hits = search(&needles, bytes.as_bytes(), 10_007);
        let places: Vec<u64> = hits.kept().iter().map(|it| it.offset - before as u64).collect();
        assert_eq!(places, [0, 6, 17, 33], "{before}: {hits:?}");
    }
}

#[test]
fn too_much_to_look_for_is_refused() {
    let text = "x".repeat(Identifier::BYTES_MAX - 8);
    let people: Vec<Identity> = (0..8_000)
        .map(|number| Identity::new().with(IdentifierKind::Text, &format!("{text}{number}")).expect("valid"))
        .collect();
    let build = |count| {
        let people = (0..).zip(people.iter().take(count));
        Needles::build(people, &Numbering::default(), &Encoding::ALL, 1).map(drop)
    };
    assert_eq!(build(10), Ok(()));
    assert_eq!(build(8_000), Err(BuildNeedlesError));
}

#[test]
fn needles_cannot_be_printed() {
    let printed = format!("{:?}", needles(IdentifierKind::Name, "Ada Example").list);
    assert!(!printed.contains("da") && !printed.contains("97, 100"));
}

/// A text written in one of the usual ways, by other means than the search has.
fn written(text: &str, way: usize) -> Vec<u8> {
    let escaped = |it: u16| format!("\\u{it:04X}");
    match way {
        0 => text.as_bytes().to_vec(),
        1 => text.to_lowercase().into_bytes(),
        2 => text.to_uppercase().into_bytes(),
        3 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        4 => text.to_uppercase().encode_utf16().flat_map(u16::to_be_bytes).collect(),
        5 => hex::encode(text).into_bytes(),
        6 => hex::encode_upper(text.to_lowercase()).into_bytes(),
        7 => text.bytes().map(|it| format!("%{it:02X}")).collect::<String>().into_bytes(),
        8 => text.encode_utf16().map(escaped).collect::<String>().into_bytes(),
        9 => serde_json::to_string(text).expect("a text").trim_matches('"').as_bytes().to_vec(),
        10..=12 => STANDARD.encode(format!("{}{text} end", &"\u{1}\u{2}"[..way - 10])).into_bytes(),
        13 => URL_SAFE.encode(text.to_lowercase()).into_bytes(),
        14 => {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string().into()
        }
        _ => text.chars().map(|it| u8::try_from(u32::from(it)).unwrap_or(b'?')).collect(),
    }
}

const WAYS: usize = 16;

fn names() -> impl Strategy<Value = String> {
    let letters =
        prop::sample::select(vec!['a', 'b', 'C', 'z', 'å', 'Ö', 'é', 'Ñ', 'ø', '0', '.', '@', '_', '-']);
    prop::collection::vec(letters, 3..20).prop_map(String::from_iter)
}

proptest! {
    // Each case builds an automaton.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn an_identifier_is_found_wherever_and_however_it_is_written(
        text in names(),
        way in 0..WAYS,
        before in prop::collection::vec(any::<u8>(), 0..300),
        after in prop::collection::vec(any::<u8>(), 0..300),
        piece in 1_usize..200,
    ) {
        let bytes = [before.as_slice(), &written(&text, way), &after].concat();
        let hits = search(&needles(IdentifierKind::Account, &text), &bytes, piece);
        let at = before.len() as u64;
        let near = |it: &&Hit| (at..at + 4).contains(&it.offset);
        prop_assert!(hits.kept().iter().any(|it| near(&it)), "way {way} at {at}: {hits:?}");
    }

    #[test]
    fn the_size_of_the_pieces_does_not_matter(
        bytes in prop::collection::vec(prop::sample::select(b"Ad 201+467\0%".to_vec()), 0..2_000),
        piece in 1_usize..100,
    ) {
        let identity = Identity::new()
            .with(IdentifierKind::FirstName, "Ad").expect("valid")
            .with(IdentifierKind::Extension, "201").expect("valid")
            .with(IdentifierKind::Phone, "4670467").expect("valid");
        let needles = Needles::build([(1, &identity)], &Numbering::default(), &Encoding::ALL, 1).expect("few");
        prop_assert_eq!(search(&needles, &bytes, piece), search(&needles, &bytes, usize::MAX));
    }

    #[test]
    fn an_extension_is_found_exactly_where_no_digit_touches_it(
        bytes in prop::collection::vec(prop::sample::select(b"2001 x".to_vec()), 0..500),
    ) {
        let digit = |place: Option<usize>| place.and_then(|it| bytes.get(it)).is_some_and(u8::is_ascii_digit);
        let expected: Vec<u64> = (0..bytes.len())
            .filter(|at| bytes[*at..].starts_with(b"201"))
            .filter(|at| !digit(at.checked_sub(1)) && !digit(Some(at + 3)))
            .map(|at| at as u64)
            .collect();
        let hits = search(&needles(IdentifierKind::Extension, "201"), &bytes, 50);
        prop_assert_eq!(hits.kept().iter().map(|it| it.offset).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn random_bytes_hold_no_long_identifier(bytes in prop::collection::vec(any::<u8>(), 0..20_000)) {
        let identity = Identity::new()
            .with(IdentifierKind::Name, "Ada Example").expect("valid")
            .with(IdentifierKind::Extension, "201").expect("valid")
            .with(IdentifierKind::Phone, "0701234567").expect("valid");
        let least = Needles::RANDOM_BYTES_MIN;
        let needles = Needles::build([(1, &identity)], &Numbering::default(), &Encoding::ALL, least).expect("few");
        prop_assert_eq!(search(&needles, &bytes, 1_000).count(), 0);
    }
}
