//! Whether what the automaton saw is what it looks like, by the bytes around it.

use std::ops::Range;

use crate::encoding::{Encoding, Written, base64_skip};
use crate::identity::IdentifierKind;

/// One way of writing one identifier of one person.
pub(super) struct Needle {
    pub(super) person: u32,
    pub(super) identifier: usize,
    pub(super) kind: IdentifierKind,
    pub(super) must_be_word: bool,
    pub(super) written: Written,
}

impl std::fmt::Debug for Needle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<needle>")
    }
}

/// How many bytes before and after a candidate a decision may depend on: one escaped character.
pub(super) const CONTEXT_BYTES: usize = 12;

/// Whether the `span` of `window` is the needle, and if so, whether it stands as a word of its own.
///
/// An extension always does: within a longer number the same digits mean another line.
pub(super) fn judge(needle: &Needle, window: &[u8], span: Range<usize>) -> Option<bool> {
    let around = around(needle, window, &span)?;
    if needle.kind == IdentifierKind::Extension {
        let is_digit = |it: Option<char>| it.is_some_and(|it| it.is_ascii_digit());
        return (!is_digit(around.0) && !is_digit(around.1)).then_some(true);
    }
    let is_letter = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
    let is_word = !is_letter(around.0) && !is_letter(around.1);
    (is_word || !needle.must_be_word).then_some(is_word)
}

/// The characters before and after; nothing where the bytes are not the needle after all.
fn around(needle: &Needle, window: &[u8], span: &Range<usize>) -> Option<(Option<char>, Option<char>)> {
    let (before, after) = (&window[..span.start], &window[span.end..]);
    match needle.written.encoding {
        Encoding::Base64 | Encoding::Base64Url => in_base64(&needle.written, window, span),
        Encoding::Hex => Some((
            before.last_chunk().copied().and_then(hex_byte).and_then(ascii),
            after.first_chunk().copied().and_then(hex_byte).and_then(ascii),
        )),
        Encoding::Utf16Be | Encoding::Utf16Le => {
            let big = needle.written.encoding == Encoding::Utf16Be;
            is_same_utf16(&window[span.clone()], &needle.written.bytes, big).then(|| {
                let unit = |bytes: &[u8; 2]| {
                    if big { u16::from_be_bytes(*bytes) } else { u16::from_le_bytes(*bytes) }
                };
                let character = |it: &[u8; 2]| char::from_u32(u32::from(unit(it)));
                // Of a stream that begins or ends within a unit, the byte that is there decides.
                let first = before.first().filter(|_| before.len() == 1).copied().and_then(ascii);
                let last = after.first().filter(|_| after.len() == 1).copied().and_then(ascii);
                (
                    before.last_chunk().and_then(character).or(first),
                    after.first_chunk().and_then(character).or(last),
                )
            })
        }
        Encoding::Latin1 => {
            Some((before.last().map(|it| char::from(*it)), after.first().map(|it| char::from(*it))))
        }
        Encoding::Digits
        | Encoding::Html
        | Encoding::Json
        | Encoding::Percent
        | Encoding::QuotedPrintable
        | Encoding::Utf8 => Some((text_before(before), text_after(after))),
    }
}

/// Whether two texts in UTF-16 differ at most in the case of ASCII letters: the automaton compared bytes.
fn is_same_utf16(found: &[u8], sought: &[u8], big: bool) -> bool {
    let units = |bytes: &[u8]| -> Vec<(u8, u8)> {
        let pairs = bytes.as_chunks::<2>().0.iter();
        pairs.map(|[first, second]| if big { (*first, *second) } else { (*second, *first) }).collect()
    };
    units(found).into_iter().zip(units(sought)).all(|(found, sought)| {
        found == sought || (found.0 == 0 && sought.0 == 0 && found.1.eq_ignore_ascii_case(&sought.1))
    })
}

/// The character that `before` ends in, as UTF-8 or as an escape.
fn text_before(before: &[u8]) -> Option<char> {
    if let Some([b'%' | b'=', digits @ ..]) = before.last_chunk::<3>()
        && let Some(byte) = hex_byte(*digits)
    {
        return ascii(byte);
    }
    if let Some([b'\\', b'u', high @ .., _, _]) = before.last_chunk::<6>()
        && let (Some(high), Some(low)) = (hex_byte(*high), before.last_chunk().copied().and_then(hex_byte))
    {
        return char::from_u32(u32::from(u16::from_be_bytes([high, low])));
    }
    // In a JSON text, a line feed before a word ends in the letter n.
    if let Some([b'\\', b'b' | b'f' | b'n' | b'r' | b't']) = before.last_chunk::<2>() {
        return None;
    }
    (1..=4.min(before.len()))
        .find_map(|length| str::from_utf8(&before[before.len() - length..]).ok())
        .and_then(|it| it.chars().next_back())
}

/// The character that `after` begins with, as UTF-8 or as an escape.
fn text_after(after: &[u8]) -> Option<char> {
    if let Some([b'%' | b'=', digits @ ..]) = after.first_chunk::<3>()
        && let Some(byte) = hex_byte(*digits)
    {
        return ascii(byte);
    }
    if let Some([b'\\', b'u', high @ .., third, fourth]) = after.first_chunk::<6>()
        && let (Some(high), Some(low)) = (hex_byte(*high), hex_byte([*third, *fourth]))
    {
        return char::from_u32(u32::from(u16::from_be_bytes([high, low])));
    }
    (1..=4.min(after.len()))
        .find_map(|length| str::from_utf8(&after[..length]).ok())
        .and_then(|it| it.chars().next())
}

/// Decodes what the letters at `span` and their neighbours say, and compares all of it: the needle has only those
/// letters that depend on nothing else.
fn in_base64(written: &Written, window: &[u8], span: &Range<usize>) -> Option<(Option<char>, Option<char>)> {
    let first_group = span.start.cast_signed() - base64_skip(written.shift).cast_signed();
    // The byte `index` of the text: eight bits, which two letters hold.
    let byte = |index: isize| -> Option<u8> {
        let bit = (written.shift.cast_signed() + index) * 8;
        let place = first_group + bit.div_euclid(6);
        let letter = |place: isize| {
            usize::try_from(place).ok().and_then(|it| window.get(it)).copied().and_then(sextet)
        };
        let (high, low) = (u16::from(letter(place)?), u16::from(letter(place + 1)?));
        let pair = (high << 6 | low) >> (4 - bit.rem_euclid(6));
        u8::try_from(pair & 0xFF).ok()
    };
    let is_same = written.plain.iter().zip(0..).all(|(sought, index)| byte(index) == Some(*sought));
    is_same.then(|| (byte(-1).and_then(ascii), byte(written.plain.len().cast_signed()).and_then(ascii)))
}

/// The six bits that a letter of either alphabet stands for.
fn sextet(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn hex_byte(digits: [u8; 2]) -> Option<u8> {
    let mut byte = [0];
    hex::decode_to_slice(digits, &mut byte).ok().map(|()| byte[0])
}

fn ascii(byte: u8) -> Option<char> {
    byte.is_ascii().then_some(char::from(byte))
}
