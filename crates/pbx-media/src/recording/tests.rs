use super::*;
use crate::sound::Sound;
use crate::speech::synthesize;
use crate::wav::wav;

const ID: RecordingId = RecordingId([3; 16]);

/// A stand-in for AES-GCM with its promises: a keyed stream, and a tag over the address and the plain text.
fn seal(address: &[u8], plain: &[u8]) -> Vec<u8> {
    let tag = Sha256::new().chain_update(address).chain_update([0]).chain_update(plain).finalize();
    [tag.as_slice(), &mask(&tag, plain)].concat()
}

fn open(address: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
    let (tag, masked) = sealed.split_at_checked(32).ok_or(CipherError)?;
    let plain = mask(tag, masked);
    if seal(address, &plain)[..32] == *tag { Ok(plain) } else { Err(CipherError) }
}

fn mask(tag: &[u8], bytes: &[u8]) -> Vec<u8> {
    let blocks = bytes.chunks(32).zip(0_u64..);
    let block = |(block, number): (&[u8], u64)| {
        let stream = Sha256::new().chain_update(tag).chain_update(number.to_be_bytes()).finalize();
        block.iter().zip(stream).map(|(byte, mask)| byte ^ mask).collect::<Vec<_>>()
    };
    blocks.flat_map(block).collect()
}

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn key() -> VerifyingKey {
    signer().verifying_key()
}

fn write(wav: &[u8]) -> Vec<u8> {
    Recording::write(ID, wav, seal, &signer()).expect("a recording")
}

/// Signs `file` again after a change, as an intruder with the signing key would.
fn resign(file: &mut [u8]) {
    let signed = file.len() - SIGNATURE_BYTES;
    let signature = signer().sign(&message(&file[..signed]));
    file[signed..].copy_from_slice(&signature.to_bytes());
}

/// The data of a recording, changed and signed again.
fn with_data(file: &[u8], change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let chunks: Vec<_> = riff::chunks(file).map(|it| it.expect("a chunk")).collect();
    let data = change(chunks.iter().find(|it| it.id == *b"data").expect("data").body.to_vec());
    let chunks = chunks.iter().map(|it| (it.id, if it.id == *b"data" { &data } else { it.body }));
    let mut file = riff::file(&chunks.collect::<Vec<_>>()).expect("short");
    resign(&mut file);
    file
}

#[test]
fn a_recording_opens_to_what_was_sealed() {
    for codec in [Codec::Pcm16, Codec::Mulaw] {
        for seconds in [0, 1, 4, 5, 9] {
            let wav = wav(&synthesize(2, seconds), codec).expect("short");
            let file = write(&wav);
            let recording = Recording::verify(&file, &key()).expect("untouched");
            assert_eq!(recording.id(), ID);
            assert_eq!(recording.open(ID, open), Ok(wav), "{codec:?}, {seconds} s");
        }
    }
}

#[test]
fn a_player_takes_the_file_and_plays_noise() {
    for codec in [Codec::Pcm16, Codec::Mulaw] {
        let wav = wav(&synthesize(2, 2), codec).expect("short");
        let file = write(&wav);
        let heard = Sound::of(&file, &Limits::default()).expect("a WAV file");
        assert!(Sound::of(&wav, &Limits::default()).expect("a WAV file").is_like_speech(), "{codec:?}");
        assert!(!heard.is_like_speech(), "{codec:?}: {heard:?}");
    }
    let file = write(&wav(&synthesize(2, 1), Codec::Pcm16).expect("short"));
    let spec = hound::WavReader::new(file.as_slice()).expect("a WAV file").spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, 8_000, 16));
}

#[test]
fn every_flipped_bit_is_reported() {
    let file = write(&wav(&synthesize(2, 1)[..50], Codec::Mulaw).expect("short"));
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut changed = file.clone();
            changed[at] ^= 1 << bit;
            assert_eq!(Recording::verify(&changed, &key()).err(), Some(Tampered), "byte {at}, bit {bit}");
        }
    }
    for length in 0..file.len() {
        assert_eq!(Recording::verify(&file[..length], &key()).err(), Some(Tampered), "{length} bytes");
    }
    assert_eq!(Recording::verify(&[file.as_slice(), &[0]].concat(), &key()).err(), Some(Tampered));
    let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
    assert_eq!(Recording::verify(&file, &other).err(), Some(Tampered));
}

#[test]
fn altered_audio_is_never_yielded_even_where_the_change_was_signed() {
    let wav = wav(&synthesize(2, 1)[..50], Codec::Mulaw).expect("short");
    let file = write(&wav);
    for at in 0..file.len() - SIGNATURE_BYTES {
        let mut changed = file.clone();
        changed[at] ^= 1;
        resign(&mut changed);
        // A change of the header leaves what is sealed as it was; no other sound comes out.
        let opened = Recording::verify(&changed, &key()).ok().and_then(|it| it.open(ID, open).ok());
        assert!(opened.is_none_or(|it| it == wav), "byte {at}");
    }
}

#[test]
fn segments_cannot_be_left_out_moved_or_repeated() {
    let file = write(&wav(&synthesize(2, 13), Codec::Pcm16).expect("short"));
    let sealed = 4 + 32 + Recording::SEGMENT_BYTES;
    let swap = |data: Vec<u8>| [&data[sealed..2 * sealed], &data[..sealed], &data[2 * sealed..]].concat();
    let repeat = |data: Vec<u8>| [&data[..sealed], &data].concat();
    let cut = |data: Vec<u8>| data[..2 * sealed].to_vec();
    let behead = |data: Vec<u8>| data[sealed..].to_vec();
    let extend = |data: Vec<u8>| [data.as_slice(), &[0, 0]].concat();
    let empty = |_: Vec<u8>| Vec::new();
    let opened = |file: &[u8]| Recording::verify(file, &key()).expect("signed").open(ID, open).map(|_| ());
    assert_eq!(opened(&with_data(&file, |data| data)), Ok(()));
    let failed = |segment| Err(OpenRecordingError::Sealed { segment });
    assert_eq!(opened(&with_data(&file, swap)), failed(0));
    assert_eq!(opened(&with_data(&file, repeat)), failed(1));
    assert_eq!(opened(&with_data(&file, cut)), failed(1));
    assert_eq!(opened(&with_data(&file, behead)), failed(0));
    assert_eq!(opened(&with_data(&file, extend)), failed(4));
    assert_eq!(opened(&with_data(&file, empty)), Err(OpenRecordingError::Sound(Fault::Kind)));
}

#[test]
fn a_recording_is_not_taken_for_another_one() {
    let file = write(&wav(&synthesize(2, 1), Codec::Pcm16).expect("short"));
    let recording = Recording::verify(&file, &key()).expect("untouched");
    assert_eq!(recording.open(RecordingId([4; 16]), open), Err(OpenRecordingError::Other));
}

#[test]
fn only_sound_is_recorded() {
    let error = Recording::write(ID, b"RIFF", seal, &signer());
    assert_eq!(error, Err(WriteRecordingError::Sound(Fault::Kind)));
    let wav = wav(&synthesize(2, 1), Codec::Pcm16).expect("short");
    let bloated = |_: &[u8], _: &[u8]| vec![0; SEALED_BYTES_MAX as usize + 1];
    let error = Recording::write(ID, &wav, bloated, &signer());
    assert_eq!(error, Err(WriteRecordingError::Segment(SEALED_BYTES_MAX as usize + 1)));
}
