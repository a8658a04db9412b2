use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use crate::riff::{self, Flaw};
use crate::wav::Codec;

/// What a WAV file from somebody else may be at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest file, in bytes.
    pub file_bytes_max: usize,
    /// The longest sound.
    pub duration_max: Duration,
    /// The most chunks; a file of a recorder has three to six.
    pub chunks_max: usize,
    /// The most channels.
    pub channels_max: u16,
    /// The sampling rates that are taken, in samples a second.
    pub sample_rates_hz: RangeInclusive<u32>,
}

impl Default for Limits {
    /// An hour of telephony: 64 MiB, 16 chunks, two channels, 4 to 48 kHz.
    fn default() -> Self {
        Self {
            file_bytes_max: 64 << 20,
            duration_max: Duration::from_hours(1),
            chunks_max: 16,
            channels_max: 2,
            sample_rates_hz: 4_000..=48_000,
        }
    }
}

/// What a WAV file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How its samples are written.
    pub codec: Codec,
    /// How many samples a frame has.
    pub channels: u16,
    /// How many frames a second has.
    pub sample_rate_hz: u32,
    /// How many frames there are.
    pub frames: u64,
    /// Where the samples are in the file.
    pub data: Range<usize>,
}

impl Facts {
    /// How long the sound is.
    pub fn duration(&self) -> Duration {
        let rate = u64::from(self.sample_rate_hz);
        let nanos = u128::from(self.frames % rate) * 1_000_000_000 / u128::from(rate);
        Duration::new(self.frames / rate, u32::try_from(nanos).unwrap_or(0))
    }
}

/// Why a WAV file is refused. The letters of a chunk come from the file; they are escaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is longer than it may be.
    #[error("{bytes} bytes are too many; at most {bytes_max} are taken")]
    FileLength {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        bytes_max: usize,
    },
    /// The file does not begin as a WAV file does.
    #[error("not a WAV file: it does not begin with RIFF, a length and WAVE")]
    Kind,
    /// The file as a whole has another length than it states.
    #[error(
        "the file states {stated} bytes after its first eight and has {actual}; it is cut off or added to"
    )]
    Length {
        /// What it states.
        stated: u64,
        /// What it has.
        actual: u64,
    },
    /// A chunk ends beyond the file.
    #[error("the chunk {chunk:?} states {stated} bytes where {left} are left")]
    ChunkLength {
        /// Its letters.
        chunk: String,
        /// What it states.
        stated: u64,
        /// What is there.
        left: u64,
    },
    /// A chunk states 2^32 - 1 bytes, by which streams say that they do not know.
    #[error(
        "the chunk {chunk:?} does not say how long it is, as in a stream; write the file with its length"
    )]
    Endless {
        /// Its letters.
        chunk: String,
    },
    /// The file ends within the eight bytes that begin a chunk.
    #[error("the file ends within the head of a chunk")]
    Stub,
    /// There are more chunks than there may be: this many.
    #[error("more than {0} chunks")]
    Chunks(usize),
    /// The chunk of this name is missing, is there twice, or comes before the format.
    #[error("there must be one {0:?} chunk, and the format before the data")]
    Order(&'static str),
    /// The `fmt ` chunk has this many bytes, which are too few.
    #[error("a `fmt ` chunk of {0} bytes; 16 or more are needed")]
    FormatLength(usize),
    /// The format tag is of a codec that is not played.
    #[error("format tag {0}; 16-bit PCM (1) and µ-law (7) are taken")]
    Codec(u16),
    /// The codec has other samples than that.
    #[error("{bits} bits a sample; the format has {expected}")]
    Bits {
        /// What the file states.
        bits: u16,
        /// What the codec has.
        expected: u16,
    },
    /// No channels, or more than there may be.
    #[error("{0} channels")]
    Channels(u16),
    /// A sampling rate beyond what is taken.
    #[error("{0} samples a second")]
    SampleRate(u32),
    /// A frame has another length than its channels make.
    #[error("frames of {stated} bytes; this format's have {expected}")]
    BlockAlign {
        /// What the file states, in bytes.
        stated: u16,
        /// What the format makes, in bytes.
        expected: u16,
    },
    /// A second has another length than its frames make.
    #[error("{stated} bytes a second; this format has {expected}")]
    ByteRate {
        /// What the file states.
        stated: u32,
        /// What the format makes.
        expected: u64,
    },
    /// The samples end within a frame; so many bytes there are.
    #[error("{0} bytes of samples are no whole number of frames")]
    PartFrame(usize),
    /// The `fact` chunk counts other frames than there are.
    #[error("the `fact` chunk is not the number of frames")]
    Count,
    /// The sound is longer than it may be.
    #[error("{seconds} seconds of sound are too many; at most {seconds_max} are taken")]
    Duration {
        /// How long it is.
        seconds: u64,
        /// How long it may be.
        seconds_max: u64,
    },
}

