use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use pbx_kernel::CipherError;
use sha2::{Digest, Sha256};

use crate::check::{Fault, Limits, check};
use crate::riff::{self, Chunk};
use crate::wav::{Codec, SAMPLE_RATE_HZ, format};

/// A recording of a call, sealed: a WAV file to every player, which plays noise, and signed when it was written.
///
/// ```text
///   RIFF … WAVE
///   fmt   the codec of what is inside, so that players take the file (and fact, where the codec asks for it)
///   seal  version (1) | 0 | recording id (16)
///   data  segments, each: length (4, little-endian) | sealed; then one zero byte where the length would be odd
///   sig   Ed25519 over a label and SHA-256 of every byte before the signature (64)
/// ```
///
/// A segment seals 64 KiB of the WAV file inside, the last one fewer; its address is the recording's id, its number
/// and whether it is the last one, so none can be taken away, moved or brought from another recording.
///
/// A value of this type was verified: there is no way to open what was not.
#[derive(Clone, Copy, Debug)]
pub struct Recording<'a> {
    id: RecordingId,
    data: &'a [u8],
}

impl<'a> Recording<'a> {
    /// How much of the sound one segment seals, in bytes.
    pub const SEGMENT_BYTES: usize = 64 << 10;

    /// Seals and signs the WAV file `wav`. `seal` gets an address and what is to be sealed for it.
    pub fn write(
        id: RecordingId,
        wav: &[u8],
        mut seal: impl FnMut(&[u8], &[u8]) -> Vec<u8>,
        signer: &SigningKey,
    ) -> Result<Vec<u8>, WriteRecordingError> {
        let codec = check(wav, &limits())?.codec;
        let mut data = Vec::with_capacity(wav.len() + wav.len() / 256);
        // A WAV file that passed the check is not empty, so there is a last segment.
        let last = wav.chunks(Self::SEGMENT_BYTES).len() - 1;
        for (number, plain) in wav.chunks(Self::SEGMENT_BYTES).enumerate() {
            let sealed = seal(&address(id, number, number == last), plain);
            let length = u32::try_from(sealed.len()).ok().filter(|it| *it <= SEALED_BYTES_MAX);
            data.extend_from_slice(&length.ok_or(WriteRecordingError::Segment(sealed.len()))?.to_le_bytes());
            data.extend_from_slice(&sealed);
        }
        data.resize(data.len().next_multiple_of(2), 0);
        let (format, seal) = (format(codec), [[VERSION, 0].as_slice(), &id.0].concat());
        let frames =
            u32::try_from(data.len() / usize::from(codec.sample_bytes())).unwrap_or(u32::MAX).to_le_bytes();
        let mut chunks = vec![(*b"fmt ", format.as_slice())];
        if codec == Codec::Mulaw {
            chunks.push((*b"fact", &frames));
        }
        chunks.extend([(SEAL, seal.as_slice()), (*b"data", &data), (SIGNATURE, &[0; SIGNATURE_BYTES])]);
        let mut file = riff::file(&chunks).ok_or(WriteRecordingError::Length(wav.len()))?;
        let signed = file.len() - SIGNATURE_BYTES;
        let signature = signer.sign(&message(&file[..signed]));
        file[signed..].copy_from_slice(&signature.to_bytes());
        Ok(file)
    }

    /// Finds out whether `file` is as it was when the holder of `key`'s other half signed it.
    pub fn verify(file: &'a [u8], key: &VerifyingKey) -> Result<Self, Tampered> {
        let (signed, signature) = file.split_last_chunk::<SIGNATURE_BYTES>().ok_or(Tampered)?;
        let signature = Signature::from_bytes(signature);
        key.verify_strict(&message(signed), &signature).map_err(|_| Tampered)?;
        // The form comes second: what is looked at from here on is what was signed.
        Self::parse(file).ok_or(Tampered)
    }

    /// Whose recording the file says it is.
    pub fn id(&self) -> RecordingId {
        self.id
    }

    /// Opens the recording `id`: the WAV file that was sealed, whole, or nothing of it. `open` undoes `seal`.
    pub fn open(
        &self,
        id: RecordingId,
        mut open: impl FnMut(&[u8], &[u8]) -> Result<Vec<u8>, CipherError>,
    ) -> Result<Vec<u8>, OpenRecordingError> {
        if self.id != id {
            return Err(OpenRecordingError::Other);
        }
        let mut wav = Vec::new();
        let (mut rest, mut number) = (self.data, 0);
        while let Some((sealed, after)) = segment(rest) {
            let is_last = segment(after).is_none();
            let plain = open(&address(id, number, is_last), sealed);
            let plain = plain.map_err(|_| OpenRecordingError::Sealed { segment: number })?;
            if plain.len() > Self::SEGMENT_BYTES || (!is_last && plain.len() < Self::SEGMENT_BYTES) {
                return Err(OpenRecordingError::Sealed { segment: number });
            }
            wav.extend_from_slice(&plain);
            (rest, number) = (after, number + 1);
        }
        if !matches!(rest, [] | [0]) {
            return Err(OpenRecordingError::Sealed { segment: number });
        }
        check(&wav, &limits()).map_err(OpenRecordingError::Sound)?;
        Ok(wav)
    }

