//! The residual search: whether anything that identifies a person is in a stream of bytes, however it is written.
//!
//! ```text
//!   Identity ──Needles::build──▶ one automaton, and the numbers that the digit scanner knows
//!                                        │
//!   bytes, in pieces of any size ──Searcher::feed──▶ candidates ──judged by what stands around them──▶ Hits
//! ```
//!
//! It does not look into compressed or sealed bytes: give it what was unpacked and opened. It does not see an
//! identifier that a line break divides, as e-mail may do to base64 and quoted-printable.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::encoding::{Encoding, spellings, write};
use crate::identity::{IdentifierKind, Identity, Numbering};

mod digits;
mod judge;

use digits::{DigitScanner, Numbers};
use judge::{CONTEXT_BYTES, Needle, judge};

/// What to look for: the identifiers of any number of people in their usual encodings.
#[derive(Debug)]
pub struct Needles {
    automaton: AhoCorasick,
    list: Vec<Needle>,
    numbers: Numbers,
    /// How many bytes before a decision's place must be kept: the longest needle and what stands before it.
    overlap: usize,
}

impl Needles {
    /// The most bytes that all needles together may have: those of some thousand people in all encodings, or of
    /// fifty thousand in one.
    pub const BYTES_MAX: usize = 16 * 1024 * 1024;

    /// The needles of `people`, each with a number that its hits bear, in those of the `encodings` that apply.
    ///
    /// Needles shorter than `bytes_min` are left out. Give 1 for texts. For sealed or random bytes give
    /// [`Needles::RANDOM_BYTES_MIN`]: there, three given digits are met by chance every 16 MB.
    pub fn build<'a>(
        people: impl IntoIterator<Item = (u32, &'a Identity)>,
        numbering: &Numbering,
        encodings: &[Encoding],
        bytes_min: usize,
    ) -> Result<Self, BuildNeedlesError> {
        let mut draft = Draft {
            numbering,
            encodings,
            bytes_min,
            needles: Vec::new(),
            numbers: Numbers::default(),
            bytes: 0,
        };
        for (person, identity) in people {
            draft.add(person, identity)?;
        }
        let patterns = draft.needles.iter().map(|it| it.written.bytes.as_slice());
        // A full table is three times as fast and only affordable for a few people.
        let kind = (draft.bytes <= TABLE_BYTES_MAX).then_some(AhoCorasickKind::DFA);
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(kind)
            .build(patterns)
            .map_err(|_| BuildNeedlesError)?;
        let overlap = automaton.max_pattern_len() + CONTEXT_BYTES;
        Ok(Self { automaton, list: draft.needles, numbers: draft.numbers, overlap })
    }

    /// The shortest needle that random bytes do not hold by chance: of a hundred thousand needles of this length, one
    /// is met in every 600 gigabytes.
    pub const RANDOM_BYTES_MIN: usize = 8;
}

/// Looks for [`Needles`] in one stream of bytes, which comes in pieces of any size. Memory is bounded.
#[derive(Debug)]
pub struct Searcher<'a> {
    needles: &'a Needles,
    digits: DigitScanner,
    window: Vec<u8>,
    /// The place of the window's first byte in the stream.
    offset: u64,
    /// Candidates that end at or before this place of the window are judged already.
    judged: usize,
    hits: Hits,
}

impl<'a> Searcher<'a> {
    /// A search at the beginning of a stream.
    pub fn new(needles: &'a Needles) -> Self {
        let hits = Hits { kept: Vec::new(), count: 0, bytes: 0 };
        Self { needles, digits: DigitScanner::default(), window: Vec::new(), offset: 0, judged: 0, hits }
    }

    /// Looks through the next piece.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = WINDOW_BYTES.max(2 * self.needles.overlap).saturating_sub(self.window.len());
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            let hits = &mut self.hits;
            self.digits.scan(&self.needles.numbers, now, &mut |hit| hits.push(hit));
            hits.bytes += now.len() as u64;
            self.window.extend_from_slice(now);
            if now.len() == room {
                self.look(self.window.len() - CONTEXT_BYTES);
            }
            bytes = later;
        }
    }

    /// Ends the stream.
    pub fn finish(mut self) -> Hits {
        self.look(self.window.len());
        let hits = &mut self.hits;
        self.digits.finish(&self.needles.numbers, &mut |hit| hits.push(hit));
        self.hits.kept.sort_unstable();
        self.hits
    }

    /// Judges the candidates that end at or before `limit`, then forgets what no later candidate needs.
    fn look(&mut self, limit: usize) {
        for candidate in self.needles.automaton.find_overlapping_iter(&self.window) {
            if candidate.end() <= self.judged || candidate.end() > limit {
                continue;
            }
            let needle = &self.needles.list[candidate.pattern().as_usize()];
            if let Some(is_word) = judge(needle, &self.window, candidate.range()) {
                self.hits.push(Hit {
                    offset: self.offset + candidate.start() as u64,
                    bytes: candidate.len(),
                    person: needle.person,
                    identifier: needle.identifier,
                    kind: needle.kind,
                    encoding: needle.written.encoding,
                    is_word,
                });
            }
        }
        let gone = limit.saturating_sub(self.needles.overlap);
        self.window.drain(..gone);
        self.offset += gone as u64;
        self.judged = limit - gone;
    }
}

