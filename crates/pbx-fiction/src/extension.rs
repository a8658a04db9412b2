use std::ops::RangeInclusive;

/// The extensions that a site gives its people, one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extensions(RangeInclusive<u32>);

/// The range holds no extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("extensions run from a number of 2 to 8 digits to a higher one of as many; {first} to {last} do not")]
pub struct ParseExtensionsError {
    first: u32,
    last: u32,
}

impl Extensions {
    /// From `first` to `last`: 2 to 8 digits, as many in both, and not falling.
    pub fn new(first: u32, last: u32) -> Result<Self, ParseExtensionsError> {
        let is_range = first <= last && (10..=99_999_999).contains(&first) && first.ilog10() == last.ilog10();
        if is_range { Ok(Self(first..=last)) } else { Err(ParseExtensionsError { first, last }) }
    }

    /// The shortest extensions, of four digits or more, that are enough for `people`; at most seventy million.
    ///
    /// They begin with 2 to 8, so none is an emergency number or begins like an access code.
    pub fn for_people(people: u32) -> Self {
        let digits = (3..7).find(|power| people <= 7 * 10_u32.pow(*power)).unwrap_or(7);
        let unit = 10_u32.pow(digits);
        Self(2 * unit..=9 * unit - 1)
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.0.end() - self.0.start() + 1
    }

    /// The `index`th, counted from zero; nothing beyond the last.
    pub(crate) fn nth(&self, index: u32) -> Option<u32> {
        self.0.start().checked_add(index).filter(|it| it <= self.0.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_two_to_eight_digits_throughout() {
        for (first, last) in [(10, 10), (10, 99), (2_000, 2_999), (10_000_000, 99_999_999)] {
            assert!(Extensions::new(first, last).is_ok(), "{first} to {last}");
        }
        for (first, last) in [(0, 9), (9, 9), (90, 100), (30, 20), (100_000_000, 100_000_001)] {
            assert_eq!(Extensions::new(first, last), Err(ParseExtensionsError { first, last }));
        }
    }

    #[test]
    fn as_many_as_needed_are_found() {
        for (people, first, last) in [
            (0, 2_000, 8_999),
            (7_000, 2_000, 8_999),
            (7_001, 20_000, 89_999),
            (100_000, 200_000, 899_999),
            (u32::MAX, 20_000_000, 89_999_999),
        ] {
            assert_eq!(Extensions::for_people(people), Extensions(first..=last), "{people}");
        }
        let extensions = Extensions::for_people(7_000);
        assert_eq!(
            (extensions.count(), extensions.nth(6_999), extensions.nth(7_000)),
            (7_000, Some(8_999), None)
        );
    }
}