    /// The parts of a file that has the form above.
    fn parse(file: &'a [u8]) -> Option<Self> {
        let mut chunks = Vec::with_capacity(CHUNKS_MAX);
        for chunk in riff::chunks(file).take(CHUNKS_MAX + 1) {
            chunks.push(chunk.ok()?);
        }
        let (seal, data) = match chunks.as_slice() {
            [format, seal, data, signature] if is_form(format, data, signature) => (seal, data),
            [format, fact, seal, data, signature]
                if is_form(format, data, signature) && fact.id == *b"fact" =>
            {
                (seal, data)
            }
            _ => return None,
        };
        let [VERSION, 0, id @ ..] = *seal.body.first_chunk::<SEAL_BYTES>()? else { return None };
        let is_seal = seal.id == SEAL && seal.body.len() == SEAL_BYTES;
        is_seal.then_some(Self { id: RecordingId(id), data: data.body })
    }
}

/// Which recording: 16 bytes that say nothing about who speaks in it. Draw them at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordingId(pub [u8; 16]);

/// Why a recording was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteRecordingError {
    /// What was to be sealed is no WAV file.
    #[error("what was to be recorded is not a WAV file that can be played")]
    Sound(#[from] Fault),
    /// What seals makes more of a segment than a segment may be.
    #[error("a sealed segment of {0} bytes; sealing may add a kibibyte at most")]
    Segment(usize),
    /// A WAV file cannot be that long.
    #[error("{0} bytes of sound are more than one recording holds")]
    Length(usize),
}

/// The file is not, byte for byte, what was signed, or another key signed it. Nothing of it may be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the recording is not what was signed when it was written: do not trust it; look for an untouched copy"
)]
pub struct Tampered;

/// Why a recording that was signed rightly does not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenRecordingError {
    /// The file is another recording than the one asked for.
    #[error("the file is another recording than the one asked for")]
    Other,
    /// A segment was changed, moved or left out, or its key is gone.
    #[error("segment {segment} does not open: it was changed or moved, or its key is gone")]
    Sealed {
        /// Which one, counted from zero.
        segment: usize,
    },
    /// What was inside is no WAV file.
    #[error("what was sealed is not a WAV file")]
    Sound(#[source] Fault),
}

/// Do these chunks begin and end a recording?
fn is_form(format: &Chunk<'_>, data: &Chunk<'_>, signature: &Chunk<'_>) -> bool {
    let is_signature = signature.id == SIGNATURE && signature.body.len() == SIGNATURE_BYTES;
    format.id == *b"fmt " && data.id == *b"data" && is_signature
}

/// The segment that `data` begins with, and what comes after it.
fn segment(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = data.split_first_chunk()?;
    let length = Some(u32::from_le_bytes(*length)).filter(|it| *it <= SEALED_BYTES_MAX)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}

/// What a segment is sealed for.
fn address(id: RecordingId, number: usize, is_last: bool) -> Vec<u8> {
    let number = (number as u64).to_be_bytes();
    [b"recording\0".as_slice(), &id.0, &number, &[u8::from(is_last)]].concat()
}

/// What is signed: the label keeps a recording's signature from being taken for that of anything else.
fn message(signed: &[u8]) -> Vec<u8> {
    [LABEL, Sha256::digest(signed).as_slice()].concat()
}

/// What a recorder writes, and no more.
fn limits() -> Limits {
    Limits { channels_max: 1, sample_rates_hz: SAMPLE_RATE_HZ..=SAMPLE_RATE_HZ, ..Limits::default() }
}

const LABEL: &[u8] = b"understudy recording v1\n";
const VERSION: u8 = 1;
const SEAL: [u8; 4] = *b"seal";
const SEAL_BYTES: usize = 18;
const SIGNATURE: [u8; 4] = *b"sig ";
const SIGNATURE_BYTES: usize = 64;

/// `fmt `, `fact`, `seal`, `data`, `sig `.
const CHUNKS_MAX: usize = 5;

/// The longest sealed segment: a kibibyte for the nonce, the tag and what else sealing adds.
const SEALED_BYTES_MAX: u32 = (64 << 10) + 1_024;

#[cfg(test)]
mod tests;
