use std::io::Cursor;

use crate::check::{Facts, Fault, Limits, check};
use crate::{mulaw, riff};

/// The sampling rate of telephony, in samples a second (ITU-T G.711).
pub const SAMPLE_RATE_HZ: u32 = 8_000;

/// How samples are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// 16-bit linear, little-endian: format tag 1.
    Pcm16,
    /// G.711 µ-law, eight bits: format tag 7.
    Mulaw,
}

impl Codec {
    /// The format tag of the codec in a WAV file (RFC 2361).
    pub const fn tag(self) -> u16 {
        match self {
            Self::Pcm16 => 1,
            Self::Mulaw => 7,
        }
    }

    /// How many bytes a sample takes.
    pub const fn sample_bytes(self) -> u16 {
        match self {
            Self::Pcm16 => 2,
            Self::Mulaw => 1,
        }
    }
}

/// More sound than a WAV file can hold: its lengths have 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{samples} samples are more than a WAV file holds; write several files")]
pub struct EncodeError {
    samples: usize,
}

/// A WAV file of `samples`, one channel at [`SAMPLE_RATE_HZ`].
pub fn wav(samples: &[i16], codec: Codec) -> Result<Vec<u8>, EncodeError> {
    let file = match codec {
        Codec::Pcm16 => pcm16(samples).ok(),
        Codec::Mulaw => mulaw_file(samples),
    };
    file.ok_or(EncodeError { samples: samples.len() })
}

/// The samples of a WAV file, all channels of a frame side by side; a file beyond `limits` is refused.
pub fn samples(bytes: &[u8], limits: &Limits) -> Result<Vec<i16>, Fault> {
    let Facts { codec, data, .. } = check(bytes, limits)?;
    let data = &bytes[data];
    Ok(match codec {
        Codec::Pcm16 => data.as_chunks().0.iter().map(|it| i16::from_le_bytes(*it)).collect(),
        Codec::Mulaw => data.iter().map(|it| mulaw::decode(*it)).collect(),
    })
}

fn pcm16(samples: &[i16]) -> hound::Result<Vec<u8>> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE_HZ,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    // What hound does not look at: whether the length fits the header.
    let bytes = u32::try_from(samples.len()).ok().and_then(|it| it.checked_mul(2)?.checked_add(HEADER_BYTES));
    if bytes.is_none() {
        return Err(hound::Error::TooWide);
    }
    let mut file = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec)?;
    samples.iter().try_for_each(|sample| writer.write_sample(*sample))?;
    writer.finalize()?;
    Ok(file.into_inner())
}

/// Codecs other than linear PCM have an extension of the format, here empty, and a `fact` chunk with the number of
/// samples. hound knows neither.
fn mulaw_file(samples: &[i16]) -> Option<Vec<u8>> {
    let data: Vec<u8> = samples.iter().map(|sample| mulaw::encode(*sample)).collect();
    let count = u32::try_from(samples.len()).ok()?;
    riff::file(&[(*b"fmt ", &format(Codec::Mulaw)), (*b"fact", &count.to_le_bytes()), (*b"data", &data)])
}

/// The body of the `fmt ` chunk of one channel at [`SAMPLE_RATE_HZ`].
pub(crate) fn format(codec: Codec) -> Vec<u8> {
    let block = codec.sample_bytes();
    let mut format = Vec::with_capacity(18);
    format.extend_from_slice(&codec.tag().to_le_bytes());
    format.extend_from_slice(&1_u16.to_le_bytes());
    format.extend_from_slice(&SAMPLE_RATE_HZ.to_le_bytes());
    format.extend_from_slice(&(SAMPLE_RATE_HZ * u32::from(block)).to_le_bytes());
    format.extend_from_slice(&block.to_le_bytes());
    format.extend_from_slice(&(block * 8).to_le_bytes());
    if codec == Codec::Mulaw {
        format.extend_from_slice(&0_u16.to_le_bytes());
    }
    format
}

/// What comes before the samples of a PCM file, with room to spare.
const HEADER_BYTES: u32 = 128;

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: [i16; 5] = [0, 1_000, -1_000, i16::MAX, i16::MIN];

    #[test]
    fn a_pcm_file_is_what_hound_reads() {
        let file = wav(&SAMPLES, Codec::Pcm16).expect("short");
        let mut reader = hound::WavReader::new(file.as_slice()).expect("a WAV file");
        assert_eq!((reader.spec().channels, reader.spec().sample_rate), (1, SAMPLE_RATE_HZ));
        let read: Vec<i16> = reader.samples().collect::<Result<_, _>>().expect("samples");
        assert_eq!(read, SAMPLES);
        assert_eq!(samples(&file, &Limits::default()).as_deref(), Ok(SAMPLES.as_slice()));
        // The header as everybody knows it: 44 bytes, `fmt ` of 16.
        assert_eq!((file.len(), &file[12..20]), (44 + 10, b"fmt \x10\0\0\0".as_slice()));
    }

    #[test]
    fn a_mulaw_file_has_the_header_of_the_standard() {
        let file = wav(&SAMPLES[..3], Codec::Mulaw).expect("short");
        let mut expected = b"RIFF\x36\0\0\0WAVEfmt \x12\0\0\0\x07\0\x01\0".to_vec();
        expected.extend_from_slice(
            b"\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0\0\0fact\x04\0\0\0\x03\0\0\0data\x03\0\0\0",
        );
        assert_eq!(file[..expected.len()], expected);
        assert_eq!(file[expected.len()..], [0xFF, mulaw::encode(1_000), mulaw::encode(-1_000), 0]);
        assert_eq!(samples(&file, &Limits::default()), Ok(vec![0, 988, -988]));
    }

    #[test]
    fn no_sound_is_a_file_too() {
        for codec in [Codec::Pcm16, Codec::Mulaw] {
            let file = wav(&[], codec).expect("short");
            assert_eq!(samples(&file, &Limits::default()), Ok(vec![]), "{codec:?}");
        }
    }
}
