use proptest::prelude::*;

use super::*;
use crate::wav::{samples, wav};

/// A PCM file of four samples: `fmt ` at 12, `data` at 36, the samples at 44.
fn file() -> Vec<u8> {
    wav(&[1, -2, 3, -4], Codec::Pcm16).expect("short")
}

/// `file` with `bytes` at `at`.
fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = file();
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

/// `file` with one more chunk behind the samples, and the length that fits.
fn extended(chunk: &[u8]) -> Vec<u8> {
    let mut file = [file().as_slice(), chunk].concat();
    let length = u32::try_from(file.len() - 8).expect("short");
    file[4..8].copy_from_slice(&length.to_le_bytes());
    file
}

#[track_caller]
fn refuses(file: &[u8], fault: Fault) {
    assert_eq!(check(file, &Limits::default()), Err(fault));
}

#[test]
fn an_honest_file_is_what_it_says() {
    let facts = check(&file(), &Limits::default()).expect("honest");
    let expected = Facts { codec: Codec::Pcm16, channels: 1, sample_rate_hz: 8_000, frames: 4, data: 44..52 };
    assert_eq!(facts, expected);
    assert_eq!(facts.duration(), Duration::from_micros(500));
    assert!(check(&extended(b"LIST\x02\0\0\0ab"), &Limits::default()).is_ok());
    assert!(check(&extended(b"LIST\x01\0\0\0a\0"), &Limits::default()).is_ok());
}

#[test]
fn lengths_that_lie_are_refused() {
    refuses(&with(4, &[0xFF; 4]), Fault::Length { stated: u64::from(u32::MAX), actual: 44 });
    refuses(&with(4, &45_u32.to_le_bytes()), Fault::Length { stated: 45, actual: 44 });
    refuses(&with(40, &[0xFF; 4]), Fault::Endless { chunk: "data".to_owned() });
    let chunk = |stated, left| Fault::ChunkLength { chunk: "data".to_owned(), stated, left };
    refuses(&with(40, &10_u32.to_le_bytes()), chunk(10, 8));
    refuses(&with(40, &(u32::MAX - 1).to_le_bytes()), chunk(u64::from(u32::MAX) - 1, 8));
    refuses(
        &with(16, &1_000_000_u32.to_le_bytes()),
        Fault::ChunkLength { chunk: "fmt ".to_owned(), stated: 1_000_000, left: 32 },
    );
    refuses(
        &extended(b"LIST\x01\0\0\0a"),
        Fault::ChunkLength { chunk: "LIST".to_owned(), stated: 2, left: 1 },
    );
    refuses(&extended(b"LIST\x01"), Fault::Stub);
}

#[test]
fn a_format_that_contradicts_itself_is_refused() {
    refuses(&with(20, &6_u16.to_le_bytes()), Fault::Codec(6));
    refuses(&with(20, &0xFFFE_u16.to_le_bytes()), Fault::Codec(0xFFFE));
    refuses(&with(22, &0_u16.to_le_bytes()), Fault::Channels(0));
    refuses(&with(22, &u16::MAX.to_le_bytes()), Fault::Channels(u16::MAX));
    refuses(&with(24, &0_u32.to_le_bytes()), Fault::SampleRate(0));
    refuses(&with(24, &u32::MAX.to_le_bytes()), Fault::SampleRate(u32::MAX));
    refuses(&with(28, &1_u32.to_le_bytes()), Fault::ByteRate { stated: 1, expected: 16_000 });
    refuses(&with(32, &3_u16.to_le_bytes()), Fault::BlockAlign { stated: 3, expected: 2 });
    refuses(&with(32, &0_u16.to_le_bytes()), Fault::BlockAlign { stated: 0, expected: 2 });
    refuses(&with(34, &12_u16.to_le_bytes()), Fault::Bits { bits: 12, expected: 16 });
}

#[test]
fn channels_beyond_what_a_frame_can_hold_are_refused_under_any_limits() {
    let limits = Limits { channels_max: u16::MAX, ..Limits::default() };
    let file = with(22, &u16::MAX.to_le_bytes());
    assert_eq!(check(&file, &limits), Err(Fault::Channels(u16::MAX)));
}

#[test]
fn a_chunk_too_few_or_too_many_is_refused() {
    refuses(b"", Fault::Kind);
    refuses(b"RIFF\x04\0\0\0AVI ", Fault::Kind);
    refuses(b"RIFF\x04\0\0\0WAVE", Fault::Order("fmt "));
    refuses(&with(36, b"LIST"), Fault::Order("data"));
    refuses(&with(12, b"LIST"), Fault::Order("data"));
    refuses(&extended(&file()[12..36]), Fault::Order("fmt "));
    refuses(&extended(b"data\0\0\0\0"), Fault::Order("data"));
    refuses(&extended(b"fmt \x02\0\0\0\x01\0"), Fault::Order("fmt "));
    assert!(check(&extended(&b"LIST\0\0\0\0".repeat(14)), &Limits::default()).is_ok());
    refuses(&extended(&b"LIST\0\0\0\0".repeat(15)), Fault::Chunks(16));
    refuses(&extended(&b"LIST\0\0\0\0".repeat(5_000)), Fault::Chunks(16));
}

#[test]
fn a_part_of_a_frame_is_refused() {
    let mut file = with(40, &7_u32.to_le_bytes());
    file[4..8].copy_from_slice(&44_u32.to_le_bytes());
    refuses(&file, Fault::PartFrame(7));
}

#[test]
fn the_count_of_a_fact_chunk_has_to_be_right() {
    assert!(check(&extended(b"fact\x04\0\0\0\x04\0\0\0"), &Limits::default()).is_ok());
    refuses(&extended(b"fact\x04\0\0\0\x05\0\0\0"), Fault::Count);
    refuses(&extended(b"fact\x02\0\0\0\x04\0"), Fault::Count);
}

#[test]
fn limits_hold_on_both_sides_of_their_edge() {
    let limits = Limits { file_bytes_max: 52, ..Limits::default() };
    assert!(check(&file(), &limits).is_ok());
    let limits = Limits { file_bytes_max: 51, ..limits };
    assert_eq!(check(&file(), &limits), Err(Fault::FileLength { bytes: 52, bytes_max: 51 }));
    let limits = Limits { duration_max: Duration::from_micros(500), ..Limits::default() };
    assert!(check(&file(), &limits).is_ok());
    let limits = Limits { duration_max: Duration::from_micros(499), ..limits };
    assert_eq!(check(&file(), &limits), Err(Fault::Duration { seconds: 0, seconds_max: 0 }));
}

#[test]
fn every_cut_is_noticed() {
    let file = file();
    for length in 0..file.len() {
        assert!(check(&file[..length], &Limits::default()).is_err(), "{length} bytes");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = check(&bytes, &Limits::default());
    }

    #[test]
    fn no_change_of_an_honest_file_makes_it_panic_or_read_beyond(
        changes in proptest::collection::vec((0..52_usize, any::<u8>()), 1..6),
    ) {
        let mut file = file();
        for (at, byte) in changes {
            file[at] = byte;
        }
        if let Ok(facts) = check(&file, &Limits::default()) {
            prop_assert!(facts.data.end <= file.len());
            prop_assert_eq!(samples(&file, &Limits::default()).expect("checked").len(), facts.data.len() / usize::from(facts.codec.sample_bytes()));
        }
    }

    #[test]
    fn what_is_written_reads_back(sound in proptest::collection::vec(any::<i16>(), 0..64)) {
        let file = wav(&sound, Codec::Pcm16).expect("short");
        prop_assert_eq!(samples(&file, &Limits::default()), Ok(sound));
    }
}
