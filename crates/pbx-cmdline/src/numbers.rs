use std::collections::BTreeSet;
use std::fmt;

/// The most numbers that one range or list may mean: no command takes longer than a caller waits.
pub const NUMBERS_MAX: usize = 10_000;

/// Which numbers a command means: `all`, `1`, `1,2,3`, `5235..5240`, or several of them with commas between.
///
/// Numbers are kept as they are dialled: leading zeros count, and a range keeps the width of its first number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Every number there is.
    All,
    /// These, each once, in the order in which they were given.
    These(Vec<String>),
}

impl Numbers {
    /// Parses the rule above.
    pub fn parse(text: &str) -> Result<Self, NumbersError> {
        if text == ALL {
            return Ok(Self::All);
        }
        let mut list = Vec::new();
        let mut seen = BTreeSet::new();
        for part in text.split(',') {
            for number in expand(part)? {
                if seen.insert(number.clone()) {
                    list.push(number);
                }
            }
            if list.len() > NUMBERS_MAX {
                return Err(NumbersError::TooMany);
            }
        }
        Ok(Self::These(list))
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str(ALL),
            Self::These(list) => f.write_str(&list.join(",")),
        }
    }
}

/// The numbers of one part: a number or a range, both ends included.
fn expand(part: &str) -> Result<Vec<String>, NumbersError> {
    let (first, last) = part.split_once(RANGE).unwrap_or((part, part));
    let (low, high) = (value(first)?, value(last)?);
    if low > high {
        return Err(NumbersError::Backwards);
    }
    // Before anything is expanded: a range of every number must not take memory.
    if high - low >= NUMBERS_MAX as u64 {
        return Err(NumbersError::TooMany);
    }
    Ok((low..=high).map(|it| format!("{it:0width$}", width = first.len())).collect())
}

fn value(digits: &str) -> Result<u64, NumbersError> {
    let is_number = (1..=DIGITS_MAX).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit());
    if !is_number {
        return Err(NumbersError::NotANumber);
    }
    digits.parse().map_err(|_| NumbersError::NotANumber)
}

const ALL: &str = "all";
const RANGE: &str = "..";

/// The longest number, in digits: the longest an international number may be (E.164, 6.1).
const DIGITS_MAX: usize = 15;

/// A text does not say which numbers are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumbersError {
    /// A range ends before it begins.
    #[error("the range ends before it begins")]
    Backwards,
    /// Something other than digits, or too many of them.
    #[error("a number has 1 to {DIGITS_MAX} digits")]
    NotANumber,
    /// More than [`NUMBERS_MAX`].
    #[error("at most {NUMBERS_MAX} numbers at once")]
    TooMany,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let list = expected.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(Numbers::parse(text), Ok(Numbers::These(list)), "{text}");
    }

    #[test]
    fn ranges_and_lists_expand_in_order_each_number_once() {
        check("7", &["7"]);
        check("5235..5238", &["5235", "5236", "5237", "5238"]);
        check("3,1,2", &["3", "1", "2"]);
        check("5..6,9,6", &["5", "6", "9"]);
        check("4..4", &["4"]);
        assert_eq!(Numbers::parse("all"), Ok(Numbers::All));
    }

    #[test]
    fn leading_zeros_count() {
        check("0098..0101", &["0098", "0099", "0100", "0101"]);
        check("7,07", &["7", "07"]);
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for bad in ["", "a", "-1", "1,", "1..", "..2", "1...2", " 1", "ALL", "1234567890123456"] {
            assert_eq!(Numbers::parse(bad), Err(NumbersError::NotANumber), "{bad:?}");
        }
        assert_eq!(Numbers::parse("2..1"), Err(NumbersError::Backwards));
    }

    #[test]
    fn the_most_numbers_are_allowed_and_one_more_is_not() {
        assert!(Numbers::parse("1..10000").is_ok());
        assert_eq!(Numbers::parse("1..10001"), Err(NumbersError::TooMany));
        assert_eq!(Numbers::parse("1..10000,20000"), Err(NumbersError::TooMany));
        assert_eq!(Numbers::parse("0..999999999999999"), Err(NumbersError::TooMany));
    }
}
