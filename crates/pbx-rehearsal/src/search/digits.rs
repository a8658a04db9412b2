//! Phone numbers as people write them: prefixes, spaces, dots, dashes and brackets do not matter.

use std::collections::BTreeMap;

use super::Hit;
use crate::encoding::Encoding;
use crate::identity::{IdentifierKind, PHONE_DIGITS_MAX};

/// The numbers to look for, by how many digits they have and which.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    owners: BTreeMap<(usize, u64), Vec<(u32, usize)>>,
    lengths: Vec<usize>,
}

impl Numbers {
    /// Adds the number that `digits` say: at most [`PHONE_DIGITS_MAX`] of them count, the last ones.
    pub(super) fn insert(&mut self, digits: &str, person: u32, identifier: usize) {
        let digits = &digits[digits.len().saturating_sub(PHONE_DIGITS_MAX)..];
        let value = digits.bytes().fold(0, |value, digit| value * 10 + u64::from(digit.wrapping_sub(b'0')));
        self.owners.entry((digits.len(), value)).or_default().push((person, identifier));
        if !self.lengths.contains(&digits.len()) {
            self.lengths.push(digits.len());
        }
    }
}

/// Reads digits out of a stream and looks at each number that ends.
///
/// UTF-16 needs no reading of its own: of its digits, every other byte is zero, in either order.
#[derive(Debug, Default)]
pub(super) struct DigitScanner {
    /// How many digits the run has that is being read.
    count: usize,
    /// The last digits as a number.
    value: u64,
    /// Where the last digits are, by their number modulo the length.
    places: [u64; PHONE_DIGITS_MAX],
    /// How many separators and zero bytes stand after the last digit.
    separators: usize,
    zeros: usize,
    /// Whether there was a zero byte between the last two digits.
    is_wide: bool,
    offset: u64,
}

impl DigitScanner {
    /// Reads on; numbers that end here are told to `tell`.
    pub(super) fn scan(&mut self, numbers: &Numbers, bytes: &[u8], tell: &mut impl FnMut(Hit)) {
        if numbers.lengths.is_empty() {
            return;
        }
        for byte in bytes {
            match byte {
                b'0'..=b'9' => self.digit(*byte),
                _ if self.count == 0 => {}
                0 => {
                    // In UTF-16 the digit after this zero may belong to the same number.
                    if self.separators == 0 && self.zeros == 0 && !self.is_wide {
                        self.look(numbers, tell);
                    }
                    self.zeros += 1;
                }
                _ => {
                    if self.separators == 0 && (self.zeros == 0 || self.is_wide) {
                        self.look(numbers, tell);
                    }
                    self.separators += 1;
                    if !is_separator(*byte) {
                        self.count = 0;
                    }
                }
            }
            if self.separators > SEPARATORS_MAX || self.zeros > SEPARATORS_MAX + 1 {
                self.count = 0;
            }
            self.offset += 1;
        }
    }

    /// Ends the stream.
    pub(super) fn finish(&self, numbers: &Numbers, tell: &mut impl FnMut(Hit)) {
        if self.count > 0 && self.separators == 0 && (self.zeros == 0 || self.is_wide) {
            self.look(numbers, tell);
        }
    }

    fn digit(&mut self, byte: u8) {
        if self.count == 0 {
            self.value = 0;
        }
        self.is_wide = self.count > 0 && self.zeros == self.separators + 1;
        (self.separators, self.zeros) = (0, 0);
        self.value = (self.value * 10 + u64::from(byte - b'0')) % POWERS[PHONE_DIGITS_MAX];
        self.places[self.count % PHONE_DIGITS_MAX] = self.offset;
        self.count += 1;
    }

    /// Tells whose number has just ended.
    fn look(&self, numbers: &Numbers, tell: &mut impl FnMut(Hit)) {
        for length in numbers.lengths.iter().filter(|it| **it <= self.count) {
            let Some(owners) = numbers.owners.get(&(*length, self.value % POWERS[*length])) else { continue };
            let first = self.places[(self.count - length) % PHONE_DIGITS_MAX];
            let last = self.places[(self.count - 1) % PHONE_DIGITS_MAX];
            for (person, identifier) in owners {
                tell(Hit {
                    offset: first,
                    bytes: usize::try_from(last - first).unwrap_or(usize::MAX).saturating_add(1),
                    person: *person,
                    identifier: *identifier,
                    kind: IdentifierKind::Phone,
                    encoding: Encoding::Digits,
                    is_word: true,
                });
            }
        }
    }
}

/// What may stand between the digits of a number. The last two are a no-break space in UTF-8.
const fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'.' | b'-' | b'/' | b'(' | b')' | 0xC2 | 0xA0)
}

/// As in `) -`; more of them divide two columns.
const SEPARATORS_MAX: usize = 3;

/// Powers of ten.
const POWERS: [u64; PHONE_DIGITS_MAX + 1] = {
    let mut powers = [1; PHONE_DIGITS_MAX + 1];
    let mut index = 1;
    while index < powers.len() {
        powers[index] = powers[index - 1] * 10;
        index += 1;
    }
    powers
};
