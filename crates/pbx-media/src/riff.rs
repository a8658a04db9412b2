//! RIFF, the envelope of a WAV file: a length, a kind, and chunks one after another.

/// A chunk: four letters and what they label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk<'a> {
    /// The letters.
    pub(crate) id: [u8; 4],
    /// Where its body begins in the file.
    pub(crate) at: usize,
    /// Its body.
    pub(crate) body: &'a [u8],
}

/// What is wrong with an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It does not begin as a WAV file does.
    Kind,
    /// It states another length than it has.
    Length { stated: u64, actual: u64 },
    /// A chunk ends beyond the file.
    Chunk { id: [u8; 4], stated: u64, left: u64 },
    /// A chunk has the length by which streams say that they do not know it.
    Endless { id: [u8; 4] },
    /// The file ends within the eight bytes that begin a chunk.
    Stub,
}

/// The chunks of the WAV file `bytes`; after a flaw there is nothing.
pub(crate) fn chunks(bytes: &[u8]) -> impl Iterator<Item = Result<Chunk<'_>, Flaw>> {
    let mut next = envelope(bytes).map(|()| HEADER_BYTES);
    std::iter::from_fn(move || {
        let at = match next {
            Ok(at) if at >= bytes.len() => return None,
            Ok(at) => at,
            Err(flaw) => {
                next = Ok(bytes.len());
                return Some(Err(flaw));
            }
        };
        let chunk = chunk(bytes, at);
        // A body of odd length is followed by a byte that does not count.
        next = Ok(chunk.as_ref().map_or(bytes.len(), |it| it.at + it.body.len() + it.body.len() % 2));
        Some(chunk)
    })
}

/// Is `bytes` a RIFF file of kind WAVE, as long as it says?
fn envelope(bytes: &[u8]) -> Result<(), Flaw> {
    let (id, rest) = bytes.split_first_chunk().ok_or(Flaw::Kind)?;
    let (stated, rest) = rest.split_first_chunk().ok_or(Flaw::Kind)?;
    if id != b"RIFF" || !rest.starts_with(b"WAVE") {
        return Err(Flaw::Kind);
    }
    let (stated, actual) = (u64::from(u32::from_le_bytes(*stated)), rest.len() as u64);
    if stated == actual { Ok(()) } else { Err(Flaw::Length { stated, actual }) }
}

/// The chunk that begins at `at`, which lies within `bytes`.
fn chunk(bytes: &[u8], at: usize) -> Result<Chunk<'_>, Flaw> {
    let (id, rest) = bytes[at..].split_first_chunk().ok_or(Flaw::Stub)?;
    let (stated, rest) = rest.split_first_chunk().ok_or(Flaw::Stub)?;
    let (id, stated) = (*id, u32::from_le_bytes(*stated));
    if stated == u32::MAX {
        return Err(Flaw::Endless { id });
    }
    let left = rest.len();
    let flaw = Flaw::Chunk { id, stated: stated.into(), left: left as u64 };
    let length = usize::try_from(stated).ok().filter(|it| *it <= left).ok_or(flaw)?;
    if length % 2 == 1 && length == left {
        // The byte that does not count has to be there.
        return Err(Flaw::Chunk { id, stated: u64::from(stated) + 1, left: left as u64 });
    }
    Ok(Chunk { id, at: at + 8, body: &rest[..length] })
}

/// Writes a WAV file of `chunks`, each with an even number of bytes or a byte that does not count.
///
/// Nothing where a length does not fit the 32 bits that RIFF has for it.
pub(crate) fn file(chunks: &[([u8; 4], &[u8])]) -> Option<Vec<u8>> {
    let length: usize = 4 + chunks.iter().map(|(_, body)| 8 + body.len() + body.len() % 2).sum::<usize>();
    let mut file = Vec::with_capacity(8 + length);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&u32::try_from(length).ok()?.to_le_bytes());
    file.extend_from_slice(b"WAVE");
    for (id, body) in chunks {
        file.extend_from_slice(id);
        file.extend_from_slice(&u32::try_from(body.len()).ok()?.to_le_bytes());
        file.extend_from_slice(body);
        file.resize(file.len() + body.len() % 2, 0);
    }
    Some(file)
}

/// `RIFF`, the length of what follows it, `WAVE`.
const HEADER_BYTES: usize = 12;