/// Reads what the WAV file `bytes` is, and believes nothing that it states about itself.
pub fn check(bytes: &[u8], limits: &Limits) -> Result<Facts, Fault> {
    if bytes.len() > limits.file_bytes_max {
        return Err(Fault::FileLength { bytes: bytes.len(), bytes_max: limits.file_bytes_max });
    }
    let (mut format, mut data, mut count) = (None, None, None);
    for (index, chunk) in riff::chunks(bytes).enumerate() {
        let chunk = chunk?;
        if index >= limits.chunks_max {
            return Err(Fault::Chunks(limits.chunks_max));
        }
        match &chunk.id {
            b"fmt " if format.is_some() => return Err(Fault::Order("fmt ")),
            b"fmt " => format = Some(Format::parse(chunk.body, limits)?),
            b"fact" if count.is_some() => return Err(Fault::Order("fact")),
            b"fact" => count = Some(chunk.body.first_chunk().map(|it| u32::from_le_bytes(*it))),
            b"data" if data.is_some() || format.is_none() => return Err(Fault::Order("data")),
            b"data" => data = Some(chunk.at..chunk.at + chunk.body.len()),
            _ => {}
        }
    }
    let (format, data) = (format.ok_or(Fault::Order("fmt "))?, data.ok_or(Fault::Order("data"))?);
    let facts = format.facts(data)?;
    if count.is_some_and(|it| it.map(u64::from) != Some(facts.frames)) {
        return Err(Fault::Count);
    }
    if facts.duration() > limits.duration_max {
        let seconds_max = limits.duration_max.as_secs();
        return Err(Fault::Duration { seconds: facts.duration().as_secs(), seconds_max });
    }
    Ok(facts)
}

/// The body of a `fmt ` chunk that contradicts neither itself nor the limits.
struct Format {
    codec: Codec,
    channels: u16,
    sample_rate_hz: u32,
    frame_bytes: u16,
}

impl Format {
    fn parse(body: &[u8], limits: &Limits) -> Result<Self, Fault> {
        let fields = body.first_chunk::<16>().ok_or(Fault::FormatLength(body.len()))?;
        let half = |at: usize| u16::from_le_bytes([fields[at], fields[at + 1]]);
        let word = |at: usize| u32::from(half(at)) | u32::from(half(at + 2)) << 16;
        let (channels, sample_rate_hz) = (half(2), word(4));
        let codec = [Codec::Pcm16, Codec::Mulaw].into_iter().find(|it| it.tag() == half(0));
        let codec = codec.ok_or(Fault::Codec(half(0)))?;
        if !(1..=limits.channels_max).contains(&channels) {
            return Err(Fault::Channels(channels));
        }
        if sample_rate_hz == 0 || !limits.sample_rates_hz.contains(&sample_rate_hz) {
            return Err(Fault::SampleRate(sample_rate_hz));
        }
        let sample_bytes = codec.sample_bytes();
        if half(14) != sample_bytes * 8 {
            return Err(Fault::Bits { bits: half(14), expected: sample_bytes * 8 });
        }
        let expected = channels.checked_mul(sample_bytes).ok_or(Fault::Channels(channels))?;
        if half(12) != expected {
            return Err(Fault::BlockAlign { stated: half(12), expected });
        }
        let rate = u64::from(sample_rate_hz) * u64::from(expected);
        if u64::from(word(8)) != rate {
            return Err(Fault::ByteRate { stated: word(8), expected: rate });
        }
        Ok(Self { codec, channels, sample_rate_hz, frame_bytes: expected })
    }

    fn facts(self, data: Range<usize>) -> Result<Facts, Fault> {
        let frame_bytes = usize::from(self.frame_bytes);
        if !data.len().is_multiple_of(frame_bytes) {
            return Err(Fault::PartFrame(data.len()));
        }
        let frames = (data.len() / frame_bytes) as u64;
        let Self { codec, channels, sample_rate_hz, .. } = self;
        Ok(Facts { codec, channels, sample_rate_hz, frames, data })
    }
}

impl From<Flaw> for Fault {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Kind => Self::Kind,
            Flaw::Length { stated, actual } => Self::Length { stated, actual },
            Flaw::Chunk { id, stated, left } => Self::ChunkLength { chunk: letters(id), stated, left },
            Flaw::Endless { id } => Self::Endless { chunk: letters(id) },
            Flaw::Stub => Self::Stub,
        }
    }
}

/// The letters of a chunk as a message may show them.
fn letters(id: [u8; 4]) -> String {
    id.escape_ascii().to_string()
}

#[cfg(test)]
mod tests;
