use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ParseNameError;

/// Which blob of a site: 128 random bits, written as 32 hexadecimal digits; never personal data.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlobId(u128);

impl BlobId {
    /// The id that the caller drew.
    pub const fn new(drawn: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(drawn))
    }

    /// Parses what [`BlobId`] is written as: 32 of `0-9` and `a-f`.
    pub fn parse(text: &str) -> Result<Self, ParseNameError> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let digits = Some(text).filter(|it| it.len() == HEX_DIGITS && it.bytes().all(is_digit));
        let number = digits.and_then(|it| u128::from_str_radix(it, 16).ok());
        number.map(Self).ok_or(ParseNameError("a blob id is 32 of 0-9 and a-f"))
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for BlobId {
    type Error = ParseNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<BlobId> for String {
    fn from(id: BlobId) -> Self {
        id.to_string()
    }
}

/// Two for each of 16 bytes.
const HEX_DIGITS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, parses: bool) {
        let parsed = BlobId::parse(text).ok().map(|id| id.to_string());
        assert_eq!(parsed.as_deref(), parses.then_some(text));
    }

    #[test]
    fn only_thirty_two_small_hexadecimal_digits_are_an_id() {
        check("00000000000000000000000000000000", true);
        check("0123456789abcdeffedcba9876543210", true);
        check("ffffffffffffffffffffffffffffffff", true);
        check("", false);
        check("0123456789abcdeffedcba987654321", false);
        check("0123456789abcdeffedcba98765432100", false);
        check("0123456789ABCDEFFEDCBA9876543210", false);
        check("+123456789abcdeffedcba9876543210", false);
        check("../3456789abcdeffedcba9876543210", false);
        check("éééééééééééééééé", false);
    }

    #[test]
    fn an_id_is_written_as_its_bytes_are() {
        let id = BlobId::new([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff]);
        assert_eq!(id.to_string(), "000102030405060708090a0b0c0d0eff");
        assert_eq!(format!("{id:?}"), id.to_string());
    }
}