/// An identifier that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Where it begins: bytes from the beginning of the stream. In base64, its first letter that is its own.
    pub offset: u64,
    /// How many bytes of the stream it takes.
    pub bytes: usize,
    /// Whose it is.
    pub person: u32,
    /// Which of the person's identifiers: its place in [`Identity::identifiers`].
    pub identifier: usize,
    /// What the identifier is.
    pub kind: IdentifierKind,
    /// How it is written.
    pub encoding: Encoding,
    /// Whether it stands as a word of its own. `Ada` in `Canada` does not.
    pub is_word: bool,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hits {
    kept: Vec<Hit>,
    count: u64,
    bytes: u64,
}

impl Hits {
    /// The most hits of one stream that are kept; all are counted.
    pub const KEPT_MAX: usize = 10_000;

    /// The hits that are kept, in the order of the stream.
    pub fn kept(&self) -> &[Hit] {
        &self.kept
    }

    /// How many there were.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// How many bytes were searched.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    fn push(&mut self, hit: Hit) {
        self.count += 1;
        if self.kept.len() < Self::KEPT_MAX {
            self.kept.push(hit);
        }
    }
}

/// There is more to look for than one search can: fewer people or fewer encodings at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many identifiers for one search; search for fewer people, or in fewer encodings, at a time")]
pub struct BuildNeedlesError;

/// Needles being collected.
struct Draft<'a> {
    numbering: &'a Numbering,
    encodings: &'a [Encoding],
    bytes_min: usize,
    needles: Vec<Needle>,
    numbers: Numbers,
    bytes: usize,
}

impl Draft<'_> {
    fn add(&mut self, person: u32, identity: &Identity) -> Result<(), BuildNeedlesError> {
        for (index, identifier) in identity.identifiers().iter().enumerate() {
            let (kind, text) = (identifier.kind(), identifier.expose_text());
            let is_phone = kind == IdentifierKind::Phone;
            if is_phone {
                // All ways of writing a number end in these digits, so in other encodings too they stand for all.
                let digits = self.numbering.significant(text);
                if self.encodings.contains(&Encoding::Digits) {
                    self.numbers.insert(&digits, person, index);
                }
                self.add_text(&digits, person, index, kind, false)?;
            }
            for spelling in spellings(text) {
                self.add_text(&spelling, person, index, kind, identifier.is_word())?;
            }
        }
        Ok(())
    }

    fn add_text(
        &mut self,
        text: &str,
        person: u32,
        identifier: usize,
        kind: IdentifierKind,
        must_be_word: bool,
    ) -> Result<(), BuildNeedlesError> {
        let by_scanner = kind == IdentifierKind::Phone && self.encodings.contains(&Encoding::Digits);
        for encoding in self.encodings {
            // The scanner reads these two and UTF-16 already; a second hit at the same place would count double.
            if by_scanner && matches!(encoding, Encoding::Utf8 | Encoding::Utf16Be | Encoding::Utf16Le) {
                continue;
            }
            for mut written in write(text, *encoding) {
                // The automaton ignores case, so spellings that differ in nothing else are one needle.
                if !encoding.minds_case() {
                    written.bytes.make_ascii_lowercase();
                }
                let is_long = written.bytes.len() >= self.bytes_min.max(1);
                let is_known = |it: &&Needle| it.identifier == identifier && it.person == person;
                let known = self.needles.iter().rev().take_while(is_known);
                let is_new = known.clone().all(|it| {
                    it.written.bytes != written.bytes
                        || it.written.shift != written.shift
                        || it.written.encoding != *encoding
                });
                if is_long && is_new {
                    self.bytes += written.bytes.len();
                    self.needles.push(Needle { person, identifier, kind, must_be_word, written });
                }
            }
        }
        if self.bytes > Needles::BYTES_MAX { Err(BuildNeedlesError) } else { Ok(()) }
    }
}

/// How much is searched at once.
const WINDOW_BYTES: usize = 64 * 1024;
/// Up to this many bytes of needles the automaton is a full table, of some 20 MB.
const TABLE_BYTES_MAX: usize = 32 * 1024;

#[cfg(test)]
mod tests;
